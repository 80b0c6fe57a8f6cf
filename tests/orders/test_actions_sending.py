"""Release to ACS: once, never while held, and never released before ACS shows what was sent."""

from datetime import timedelta

import pytest
from django.utils import timezone

from exceptions_queue.catalogue import Code
from exceptions_queue.models import ExceptionCase
from inventory.models import AcsSku
from orders import tasks
from orders.actions import TooLate, hold, recheck, resend, review_many
from orders.models import Order
from orders.states import OrderState
from partners.models import Intent
from partners.sandbox.world import World
from tests.orders.builders import NOON, make_order

pytestmark = pytest.mark.django_db


def ready_order(**facts: object) -> Order:
    order = make_order(**facts)
    review_many([order.pk], at=NOON)
    order.refresh_from_db()
    return order


def after_the_quarantine() -> None:
    Intent.objects.filter(state=Intent.State.UNKNOWN).update(next_at=timezone.now() - timedelta(seconds=1))


def open_codes() -> set[str]:
    return set(ExceptionCase.objects.filter(state="open").values_list("code", flat=True))


def test_a_ready_order_is_put_read_back_and_released(world: World):
    order = ready_order()

    outcomes = tasks.send_releases()

    order.refresh_from_db()
    assert (order.state, outcomes) == (OrderState.RELEASED, {"done": 1})
    assert world.acs[order.number]["order"]["Misc1"] == "UK00000904"
    assert world.acs[order.number]["order"]["Misc2"] == "A"
    assert world.acs[order.number]["order"]["MobilePhone"] == "+447712345068"


def test_what_acs_accepted_it_is_known_to_hold(world: World):
    ready_order(sku="DRS-0012-10")
    AcsSku.objects.all().delete()

    tasks.send_releases()

    assert list(AcsSku.objects.values_list("sku", "source")) == [("DRS-0012-10", "accepted_order")]


def test_an_order_already_at_acs_as_we_would_send_it_is_adopted_without_a_put(world: World):
    order = ready_order()
    tasks.send_releases()
    Order.objects.filter(pk=order.pk).update(state=OrderState.READY, release_claimed_at=None, released_at=None)
    Intent.objects.update(state=Intent.State.READY)

    outcomes = tasks.send_releases()

    assert outcomes == {"already": 1}
    assert world.acs[order.number]["puts"] == 1


def test_an_order_at_acs_with_other_content_is_never_overwritten_unasked(world: World):
    order = ready_order()
    world.acs[order.number] = {
        "order": {"OrderNumber": order.number, "FirstName": "Somebody", "OrderItems": []},
        "creations": 1,
        "puts": 1,
        "status": "Acknowledged",
        "status_at": "2026-06-09T10:00:00Z",
        "tracking": "",
    }

    tasks.send_releases()

    order.refresh_from_db()
    assert (order.state, open_codes()) == (OrderState.READY, {Code.ORD_UNCONFIRMED})
    assert world.acs[order.number]["order"]["FirstName"] == "Somebody"


def test_a_block_that_opens_between_ready_and_sending_stops_the_release(world: World):
    order = ready_order()
    hold(order, reason="Fraud check", exit="The payment is confirmed", actor="test", at=NOON)

    tasks.send_releases()

    order.refresh_from_db()
    assert (order.state, world.acs) == (OrderState.HELD, {})


def test_a_refused_order_comes_back_held_with_acs_s_reason(world: World):
    world.acs_skus.clear()
    order = ready_order()

    tasks.send_releases()

    order.refresh_from_db()
    case = ExceptionCase.objects.get(state="open")
    assert (order.state, order.release_claimed_at, case.code) == (OrderState.HELD, None, Code.ORD_REJECTED)
    assert case.evidence["why"] == "SKU not known: DRS-0012-10"


def test_a_refused_order_goes_once_the_cause_is_gone_and_a_person_sends_it_again(world: World):
    skus, world.acs_skus = world.acs_skus, set()
    order = ready_order()
    tasks.send_releases()
    world.acs_skus = skus

    resend(Order.objects.get(pk=order.pk), actor="test", at=timezone.now())
    tasks.send_releases()

    order.refresh_from_db()
    assert (order.state, open_codes()) == (OrderState.RELEASED, set())


