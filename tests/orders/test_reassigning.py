"""Another locker for an order that ACS has: asked of ACS, true when ACS shows it, and never two live labels."""

from collections.abc import Iterator

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from exceptions_queue.catalogue import sentence
from exceptions_queue.models import AuditEntry, ExceptionCase
from lockers.models import Parcel, Point
from lockers.states import LIVE, ParcelState
from lockers.tasks import make_labels
from orders import tasks
from orders.actions import Refused, Stale, TooLate, reassign_locker, resend
from orders.actions.allocating import allocate_for
from orders.actions.sending import look
from orders.invariants import INVARIANTS
from orders.models import Order
from orders.queries import detail, nearby
from orders.queries.parcels import journey_of
from orders.states import AcsStatus, Destination, OrderState
from partners import connect
from partners.models import Feed, Intent, SyncRun
from partners.sandbox.world import World
from tests.lockers.shipping import FakeShipping
from tests.orders.builders import make_order
from tests.orders.reassigning import (
    FAR,
    NEAR,
    OLD,
    at_acs,
    close,
    label,
    locker_at_acs,
    make_lockers,
    manifest,
    map_statuses,
    open_cases,
    send,
)
from tests.partners.fake_web import FakeWeb

pytestmark = pytest.mark.django_db


@pytest.fixture
def released(world: World, settings) -> Iterator[Order]:
    settings.INPOST_API_URL, settings.INPOST_TOKEN_URL = "http://inpost.test", "http://inpost.test/oauth2/token"
    map_statuses()
    make_lockers()
    order = make_order()
    send(order)
    with connect.use({"inpost": FakeWeb(FakeShipping().reply).transport}):
        yield order
    assert [breach for _, check in INVARIANTS for breach in check(timezone.now())] == []


@pytest.fixture
def agent() -> User:
    return User.objects.create(username="agent")


def move(order: Order, to: str = NEAR, actor="test"):
    order.refresh_from_db()
    return reassign_locker(order, locker_id=to, actor=actor, at=timezone.now(), version=order.version)


def live(order: Order) -> list[tuple[str, str]]:
    return list(Parcel.objects.filter(order_number=order.number, state__in=LIVE).values_list("state", "point_id"))


class TestBeforeALabel:
    def test_acs_is_asked_and_the_order_follows_when_acs_shows_it(self, world, released):
        checked = move(released)
        released.refresh_from_db()
        before = released.locker_id
        tasks.send_releases()

        released.refresh_from_db()
        assert checked.sentence == f"ACS is asked now. Order {released.number} goes to locker {NEAR} as soon as ACS shows it."
        assert (before, released.locker_id, locker_at_acs(world, released)) == (OLD, NEAR, NEAR)
        assert (released.state, world.acs[released.number]["creations"]) == (OrderState.RELEASED, 1)

    @pytest.mark.parametrize("status", ["Picking", "Part Picked", "Pick Confirmed", "Packed"])
    def test_picking_and_packing_do_not_matter(self, world, released, status):
        at_acs(world, released, status)

        move(released)
        tasks.send_releases()

        released.refresh_from_db()
        assert (released.locker_id, locker_at_acs(world, released)) == (NEAR, NEAR)

    def test_nothing_but_the_locker_changes_at_acs_and_what_the_shop_edited_stays_to_be_looked_at(self, world, released):
        released.shop |= {"mobile": "07803 345068"}
        released.save()
        look([released.pk], at=timezone.now())
        before = dict(world.acs[released.number]["order"])

        move(released)
        tasks.send_releases()

        after = world.acs[released.number]["order"]
        assert {name for name in after if after[name] != before.get(name)} == {"Misc1"}
        released.refresh_from_db()
        assert (released.mobile, open_cases(released)) == ("07712 345 068", {"VAL-EDITED"})

    def test_our_own_change_is_not_taken_for_an_edit_of_the_shop(self, world, released):
        move(released)
        tasks.send_releases()
        tasks.watch()

        assert open_cases(released) == set()

    def test_a_locker_that_the_shop_changed_meanwhile_is_an_edit(self, world, released):
        move(released)
        tasks.send_releases()
        released.refresh_from_db()
        released.shop |= {"locker_id": FAR}
        released.save()

        look([released.pk], at=timezone.now())

        assert open_cases(released) == {"VAL-EDITED"}

    def test_the_case_about_the_old_locker_closes_when_acs_shows_the_new_one(self, world, released):
        close(OLD)
        at_acs(world, released, "Pick Confirmed")
        tasks.ask_for_labels()
        assert open_cases(released) == {"LOC-CLOSED"}

        move(released)
        assert open_cases(released) == {"LOC-CLOSED"}
        tasks.send_releases()

        assert open_cases(released) == set()

    def test_before_the_release_the_order_changes_here(self, world):
        make_lockers()
        order = make_order()

        move(order)

        order.refresh_from_db()
        assert (order.locker_id, Intent.objects.filter(payload__elsewhere=True).count()) == (NEAR, 0)


