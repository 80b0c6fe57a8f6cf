"""Our holds in the shop: one by handle and tag however many stand here, lifted with the last, and never twice."""

from datetime import timedelta

import pytest
from django.utils import timezone

from exceptions_queue.models import Hold
from orders import tasks
from orders.actions import cancel_order, clear, correct_mobile, hold, review_many
from orders.models import Order
from partners import connect
from partners.errors import Rejected, Unreachable
from partners.models import Intent
from tests.orders.builders import NOON, make_order, make_shopfloor

pytestmark = pytest.mark.django_db


class Shop:
    """A shop that keeps holds and tags, and notes every change made to them; `troubles` are raised first, one a call."""

    def __init__(self) -> None:
        self.holds: dict[str, tuple[str, str]] = {}
        self.tags: set[tuple[str, str]] = set()
        self.changes: list[str] = []
        self.troubles: list[Exception] = []

    def hold(self, number: str, *, store_id: str, handle: str, reason: str, note: str) -> bool:
        self._meet_trouble()
        new = handle not in self.holds
        self.holds[handle] = (reason, note)
        return self._note(f"hold {store_id}", new)

    def release(self, number: str, *, store_id: str, handle: str) -> bool:
        self._meet_trouble()
        return self._note(f"release {store_id}", self.holds.pop(handle, None) is not None)

    def tag(self, number: str, *, store_id: str, add: tuple[str, ...] = (), remove: tuple[str, ...] = ()) -> bool:
        self._meet_trouble()
        before = set(self.tags)
        self.tags |= {(store_id, tag) for tag in add}
        self.tags -= {(store_id, tag) for tag in remove}
        return self._note(f"tag {store_id}", before != self.tags)

    def _meet_trouble(self) -> None:
        if self.troubles and (trouble := self.troubles.pop(0)):
            raise trouble

    def _note(self, change: str, changed: bool) -> bool:
        self.changes += [change] if changed else []
        return changed


@pytest.fixture
def shop(settings, monkeypatch) -> Shop:
    settings.MODES = dict.fromkeys(settings.MODES, "live")
    make_shopfloor()
    shop = Shop()
    monkeypatch.setattr(connect, "store", lambda: shop)
    return shop


def held_order(**facts: object) -> Order:
    order = make_order(**({"mobile": ""} | facts))
    review_many([order.pk], at=NOON)
    order.refresh_from_db()
    return order


def test_a_held_order_shows_in_the_shop_by_handle_and_tag_with_a_reason_for_people(shop):
    order = held_order(store_id="gid://shopify/Order/7")

    tasks.send_holds()

    assert shop.holds == {f"lockstep-{order.number}": ("OTHER", "Held by Lockstep: No mobile number for a locker order")}
    assert shop.tags == {("gid://shopify/Order/7", "lockstep-held")}
    assert Order.objects.get().shop_held_at is not None


def test_what_is_wrong_with_the_address_the_shop_is_told_in_its_own_word(shop):
    held_order(mobile="07712 345068", locker_id="UK99999999")

    tasks.send_holds()

    [(reason, _)] = shop.holds.values()
    assert reason == "INCORRECT_ADDRESS"


def test_it_is_lifted_when_the_last_of_several_ends(shop):
    order = held_order(mobile="07712 345068", email="")
    hold(order, reason="Fraud", exit="Checked", actor="test", at=NOON)
    hold(order, reason="Gift card", exit="Paid", actor="test", at=NOON)
    tasks.send_holds()
    stood = []
    for standing in Hold.objects.order_by("pk"):
        clear(order, hold=standing, reason="Done", actor="test", at=NOON)
        tasks.send_holds()
        stood.append(len(shop.holds))
    Order.objects.update(email="a@example.com")
    tasks.recheck_open()
    tasks.send_holds()

    assert (stood, shop.holds, shop.tags) == ([1, 1], {}, set())
    assert shop.changes == [f"{what} {order.store_id}" for what in ("hold", "tag", "release", "tag")]


def test_held_freed_and_held_again_within_a_second_are_three_intents(shop):
    order = held_order()
    tasks.send_holds()
    correct_mobile(order, value="07712 345068", actor="test", at=NOON, version=order.version)
    tasks.send_holds()
    hold(Order.objects.get(), reason="Fraud", exit="Checked", actor="test", at=NOON)

    tasks.send_holds()

    assert (len(shop.holds), Intent.objects.filter(kind="shop_hold", state="done").count()) == (1, 3)


def test_asked_twice_nothing_changes_twice(shop):
    held_order()
    tasks.send_holds()
    once = list(shop.changes)

    tasks.send_holds()

    assert shop.changes == once
    assert Intent.objects.filter(kind="shop_hold").count() == 1


def test_when_the_tag_fails_both_are_tried_again_and_the_hold_stays_one(shop):
    held_order()
    shop.troubles = [None, Unreachable("store", "It did not answer.")]
    tasks.send_holds()
    between = (len(shop.holds), Order.objects.get().shop_held_at)
    Intent.objects.update(next_at=timezone.now())

    tasks.send_holds()

    assert (between, len(shop.tags), shop.changes.count(shop.changes[0])) == ((1, None), 1, 1)


def test_what_the_shop_refuses_is_asked_again_after_an_hour_and_not_every_minute(shop):
    held_order()
    shop.troubles = [Rejected("store", "This order is closed."), Rejected("store", "This order is closed.")]
    for _ in range(3):
        tasks.send_holds()
    refused = Intent.objects.filter(kind="shop_hold").count()
    Intent.objects.update(ended_at=timezone.now() - timedelta(hours=2))

    tasks.send_holds()

    assert (refused, Intent.objects.filter(kind="shop_hold").count()) == (1, 2)


def test_a_cancelled_order_is_freed_in_the_shop(shop):
    order = held_order()
    tasks.send_holds()
    cancel_order(order, reason="The customer changed her mind", actor="test", at=NOON)

    tasks.send_holds()

    assert (shop.holds, shop.tags, Order.objects.get().shop_held_at) == ({}, set(), None)


def test_in_observe_mode_the_shop_is_told_nothing(shop, settings):
    settings.MODES = {**settings.MODES, "store": "observe"}
    held_order()

    tasks.send_holds()

    assert shop.changes == []


def test_queueing_costs_the_same_for_many(shop, django_assert_max_num_queries):
    from orders.actions.shop import queue_holds

    for _ in range(6):
        held_order()

    with django_assert_max_num_queries(4 + 6 * 2):
        assert queue_holds(at=timezone.now()) == 6
