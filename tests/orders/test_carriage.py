"""InPost's events become cases with an owner, close by themselves, and stand on the page of collections."""

from datetime import datetime, timedelta

import pytest
from django.contrib.auth.models import Group, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from exceptions_queue.catalogue import CATALOGUE
from exceptions_queue.models import ExceptionCase
from lockers.models import Manifest, Parcel
from orders.actions.carriage import find_on_the_way
from orders.models import Order
from orders.rules.carriage import OnTheWay, wrong_on_the_way
from tests.config.people import load_roles
from tests.orders.builders import NOON, make_order, make_shopfloor

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def shopfloor(db):
    load_roles()
    make_shopfloor()


@pytest.fixture
def cx() -> Client:
    user = User.objects.create(username="cx")
    user.groups.set(Group.objects.filter(name="cx"))
    client = Client()
    client.force_login(user)
    return client


def on_the_way(carriage: str = "in_locker", **facts: object) -> Parcel:
    order = make_order(state="released", released_at=NOON, release_claimed_at=NOON, acs_status="despatched")
    standing = {"state": "labelled", "point_id": order.locker_id, "tracking_number": f"T-{order.number}", "created_at": NOON}
    return Parcel.objects.create(order_number=order.number, carriage=carriage, carriage_at=NOON, **standing | facts)


def waiting(until: datetime, **facts: object) -> Parcel:
    return on_the_way(in_locker_at=until - timedelta(hours=72), collect_by=until, **facts)


def open_codes() -> list[str]:
    return sorted(ExceptionCase.objects.filter(state="open").values_list("code", flat=True))


@pytest.mark.parametrize(
    ("carriage", "code", "owner"),
    [
        ("not_taken", "TRK-NOTTAKEN", "warehouse"),
        ("expired", "TRK-EXPIRED", "cx"),
        ("expiring", "TRK-EXPIRING", "cx"),
        ("redirected", "TRK-REDIRECTED", "cx"),
        ("no_room", "TRK-FULL", "cx"),
        ("too_big", "TRK-OVERSIZE", "warehouse"),
        ("undeliverable", "TRK-RETURNING", "cx"),
        ("returning", "TRK-RETURNING", "cx"),
        ("lost", "TRK-LOST", "cx"),
        ("damaged", "TRK-DAMAGED", "cx"),
    ],
)
def test_each_trouble_is_the_right_case_of_the_right_desk_and_closes_by_itself(carriage, code, owner):
    parcel = on_the_way(carriage)

    find_on_the_way(at=NOON)
    case = ExceptionCase.objects.get(state="open")
    Parcel.objects.filter(pk=parcel.pk).update(carriage="collected")
    find_on_the_way(at=NOON)

    assert (case.code, case.owner, case.order_number) == (code, owner, parcel.order_number)
    assert open_codes() == []


def test_the_72_hours_run_by_the_clock_alone():
    waiting(NOON + timedelta(hours=30))
    codes = []

    for hours in (0, 6, 29, 30, 40):
        find_on_the_way(at=NOON + timedelta(hours=hours))
        codes.append(open_codes())

    assert codes == [[], ["TRK-EXPIRING"], ["TRK-EXPIRING"], ["TRK-EXPIRED"], ["TRK-EXPIRED"]]


def test_a_reminder_does_not_open_again_what_a_person_has_closed():
    before = wrong_on_the_way(OnTheWay("labelled", "in_locker", "UK1", last_code="LMD.1005", collect_by=NOON + timedelta(hours=3)), NOON)
    after = wrong_on_the_way(OnTheWay("labelled", "expiring", "UK1", last_code="LMD.9001", collect_by=NOON + timedelta(hours=3)), NOON)

    assert before == after


def test_a_manifested_parcel_that_nobody_scans_for_a_day_is_looked_for():
    manifest = Manifest.objects.create(site_key="acs", collection_on=NOON.date(), cutoff_at=NOON, created_at=NOON)
    on_the_way("announced", state="manifested", manifest=manifest, gate_passed_at=NOON, manifested_at=NOON)

    find_on_the_way(at=NOON + timedelta(hours=23))
    early = open_codes()
    find_on_the_way(at=NOON + timedelta(hours=24))

    assert (early, open_codes()) == ([], ["TRK-NOSCAN"])
    Parcel.objects.update(carriage="handed_over", handed_over_at=NOON)
    find_on_the_way(at=NOON + timedelta(hours=25))
    assert open_codes() == []


def test_a_closed_order_keeps_no_case_and_a_second_look_writes_nothing():
    parcel = on_the_way("lost")
    find_on_the_way(at=NOON)
    version = ExceptionCase.objects.get().version

    find_on_the_way(at=NOON)
    assert ExceptionCase.objects.get().version == version

    Order.objects.filter(number=parcel.order_number).update(state="closed")
    find_on_the_way(at=NOON)
    assert open_codes() == []


def test_forty_parcels_cost_the_same_statements_as_three():
    counts = []
    for size in (3, 40):
        for _ in range(size):
            on_the_way("expired")
        with CaptureQueriesContext(connection) as told:
            find_on_the_way(at=NOON)
        counts.append(len(told))

    assert abs(counts[0] - counts[1]) <= 1


@pytest.mark.parametrize("show", ["", "expiring", "expired", "moved", "stuck", "no_scan", "back", "lost", "way", "nonsense"])
def test_every_tab_answers(cx, show):
    assert cx.get(f"/collections/?show={show}").status_code == 200


def test_the_page_says_what_waits_how_long_what_was_said_and_what_can_be_done(cx):
    now = timezone.now()
    soon = waiting(now + timedelta(hours=5), now_at_point="UK00000905")
    late = waiting(now - timedelta(hours=2))
    find_on_the_way(at=now)

    page = cx.get("/collections/").content.decode()
    over = cx.get("/collections/?show=expired").content.decode()

    assert soon.order_number in page
    assert "UK00000905" in page
    assert "not UK00000904, which was chosen" in page
    assert "InPost&#x27;s code" in page
    assert "Remind the customer" in page
    assert "Open the case" in page
    assert late.order_number not in page
    assert late.order_number in over
    assert "Ask the customer" in over
    assert "Ada" not in page


def test_the_page_costs_the_same_for_thirty_as_for_three(cx):
    counts = []
    for size in (3, 30):
        for _ in range(size):
            waiting(timezone.now() + timedelta(hours=5))
        with CaptureQueriesContext(connection) as told:
            cx.get("/collections/")
        counts.append(len(told))

    assert counts[0] >= counts[1]


@pytest.mark.parametrize(
    ("code", "evidence", "said"),
    [
        ("TRK-NOTTAKEN", {"said": "FMD.1012"}, "The courier did not take the parcel: it had no label. It still stands at ACS."),
        (
            "TRK-EXPIRED",
            {"fault": "time", "locker": "UK1"},
            "The parcel has been in locker UK1 for 72 hours: InPost takes it out and sends it back.",
        ),
        ("TRK-RETURNING", {"fault": "returned"}, "The parcel is back with the sender. The customer has nothing yet."),
    ],
)
def test_the_sentence_names_the_reason(code, evidence, said):
    assert CATALOGUE[code].sentence(evidence) == said