def test_a_200_with_plain_text_that_did_nothing_is_looked_up_and_then_sent(world: World):
    order = ready_order()
    world.faults.arm({"partner": "acs", "kind": "plain_text_200", "method": "PUT"})
    first = tasks.send_releases()
    after_the_quarantine()

    tasks.send_releases()

    order.refresh_from_db()
    assert (first, order.state) == ({"unknown": 1}, OrderState.RELEASED)
    assert world.acs[order.number]["puts"] == 1


def test_other_content_on_read_back_opens_a_case_and_a_resend_amends_it(world: World):
    order = ready_order()
    world.faults.arm({"partner": "acs", "kind": "other_content", "method": "PUT"})
    tasks.send_releases()
    assert (Order.objects.get().state, open_codes()) == (OrderState.READY, {Code.ORD_UNCONFIRMED})

    resend(Order.objects.get(), actor="test", at=timezone.now())
    tasks.send_releases()

    order.refresh_from_db()
    assert (order.state, open_codes()) == (OrderState.RELEASED, set())
    assert world.acs[order.number]["creations"] == 1


def test_accepted_and_then_silence_is_settled_by_looking_and_sent_once(world: World):
    order = ready_order()
    world.faults.arm({"partner": "acs", "kind": "accept_then_timeout", "method": "PUT"})
    tasks.send_releases()
    before_looking = Order.objects.get(pk=order.pk).state
    after_the_quarantine()

    tasks.send_releases()

    order.refresh_from_db()
    assert (before_looking, order.state) == (OrderState.READY, OrderState.RELEASED)
    assert world.acs[order.number]["puts"] == 1


def test_an_unclear_outcome_is_not_asked_before_the_quarantine_is_over(world: World):
    ready_order()
    world.faults.arm({"partner": "acs", "kind": "accept_then_timeout", "method": "PUT"})
    tasks.send_releases()

    assert tasks.send_releases() == {}
    assert Intent.objects.get().state == Intent.State.UNKNOWN


def test_while_acs_cannot_be_reached_the_order_may_still_be_held(world: World):
    order = ready_order()
    world.faults.arm({"partner": "acs", "kind": "down", "times": 20})
    tasks.send_releases()

    hold(order, reason="Customer rang", exit="She rings back", actor="test", at=NOON)

    order.refresh_from_db()
    assert (order.state, order.release_claimed_at) == (OrderState.HELD, None)


def test_an_order_in_the_air_cannot_be_held_any_more(world: World):
    order = ready_order()
    world.faults.arm({"partner": "acs", "kind": "accept_then_timeout", "method": "PUT"})
    tasks.send_releases()

    with pytest.raises(TooLate) as refusal:
        hold(Order.objects.get(pk=order.pk), reason="Fraud", exit="Checked", actor="test", at=NOON)

    assert "on its way to ACS" in refusal.value.sentence


def test_a_throttled_release_waits_as_long_as_acs_says(world: World):
    ready_order()
    world.faults.arm({"partner": "acs", "kind": "429", "times": 5})

    outcomes = tasks.send_releases()

    intent = Intent.objects.get()
    assert (outcomes, intent.state) == ({"later": 1}, Intent.State.READY)
    assert intent.next_at > timezone.now()


def test_checking_again_a_released_order_changes_nothing(world: World):
    order = ready_order()
    tasks.send_releases()

    checked = recheck(Order.objects.get(pk=order.pk), actor="test", at=timezone.now())

    assert (checked.order.state, Intent.objects.count()) == (OrderState.RELEASED, 1)


def test_a_write_that_acs_applies_late_is_settled_once(world: World):
    order = ready_order()
    world.faults.arm({"partner": "acs", "kind": "apply_late", "method": "PUT", "seconds": 4})
    first = tasks.send_releases()
    world.advance(4.1 / 3600)
    after_the_quarantine()

    tasks.send_releases()

    order.refresh_from_db()
    assert (first, order.state) == ({"unknown": 1}, OrderState.RELEASED)
    assert (world.acs[order.number]["puts"], world.acs[order.number]["creations"]) == (1, 1)
