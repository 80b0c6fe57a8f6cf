"""Make what orders take from stock follow them: the only caller of `inventory`'s allocations."""

from collections import Counter
from collections.abc import Collection, Iterable
from datetime import datetime

from django.db.models import Sum

from inventory.actions import allocate_many, leave
from orders.models import Order, OrderLine
from orders.rules.selling import Sold, Takes, takes


def allocate_for(ids: Collection[int], *, at: datetime) -> None:
    """Make what these orders take from stock equal what they are now; a fixed number of statements, whatever their number.

    In the transaction that changed the orders, which holds their rows.
    """
    if not ids:
        return
    by_need: dict[Takes, list[tuple[int, str]]] = {need: [] for need in Takes}
    for pk, number, sold in _orders(ids):
        by_need[takes(sold)].append((pk, number))
    open_orders = by_need[Takes.LINES]
    wanted = _lines(open_orders) | {number: Counter() for _, number in by_need[Takes.NOTHING]}
    if wanted:
        allocate_many(wanted, at=at)
    if gone := by_need[Takes.GONE]:
        leave([number for _, number in gone], at=at)


def _orders(ids: Collection[int]) -> Iterable[tuple[int, str, Sold]]:
    columns = ("pk", "number", "state", "acs_status", "shop_fulfilled", "store_cancelled_at", "excluded_why")
    for pk, number, state, acs_status, fulfilled, cancelled_at, why in Order.objects.filter(pk__in=ids).values_list(*columns):
        yield pk, number, Sold(state, acs_status, fulfilled, bool(cancelled_at), bool(why))


def _lines(orders: Collection[tuple[int, str]]) -> dict[str, Counter[str]]:
    """{number: {SKU: garments}} of these orders, those without a garment too."""
    numbers = dict(orders)
    wanted: dict[str, Counter[str]] = {number: Counter() for number in numbers.values()}
    if numbers:
        lines = OrderLine.objects.filter(order_id__in=numbers, quantity__gt=0).exclude(sku="").order_by()
        for pk, sku, garments in lines.values_list("order_id", "sku").annotate(Sum("quantity")):
            wanted[numbers[pk]][sku] = garments
    return wanted
