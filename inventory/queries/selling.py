"""Show me: SKUs of which more is sold than ACS holds for sale, and to whom."""

from collections.abc import Collection
from typing import Any, NamedTuple

from django.db.models import Count, Exists, F, OuterRef

from inventory.models import Allocation, Garment, Level
from inventory.queries.counting import PRESENT, counting
from inventory.queries.levels import stock_as_of
from inventory.states import ItemState


class Sold(NamedTuple):
    """Garments of one SKU taken by one order. `gone` when the order has left ACS already."""

    sku: str
    order_number: str
    quantity: int
    gone: bool


def oversold() -> dict[str, int]:
    """{SKU: garments there for orders} where more is sold than that. Nothing before the first stock file, and nothing of a SKU that
    ACS has never named. Garments inside their buffer are there, and so are those picked for an order. Three statements at most."""
    if stock_as_of() is None:
        return {}
    named = Exists(Garment.objects.filter(sku=OuterRef("sku")))
    short = Level.objects.filter(named, allocated__gt=F("ripe") + F("waiting"))
    there = {sku: ripe + waiting for sku, ripe, waiting in short.values_list("sku", "ripe", "waiting")}
    for sku, picked in _picked(there) if there else []:
        there[sku] += picked
    return there


def _picked(skus: Collection[str]) -> Any:
    picked = Garment.objects.filter(PRESENT, sku__in=skus, status__target=ItemState.ALLOCATED)
    return picked.order_by().values_list("sku").annotate(Count("sku"))


def sold_of(skus: Collection[str]) -> list[Sold]:
    """Who took these SKUs. Two statements."""
    rows = Allocation.objects.filter(counting(), sku__in=skus).order_by("sku", "made_at", "pk")
    return [
        Sold(sku, number, quantity, left_at is not None)
        for sku, number, quantity, left_at in rows.values_list("sku", "order_number", "quantity", "left_at")
    ]
