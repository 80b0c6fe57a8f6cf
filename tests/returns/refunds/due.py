"""Garments that came back from orders that were sold and paid for."""

from datetime import datetime
from typing import Any

from orders.models import Order, OrderLine
from returns.actions import refunds
from returns.models import Refund, Return, ReturnItem
from returns.states import Grade
from tests.orders.builders import make_order
from tests.returns.builders import NOON, make_grade, make_item


def sold(*, pence: int = 8_400, quantity: int = 1, sku: str = "DRS-1", hire: bool = False, **facts: Any) -> Order:
    """A paid order of one line."""
    order = make_order(sku=sku, quantity=quantity, placed_at=NOON, **facts)
    OrderLine.objects.filter(order=order).update(unit_price_pence=pence, is_hire=hire)
    return order


def came_back(order: Order | None, *, grade: str = Grade.A, sku: str = "DRS-1", at: datetime = NOON, **more: Any) -> ReturnItem:
    """One garment of it, graded; nothing has looked at it yet."""
    number = order.number if order else ""
    ret = Return.objects.create(
        acs_id=f"RMA-{Return.objects.count() + 1}",
        order=order,
        order_number=number,
        arrived_at=at,
        told_at=at,
        fetched_at=at,
        content_hash="x",
    )
    return make_item(ret=ret, sku=sku, grade=make_grade(grade, grade.upper()), photos=0, at=at, **more)


def proposed(*, pence: int = 8_400, at: datetime = NOON, **more: Any) -> Refund:
    """One that a grade made due."""
    item = came_back(sold(pence=pence, **more), at=at)
    refunds.look([item.pk], at=at)
    return Refund.objects.get(item=item)


def both_of_one_order(*, pence: int = 8_400) -> tuple[Refund, Refund]:
    """Two garments of one order, each of which a grade made due."""
    order = sold(pence=pence, quantity=2)
    items = [came_back(order), came_back(order)]
    refunds.look([item.pk for item in items], at=NOON)
    first, second = Refund.objects.filter(item__in=items).order_by("pk")
    return first, second
