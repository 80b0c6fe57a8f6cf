"""Who waits for what: an order's row before the counters, a proposal before its mappings. On PostgreSQL; nobody waits in a ring."""

import threading
from collections.abc import Callable

import pytest
from django.db import transaction
from django.utils import timezone

from inventory.actions import recount, ripen
from inventory.models import Level
from orders.actions.allocating import allocate_for
from orders.actions.ending import cancel_order
from orders.actions.oversold import find_oversold
from orders.models import Order
from tests.inventory.holding import make_ready, stock_file_of
from tests.orders.builders import make_order, make_shopfloor
from tests.postgres import until_another_waits

pytestmark = [pytest.mark.postgres, pytest.mark.timeout(120), pytest.mark.django_db(transaction=True)]

SKU = "DRS-0012-10"


@pytest.fixture
def order(transactional_db) -> Order:
    """An order of two of which ACS holds one."""
    make_shopfloor()
    make_ready(1, timezone.now(), SKU)
    order = make_order(quantity=2)
    stock_file_of(timezone.now())
    recount(at=timezone.now())
    return order


def cancel(order: Order) -> None:
    cancel_order(order, reason="Customer asked", actor="system:test", at=timezone.now())


def take_anew(order: Order) -> None:
    with transaction.atomic():
        Order.objects.select_for_update().get(pk=order.pk)
        Level.objects.filter(sku=SKU).update(allocated=0)
        allocate_for([order.pk], at=timezone.now())


def look(_: Order) -> None:
    find_oversold(at=timezone.now())


@pytest.mark.parametrize("act", [cancel, take_anew, look])
def test_who_waits_for_an_order_holds_no_counters(race, order, act: Callable[[Order], None]):
    locked = threading.Event()

    def first() -> None:
        with transaction.atomic():
            Order.objects.select_for_update().get(pk=order.pk)
            locked.set()
            until_another_waits()
            list(Level.objects.select_for_update(nowait=True))

    def second() -> None:
        locked.wait(30)
        act(order)

    assert race(lambda run: run(), [first, second]) == ["ok", "ok"]


@pytest.mark.parametrize("count", [recount, ripen])
def test_who_counts_wants_no_order_and_does_not_wait_for_one(race, order, count: Callable[..., int]):
    Level.objects.update(ripe=0, ripens_at=timezone.now())
    locked, counted = threading.Event(), threading.Event()

    def first() -> None:
        with transaction.atomic():
            Order.objects.select_for_update().get(pk=order.pk)
            locked.set()
            assert counted.wait(4)  # less than a lock is waited for

    def second() -> None:
        locked.wait(30)
        count(at=timezone.now())
        counted.set()

    assert race(lambda run: run(), [first, second]) == ["ok", "ok"]
    assert Level.objects.get(sku=SKU).ripe == 1
