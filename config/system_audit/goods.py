"""Goods that are sold or held and whose size or weight nobody knows."""

from typing import Any
from urllib.parse import urlencode

from django.db.models import Exists, OuterRef, QuerySet, Sum
from django.urls import reverse

from config.system_audit.gaps import Cost, Found, Row, plural
from config.system_audit.look import Look
from exceptions_queue.catalogue import Code
from inventory.models import Level, Product
from inventory.queries import UNKNOWN_SIZE
from orders.models import CheckoutRefusal, OrderLine


def unsized(look: Look) -> Found:
    """SKUs on hand at ACS, or sold in the last 30 days, that are not measured or are no product at all. Three statements at most."""
    skus = _skus(look)
    count = skus.count()
    if not count:
        return Found()
    refused = (
        CheckoutRefusal.objects.filter(day__gte=look.since.date(), code=Code.VAL_DIM_MISSING).aggregate(carts=Sum("carts"))["carts"] or 0
    )
    return Found(
        count=count,
        sentence=f"{plural(count, 'SKU')} in stock or just sold lack a size or weight, so no parcel with them can be fitted to a locker.",
        costs=(look.delayed(Code.VAL_DIM_MISSING), Cost(refused, "locker basket refused", "locker baskets refused")),
        rows=lambda start, stop: [_row(sku) for sku in skus.order_by("sku")[start:stop]],
        url=f"{reverse('inventory:products')}?size=missing",
    )


def _skus(look: Look) -> "QuerySet[Any, str]":
    measured = Product.objects.filter(~UNKNOWN_SIZE, sku=OuterRef("sku"))
    held = Level.objects.filter(~Exists(measured), on_hand__gt=0).order_by()
    sold = OrderLine.objects.filter(~Exists(measured), order__placed_at__gte=look.since, quantity__gt=0).exclude(sku="").order_by()
    return held.values_list("sku", flat=True).union(sold.values_list("sku", flat=True))


def _row(sku: str) -> Row:
    """Its row in the product list, which also a SKU has that ACS never held."""
    return Row(sku, f"{reverse('inventory:products')}?{urlencode({'q': sku})}", "no size or weight")
