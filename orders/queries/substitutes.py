"""What an order does not get, and what its customer could be offered instead."""

from datetime import datetime
from typing import NamedTuple

from django.db.models import Sum

from exceptions_queue.catalogue import Code
from exceptions_queue.models import ExceptionCase
from exceptions_queue.states import CaseState
from inventory.queries.alike import Alike, alike
from orders.models import Order


class Missing(NamedTuple):
    """A SKU that was sold to this order and that nobody can send, with what is like it."""

    sku: str
    name: str
    quantity: int
    offers: list[Alike]


def missing_of(order: Order, *, at: datetime) -> list[Missing]:
    """By the order's open case of stock; at most as many SKUs as its evidence names."""
    case = ExceptionCase.objects.filter(code=Code.STK_OVERSOLD, state=CaseState.OPEN, order_number=order.number).first()
    named = case.evidence.get("skus", []) if case else []
    lines = order.lines.filter(sku__in=named, quantity__gt=0).values_list("sku", "name").annotate(Sum("quantity")).order_by("sku")
    return [Missing(sku, name or sku, count, alike(sku, quantity=count, at=at)) for sku, name, count in lines]
