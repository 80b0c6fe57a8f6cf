"""The stock runs out while an order is being claimed for ACS, on PostgreSQL: it is never sent while the case holds it."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.db import transaction
from django.utils import timezone

from exceptions_queue.models import ExceptionCase
from inventory.actions import recount
from inventory.models import Allocation, Level
from orders.actions.allocating import allocate_for
from orders.actions.oversold import find_oversold
from orders.actions.sending import claim
from orders.models import Order
from orders.states import OrderState
from tests.inventory.holding import make_ready, stock_file_of
from tests.orders.builders import make_order, make_shopfloor

pytestmark = [pytest.mark.postgres, pytest.mark.timeout(120), pytest.mark.django_db(transaction=True)]

SKU = "DRS-0012-10"


def claim_it(number: str) -> None:
    with transaction.atomic():
        claim(SimpleNamespace(business_id=number, payload={}), timezone.now())  # type: ignore[arg-type]


@pytest.mark.parametrize("_", range(4))
def test_an_order_is_claimed_or_held_and_never_both(race, _):
    make_shopfloor()
    now = timezone.now()
    make_ready(1, now, SKU)
    stock_file_of(now)
    numbers = [make_order(number=f"LS-{n}", state=OrderState.READY, placed_at=now - timedelta(hours=1)).number for n in range(6)]
    recount(at=now)

    acts = [lambda: find_oversold(at=timezone.now()), *(lambda number=number: claim_it(number) for number in numbers)]
    outcomes = race(lambda act: act(), acts)

    assert outcomes == ["ok"] * 7
    held = set(ExceptionCase.objects.filter(blocks="R", state="open").values_list("order_number", flat=True))
    claimed = set(Order.objects.filter(release_claimed_at__isnull=False).values_list("number", flat=True))
    assert not held & claimed


def test_one_order_that_two_look_at_is_taken_from_stock_once(race):
    make_shopfloor()
    order = make_order(quantity=2)
    Allocation.objects.all().delete()
    Level.objects.update(allocated=0)

    def take(_: int) -> None:
        with transaction.atomic():
            Order.objects.select_for_update().get(pk=order.pk)
            allocate_for([order.pk], at=timezone.now())

    assert race(take, range(4)) == ["ok"] * 4
    assert (Allocation.objects.get().quantity, Level.objects.get().allocated) == (2, 2)