class TestWithALabel:
    def test_the_old_parcel_is_void_at_once_and_the_new_label_waits_for_acs(self, world, released):
        old = label(world, released)

        checked = move(released)
        tasks.ask_for_labels()
        between = live(released)
        tasks.send_releases()
        tasks.ask_for_labels()
        make_labels()

        old.refresh_from_db()
        assert "old label is void" in checked.sentence
        assert (old.state, old.void_why, between) == (ParcelState.VOID, "The parcel goes to another locker", [])
        assert live(released) == [(ParcelState.LABELLED, NEAR)]

    def test_a_label_that_is_only_asked_for_is_not_made_for_the_old_locker(self, world, released):
        at_acs(world, released, "Pick Confirmed")
        tasks.ask_for_labels()

        move(released)
        make_labels()
        tasks.send_releases()
        tasks.ask_for_labels()
        make_labels()

        assert live(released) == [(ParcelState.LABELLED, NEAR)]
        assert Parcel.objects.filter(state=ParcelState.VOID).values_list("tracking_number", flat=True)[0] == ""

    def test_refused_while_its_label_is_being_made(self, world, released):
        at_acs(world, released, "Pick Confirmed")
        tasks.ask_for_labels()
        Intent.objects.filter(kind="make-label").update(state=Intent.State.SENDING, lease_until=timezone.now())

        with pytest.raises(Refused, match="Its label is being made just now"):
            move(released)

        assert live(released) == [(ParcelState.LABEL_PENDING, OLD)]
        Intent.objects.filter(kind="make-label").update(state=Intent.State.READY, lease_until=None)

    def test_refused_on_a_closed_manifest(self, world, released):
        manifest(label(world, released))

        with pytest.raises(TooLate, match="Reopen the manifest or pull the parcel first"):
            move(released)

        assert live(released) == [(ParcelState.MANIFESTED, OLD)]

    def test_refused_once_inpost_has_it(self, world, released):
        parcel = label(world, released)
        manifest(parcel)
        Parcel.objects.filter(pk=parcel.pk).update(handed_over_at=timezone.now())

        with pytest.raises(TooLate, match="handed over to InPost"):
            move(released)

    def test_labels_made_by_acs_are_replaced_by_the_number_that_acs_names_next(self, world, released, settings):
        settings.LABELS_BY = "acs"
        at_acs(world, released, "Packed")
        Order.objects.filter(pk=released.pk).update(acs_tracking="JJD000000000000001")
        tasks.ask_for_labels()

        move(released)
        tasks.ask_for_labels()
        between = live(released)
        tasks.send_releases()
        Order.objects.filter(pk=released.pk).update(acs_tracking="JJD000000000000002")
        tasks.ask_for_labels()

        assert (between, live(released)) == ([], [(ParcelState.LABELLED, NEAR)])


