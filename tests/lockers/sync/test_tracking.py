"""What InPost tells by webhook and what it answers: each event once, the facts from all, and a fixed number of statements."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from lockers.models import Manifest, Parcel, TrackingEvent
from lockers.states import Carriage
from lockers.sync import apply_tracking, take_messages
from lockers.sync.tracking import Asked, due_for_asking
from partners import inbox
from partners.models import InboxMessage
from partners.pages import Page

pytestmark = pytest.mark.django_db
START = datetime(2026, 6, 9, 17, 30, tzinfo=UTC)
NOW = START + timedelta(days=2)
HAPPY = ("CRE.1001", "FMD.1002", "MMD.1001", "LMD.1002", "LMD.1005", "EOL.1002")


def make_parcel(number: str = "T1", **columns: Any) -> Parcel:
    standing = {"order_number": f"LS-{number}", "state": "labelled", "point_id": "UK00000001", "created_at": START}
    return Parcel.objects.create(tracking_number=number, **standing | columns)


def raw(code: str, *, number: str = "T1", hours: int = 0, **more: Any) -> bytes:
    stamp = (START + timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M:%S.111968200Z")
    return json.dumps(
        {"trackingNumber": number, "eventId": f"{number}-{hours}#{code}", "eventCode": code, "timestamp": stamp, "location": None} | more
    ).encode()


def store(body: bytes, delivery: str) -> None:
    inbox.receive("inpost", delivery, body=body, at=NOW)


def drain() -> dict[str, int]:
    return inbox.drain_many("inpost", process=take_messages, clock=lambda: NOW)


@pytest.mark.django_db(transaction=True)
def test_messages_reversed_and_tripled_end_as_if_they_had_come_in_order():
    make_parcel()
    bodies = [raw(code, hours=n) for n, code in enumerate(HAPPY)]
    for n, body in enumerate([*reversed(bodies), *bodies, *reversed(bodies)]):
        store(body, f"d{n}")

    drained = drain()

    parcel = Parcel.objects.get()
    assert (drained, TrackingEvent.objects.count()) == ({"done": 18, "dead": 0}, 6)
    assert (parcel.carriage, parcel.last_code) == (Carriage.COLLECTED, "EOL.1002")
    assert parcel.collect_by - parcel.in_locker_at == timedelta(hours=72)


@pytest.mark.django_db(transaction=True)
def test_what_cannot_be_read_is_kept_dead_with_its_reason_and_the_rest_goes_on():
    make_parcel()
    store(b"\xff nothing", "d1")
    store(raw("FMD.1002") + b" ", "d2")
    store(json.dumps({"trackingNumber": "T1", "eventCode": "FMD.1002"}).encode(), "d3")

    assert drain() == {"done": 1, "dead": 2}
    assert Parcel.objects.get().carriage == Carriage.HANDED_OVER
    assert set(InboxMessage.objects.filter(state="dead").values_list("error", flat=True)) == {
        "$: is not JSON",
        "$.timestamp: must be an instant such as 2026-11-23T09:14:00Z",
    }


@pytest.mark.django_db(transaction=True)
def test_an_unknown_code_is_kept_raw_and_a_stranger_parcel_does_no_harm():
    make_parcel()
    store(raw("LMD.7777"), "d1")
    store(raw("FMD.1002", number="SOMEBODY-ELSES"), "d2")

    assert drain() == {"done": 2, "dead": 0}
    assert (Parcel.objects.get().last_code, Parcel.objects.get().carriage) == ("LMD.7777", "")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("failing", ["d1", "d5"])
def test_a_fault_of_ours_in_one_message_keeps_no_other_back(failing):
    make_parcel()
    for n, code in enumerate(HAPPY):
        store(raw(code, hours=n), f"d{n}")

    def brittle(messages, at):
        if any(message.delivery_id == failing for message in messages):
            raise ZeroDivisionError
        return take_messages(messages, at)

    ended = inbox.drain_many("inpost", process=brittle, clock=lambda: NOW)

    assert ended == {"done": 5, "dead": 0, "later": 1}
    assert InboxMessage.objects.get(state="new").attempts == 1


def test_forty_parcels_cost_the_same_statements_as_three():
    counts = []
    for size in (3, 40):
        messages = []
        for n in range(size):
            make_parcel(f"T{size}-{n}", order_number=f"LS-{size}-{n}")
            messages += [InboxMessage(pk=n + 1, raw_body=raw("FMD.1002", number=f"T{size}-{n}"))]
        with CaptureQueriesContext(
            connection,
        ) as told:
            take_messages(messages, NOW)
        counts.append(len(told))

    assert counts[0] == counts[1] <= 8
    assert Parcel.objects.filter(carriage="handed_over").count() == 43


def test_parcels_whose_way_has_not_ended_are_asked_about_longest_unasked_first_void_ones_where_they_left():
    make_parcel("ASKED", order_number="1", polled_at=NOW)
    make_parcel("NEVER", order_number="2")
    make_parcel("DONE", order_number="3", carriage="collected")
    make_parcel("VOID", order_number="4", state="void")
    make_parcel("LEFT", order_number="6", state="void", handed_over_at=NOW, polled_at=NOW + timedelta(hours=1))
    make_parcel("", order_number="5", state="label_pending")

    assert due_for_asking() == ["NEVER", "ASKED", "LEFT"]


def test_an_answer_changes_what_is_new_and_counts_parcels():
    make_parcel("T1")
    make_parcel("T2", order_number="LS-2")
    make_parcel("T3", order_number="LS-3")
    page = Page(
        records=[Asked("T1", [raw("FMD.1002"), raw("LMD.1005", hours=30)]), Asked("T2", []), Asked("T3", [b"{}"])],
        cursor="",
        source="GET",
        body=b"",
    )

    first, again = apply_tracking(page, NOW), apply_tracking(page, NOW)

    assert [(done.created, done.changed, done.unchanged, len(done.rejected)) for done in (first, again)] == [(0, 1, 1, 1), (0, 0, 2, 1)]
    assert Parcel.objects.get(tracking_number="T1").carriage == Carriage.IN_LOCKER
    assert Parcel.objects.filter(polled_at=NOW).count() == 3


def test_a_redirect_says_where_the_parcel_waits_now():
    make_parcel()
    there = {"location": {"id": "UK00000002", "type": "LOCKER_POINT", "postalCode": "LS1 4AB"}}
    events = [raw("LMD.9022", hours=1), raw("LMD.3014", hours=2, newDestination=there), raw("LMD.1005", hours=3, **there)]

    apply_tracking(Page(records=[Asked("T1", events)], cursor="", source="GET", body=b""), NOW)

    parcel = Parcel.objects.get()
    assert (parcel.carriage, parcel.now_at_point, Manifest.objects.count()) == (Carriage.IN_LOCKER, "UK00000002", 0)
