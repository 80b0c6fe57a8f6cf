"""An order ends by itself when its customer has the parcel, and whatever is still to be said is said once."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from exceptions_queue.models import AuditEntry, ExceptionCase
from inventory.models import Allocation
from lockers.models import Parcel
from orders import tasks
from orders.actions import collected, fulfilling
from orders.actions.carriage import find_on_the_way
from orders.actions.reading import due_for_reading
from orders.invariants import INVARIANTS
from orders.models import Consolidation, Order
from partners.models import Intent
from tests.orders.builders import NOON, make_order
from tests.orders.parcels import parcel, say, shown

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("shop_folder")]


def state_of(one: Parcel) -> str:
    return Order.objects.get(number=one.order_number).state


def with_(carriage: str, number: str = "T1") -> Parcel:
    return parcel(number, carriage=carriage, carriage_at=NOON, handed_over_at=NOON, collected_at=NOON if carriage == "collected" else None)


def test_what_was_collected_is_closed_by_the_system_and_its_cases_about_the_way_with_it():
    one = with_("expired")
    find_on_the_way(at=NOON)
    Parcel.objects.update(carriage="collected", collected_at=NOON)

    assert collected.close_collected(at=NOON) == 1
    assert collected.close_collected(at=NOON) == 0

    entry = AuditEntry.objects.get(verb="order closed")
    assert (state_of(one), entry.actor_label, entry.reason) == ("closed", "system:closing", "The customer has collected it.")
    assert ExceptionCase.objects.get().state == "cured"
    assert Allocation.objects.get().left_at == NOON


@pytest.mark.parametrize("carriage", ["", "in_locker", "returning", "returned", "lost", "damaged", "cancelled", "expired"])
def test_nothing_else_is(carriage):
    one = with_(carriage)

    assert collected.close_collected(at=NOON) == 0
    assert state_of(one) == "released"


def test_an_order_without_a_parcel_that_counts_stays_open():
    home = make_order(state="released", released_at=NOON, release_claimed_at=NOON, acs_status="despatched", destination="home")
    void = with_("collected")
    Parcel.objects.update(state="void")

    assert collected.close_collected(at=NOON + timedelta(days=14)) == 0
    assert (Order.objects.get(pk=home.pk).state, state_of(void)) == ("released", "released")


def test_what_was_handed_over_and_collected_between_two_looks_is_still_told_exactly_once(shop_folder):
    one = parcel()
    say(one, "FMD.1002")
    say(one, "EOL.1002", 9)

    tasks.follow_parcels()
    assert state_of(one) == "closed"
    told = [tasks.tell_shop() for _ in range(3)]

    order = Order.objects.get(number=one.order_number)
    assert told == [{"done": 1, "milestones_done": 1}, {}, {}]
    assert (order.shop_tracking, [step for step, _ in shown(shop_folder)]) == ("T1", ["delivered"])


def test_what_the_shop_refused_is_asked_again_after_the_order_ended():
    one = parcel()
    say(one, "EOL.1002")
    tasks.follow_parcels()
    Intent.objects.update(state="dead", ended_at=timezone.now() - timedelta(minutes=30))
    assert tasks.tell_shop() == {}

    Intent.objects.update(ended_at=timezone.now() - timedelta(hours=2))
    assert tasks.tell_shop() == {"done": 1, "milestones_done": 1}
    assert Order.objects.get(number=one.order_number).shop_tracking == "T1"


@pytest.mark.parametrize("facts", [{"error_class": "Conflict"}, {"revision": 336}])
def test_what_the_shop_will_never_take_is_not_asked_for_ever(facts):
    say(parcel(), "EOL.1002")
    tasks.follow_parcels()
    Intent.objects.update(state="dead", ended_at=timezone.now() - timedelta(hours=2), **facts)

    assert tasks.tell_shop() == {}


def test_where_the_shop_is_only_observed_the_order_ends_and_is_never_told(settings):
    settings.MODES = settings.MODES | {"store": "observe"}
    one = with_("collected")
    collected.close_collected(at=NOON)

    settings.MODES = settings.MODES | {"store": "live"}
    assert (state_of(one), tasks.tell_shop()) == ("closed", {})


def test_a_closed_order_is_not_read_waits_for_nothing_and_breaks_no_invariant():
    one = with_("collected")
    order = Order.objects.get(number=one.order_number)
    facts = {"business_id": order.number, "op_key": order.number, "next_at": NOON, "created_at": NOON, "created_by": "system:test"}
    Intent.objects.create(kind="acs_release", state="done", payload={"amend": False}, receipt={"already": False}, ended_at=NOON, **facts)
    Consolidation.objects.create(order=order, where="at_acs", missing=[], opened_at=NOON, deadline_at=NOON, latest_safe_at=NOON)

    collected.close_collected(at=NOON)

    assert due_for_reading() == []
    assert not Consolidation.objects.filter(ended_at__isnull=True).exists()
    assert {name: broken for name, check in INVARIANTS if (broken := check(NOON))} == {}


def test_thirty_orders_cost_the_same_statements_as_three(settings):
    settings.MODES = settings.MODES | {"store": "observe"}
    counts = []
    for size, start in ((3, 100), (30, 200)):
        for number in range(start, start + size):
            with_("collected", f"T{number}")
        with CaptureQueriesContext(connection) as told:
            assert collected.close_collected(at=NOON) == size
        counts.append(len(told))

    assert counts[1] <= counts[0] + 1


@pytest.mark.postgres
def test_several_looks_at_once_ask_the_shop_and_close_each_order_once(race):
    for number in range(30):
        with_("collected", f"T{number}")

    looks = [collected.close_collected, fulfilling.queue_fulfilments, collected.close_collected, fulfilling.queue_fulfilments]
    outcomes = race(lambda look: look(at=NOON), looks)

    assert outcomes == ["ok"] * 4
    assert Intent.objects.filter(kind="shop_fulfilment").values("business_id").distinct().count() == Intent.objects.count() == 30
    assert AuditEntry.objects.filter(verb="order closed").count() == 30
    assert not Order.objects.filter(state="released").exists()