class TestWhatIsRefused:
    def test_a_despatched_order(self, world, released):
        at_acs(world, released, "Despatched")

        with pytest.raises(TooLate, match="Too late: despatched"):
            move(released)

    @pytest.mark.parametrize(
        ("facts", "why"),
        [
            ({"status": "Disabled", "may_receive": False}, "does not take parcels now"),
            ({"sizes": {"C": "NORMAL"}}, "has no A compartment"),
            ({"low_since": {"A": "2026-01-01T00:00:00+00:00"}}, "next to no free A compartment"),
        ],
    )
    def test_a_locker_that_cannot_take_it(self, world, released, settings, facts, why):
        Point.objects.filter(point_id=NEAR).update(**facts)
        crawled()

        with pytest.raises(Refused, match=why):
            move(released)

        assert Intent.objects.filter(payload__elsewhere=True).count() == 0

    def test_the_size_that_acs_packed_counts(self, world, released):
        Point.objects.filter(point_id=NEAR).update(sizes={"A": "NORMAL", "B": "NORMAL"})
        at_acs(world, released, "Packed", length_mm=600, width_mm=380, height_mm=300, weight_g=2000)

        with pytest.raises(Refused, match="has no C compartment"):
            move(released)

    @pytest.mark.parametrize(
        ("to", "why"), [("", "Pick one of the lockers"), ("UK99999999", "does not list"), (OLD, "goes to locker UK00000904 already")]
    )
    def test_no_such_locker_or_the_same(self, world, released, to, why):
        with pytest.raises(Refused, match=why):
            move(released, to)

    def test_while_acs_is_being_asked_already(self, world, released):
        move(released)

        with pytest.raises(TooLate, match="on its way to ACS just now"):
            move(released, FAR)

    def test_a_home_delivery_and_what_the_shop_cancelled_and_where_we_only_watch(self, world, released, settings):
        for facts, why in (
            ({"delivery_method": "royal_mail_48", "destination": Destination.HOME}, "customer's door"),
            ({"delivery_method": "owl"}, "no ACS service"),
            ({"store_cancelled_at": timezone.now()}, "shop cancelled"),
        ):
            was = {name: getattr(released, name) for name in facts}
            Order.objects.filter(pk=released.pk).update(**facts)
            with pytest.raises((Refused, TooLate), match=why):
                move(released)
            Order.objects.filter(pk=released.pk).update(**was)
        settings.MODES = {**settings.MODES, "acs": "observe"}
        with pytest.raises(Refused, match="MODE_ACS=observe"):
            move(released)

    def test_the_second_of_two_people_is_told(self, world, released):
        seen = released.version
        move(released)

        with pytest.raises(Stale):
            reassign_locker(released, locker_id=FAR, actor="test", at=timezone.now(), version=seen)


def crawled() -> None:
    """Three crawls since 1 January, so that what was nearly full then counts as full."""
    feed, _ = Feed.objects.get_or_create(name="inpost.points")
    now = timezone.now()
    for _ in range(3):
        SyncRun.objects.create(feed=feed, outcome="ok", started_at=now, finished_at=now)


