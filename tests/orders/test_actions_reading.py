"""ACS's own words: facts are overwritten, the raw text kept, and an unknown word stays unknown."""

from datetime import timedelta

import pytest
from django.utils import timezone

from config.running import run_feed
from exceptions_queue.catalogue import Code
from exceptions_queue.models import ExceptionCase
from orders import tasks
from orders.actions import review_many
from orders.invariants import INVARIANTS
from orders.models import Order
from orders.states import AcsStatus, OrderState
from partners.acs.statuses import SEED
from partners.mappings import fold
from partners.models import CodeMapping, Intent
from partners.sandbox.world import World
from tests.orders.builders import NOON, make_order

pytestmark = pytest.mark.django_db


@pytest.fixture
def released(world: World) -> Order:
    for raw, target in SEED.items():
        CodeMapping.objects.update_or_create(partner="acs", kind="order_status", folded=fold(raw), defaults={"raw": raw, "target": target})
    order = make_order()
    review_many([order.pk], at=NOON)
    tasks.send_releases()
    order.refresh_from_db()
    assert order.state == OrderState.RELEASED
    return order


def test_a_status_is_mirrored_in_our_words_beside_acs_s_own(world: World, released: Order):
    world.acs[released.number]["status"] = "Pick Confirmed"

    run = run_feed("acs.orders")

    released.refresh_from_db()
    assert (released.acs_status, released.acs_status_raw, run.changed) == (AcsStatus.PICK_CONFIRMED, "Pick Confirmed", 1)


def test_the_locker_that_acs_shows_is_kept_from_the_read_back_on(world: World, released: Order):
    assert released.acs_locker_id == "UK00000904"
    world.acs[released.number]["order"]["Misc1"] = "UK00000905"

    run_feed("acs.orders")

    released.refresh_from_db()
    assert (released.acs_locker_id, released.locker_id) == ("UK00000905", "UK00000904")


def test_a_status_nobody_mapped_is_kept_raw_and_never_guessed(world: World, released: Order):
    world.acs[released.number]["status"] = "QUAR-2 Picking"

    run_feed("acs.orders")

    released.refresh_from_db()
    assert (released.acs_status, released.acs_status_raw) == (AcsStatus.UNKNOWN, "QUAR-2 Picking")
    assert CodeMapping.objects.get(raw="QUAR-2 Picking").target == ""


def test_mapping_an_unknown_status_changes_the_order_at_the_next_look(world: World, released: Order):
    world.acs[released.number]["status"] = "QUAR-2"
    run_feed("acs.orders")
    CodeMapping.objects.filter(raw="QUAR-2").update(target="picking")

    run_feed("acs.orders")

    released.refresh_from_db()
    assert released.acs_status == AcsStatus.PICKING


def test_an_order_acs_has_lost_is_counted_and_keeps_what_was_known(world: World, released: Order):
    world.acs.clear()

    run = run_feed("acs.orders")

    released.refresh_from_db()
    assert (run.rejected, released.state) == (1, OrderState.RELEASED)


def test_reading_stops_at_the_first_failure_and_keeps_what_was_read(world: World, released: Order):
    world.faults.arm({"partner": "acs", "kind": "500", "times": 5, "method": "GET"})

    run = run_feed("acs.orders")

    assert run.outcome in ("failed", "partial")
    assert "fault of its own" in run.why


def test_one_answer_that_cannot_be_read_does_not_keep_the_others_from_being_read(world: World, released: Order):
    second = make_order()
    review_many([second.pk], at=NOON)
    tasks.send_releases()
    world.acs[second.number]["status"] = "Picking"
    world.faults.arm({"partner": "acs", "kind": "plain_text_200", "method": "GET", "path": f"/orders/{released.number}"})

    run = run_feed("acs.orders")

    second.refresh_from_db()
    released.refresh_from_db()
    assert (run.outcome, run.rejected, second.acs_status) == ("ok", 1, AcsStatus.PICKING)
    assert released.acs_seen_at is not None


def test_an_order_that_may_be_at_acs_is_confirmed_by_a_later_reading(world: World):
    order = make_order()
    review_many([order.pk], at=NOON)
    world.faults.arm({"partner": "acs", "kind": "other_content", "method": "PUT"})
    tasks.send_releases()
    assert set(ExceptionCase.objects.filter(state="open").values_list("code", flat=True)) == {Code.ORD_UNCONFIRMED}
    world.acs[order.number]["order"]["Delivery_Postcode"] = "LS1 4AB"

    tasks.watch()

    order.refresh_from_db()
    assert order.state == OrderState.RELEASED
    assert not ExceptionCase.objects.filter(state="open").exists()
    assert [breach for _, check in INVARIANTS for breach in check(timezone.now())] == []


def test_an_order_whose_status_has_not_moved_through_two_collections_is_stuck_until_it_moves(world: World, released: Order):
    run_feed("acs.orders")
    Order.objects.update(acs_status_since=timezone.now() - timedelta(days=12))
    tasks.watch()
    stuck = list(ExceptionCase.objects.filter(state="open").values_list("code", flat=True))
    world.acs[released.number]["status"] = "Picking"
    world.acs[released.number]["status_at"] = timezone.now().isoformat()

    run_feed("acs.orders")
    tasks.watch()

    assert (stuck, ExceptionCase.objects.filter(state="open").count()) == ([Code.ORD_STUCK], 0)


def test_a_paid_order_on_nobody_s_way_is_found_within_the_quarter_hour_and_closes_when_it_goes(world: World):
    order = make_order(placed_at=timezone.now() - timedelta(minutes=16))
    tasks.watch()
    lost = list(ExceptionCase.objects.filter(state="open").values_list("code", flat=True))

    tasks.review_new()
    tasks.send_releases()
    tasks.watch()

    order.refresh_from_db()
    assert (lost, order.state) == ([Code.ORD_NEVER_SENT], OrderState.RELEASED)
    assert not ExceptionCase.objects.filter(state="open").exists()


def test_a_held_order_and_one_on_its_way_are_not_lost(world: World):
    long_ago = timezone.now() - timedelta(hours=2)
    make_order(placed_at=long_ago, mobile="")
    make_order(placed_at=long_ago)
    tasks.review_new()
    assert Intent.objects.count() == 1

    assert tasks.watch()["never_sent"] == 0


def test_what_the_shop_cancels_before_acs_has_it_is_cancelled_here(world: World):
    order = make_order(store_cancelled_at=NOON)

    assert tasks.watch()["cancelled"] == 1

    order.refresh_from_db()
    assert order.state == OrderState.CANCELLED