class TestWhatAcsAnswers:
    def test_another_locker_on_read_back_is_a_case_that_stops_the_manifest(self, world, released):
        old_way(world, released)

        move(released)
        tasks.send_releases()
        tasks.ask_for_labels()

        case = ExceptionCase.objects.get(state="open")
        released.refresh_from_db()
        assert (case.code, case.blocks, released.locker_id, live(released)) == ("ORD-UNCONFIRMED", "M", OLD, [])
        assert sentence(case.code, case.evidence) == f"ACS was asked to send the parcel to locker {NEAR} and does not show that locker."

    def test_what_acs_shows_later_after_all_counts_and_closes_the_case(self, world, released):
        old_way(world, released)
        move(released)
        tasks.send_releases()

        world.acs[released.number]["order"]["Misc1"] = NEAR
        at_acs(world, released, "Packed")

        assert (released.locker_id, open_cases(released)) == (NEAR, set())

    def test_sent_again_acs_is_asked_for_the_same_locker_once_more(self, world, released):
        old_way(world, released)
        move(released)
        tasks.send_releases()
        released.refresh_from_db()
        at_acs(world, released, "Packed")

        checked = resend(released, actor="test", at=timezone.now())
        tasks.send_releases()

        released.refresh_from_db()
        assert ("asked again" in checked.sentence, released.locker_id, open_cases(released)) == (True, NEAR, set())

    def test_it_may_stay_where_it_was(self, world, released):
        at_acs(world, released, "Pick Confirmed")
        old_way(world, released)
        move(released)
        tasks.send_releases()
        at_acs(world, released, "Pick Confirmed")

        move(released, OLD)
        tasks.send_releases()
        tasks.ask_for_labels()
        make_labels()

        assert (open_cases(released), live(released)) == (set(), [(ParcelState.LABELLED, OLD)])

    def test_accepted_and_then_silence_is_settled_by_looking(self, world, released, settings):
        world.faults.arm({"partner": "acs", "kind": "accept_then_timeout", "method": "PUT"})
        move(released)
        tasks.send_releases()
        Intent.objects.filter(state=Intent.State.UNKNOWN).update(next_at=timezone.now())
        tasks.send_releases()

        released.refresh_from_db()
        assert released.locker_id == NEAR

    def test_despatched_while_it_is_being_asked_is_not_sent(self, world, released):
        move(released)
        Order.objects.filter(pk=released.pk).update(acs_status=AcsStatus.DESPATCHED, acs_status_raw="Despatched")
        allocate_for([released.pk], at=timezone.now())
        tasks.send_releases()

        assert Intent.objects.get(payload__elsewhere=True).state == Intent.State.CANCELLED
        assert locker_at_acs(world, released) == OLD


def old_way(world: World, order: Order) -> None:
    """ACS says yes and goes on with what it has, as if the parcel had left."""
    world.acs[order.number]["status"] = "Despatched"


class TestWhatPeopleSee:
    def test_the_page_says_what_can_be_done_at_each_stage(self, world, released):
        def told() -> tuple[bool, str]:
            released.refresh_from_db()
            [entry] = [entry for entry in detail.possible_with(released, journey_of(released).live) if entry.name == "change-locker"]
            return entry.allowed, entry.why

        assert told() == (True, "")
        parcel = label(world, released)
        assert told() == (True, "")
        manifest(parcel)
        assert told() == (False, "The parcel is on a closed manifest. Reopen the manifest or pull the parcel first.")
        Parcel.objects.update(handed_over_at=timezone.now())
        assert told()[1].startswith("Too late: handed over to InPost")

    def test_the_audit_log_says_who_asked_and_what_acs_showed(self, world, released, agent):
        move(released, actor=agent)
        tasks.send_releases()

        asked = AuditEntry.objects.get(verb="locker change asked of ACS")
        shown = AuditEntry.objects.get(verb="locker changed at ACS")
        assert (asked.actor_label, asked.after, shown.after) == ("agent", {"locker_id": NEAR}, {"locker_id": NEAR})

    def test_the_nearest_by_both_distances_with_their_hours(self, world, released):
        Order.objects.filter(pk=released.pk).update(postcode="NW1 9XX")
        released.refresh_from_db()

        first, second = nearby.alternatives(released)[:2]

        assert (first.point.point_id, second.point.point_id) == (NEAR, FAR)
        assert first.distance == "400 m from the first choice, about 400 m from the customer"
        assert (first.hours, second.hours) == ("open day and night", "Mon 08:00–20:00")

    def test_a_full_one_is_not_offered(self, world, released):
        Point.objects.filter(point_id=NEAR).update(low_since={"A": "2026-01-01T00:00:00+00:00"})
        crawled()

        assert [choice.point.point_id for choice in nearby.alternatives(released)] == [FAR]
