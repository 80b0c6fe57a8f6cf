"""Which products can be sent in place of one that cannot?"""

from datetime import datetime
from typing import NamedTuple

from inventory.models import Level, Product
from inventory.queries.levels import sellable_now

MOST, LOOKED_AT = 5, 500


class Alike(NamedTuple):
    """A product that may stand in for another, and how many of it may be sold."""

    sku: str
    name: str
    sellable: int


def alike(sku: str, *, quantity: int, at: datetime) -> list[Alike]:
    """At most five products of the same brand and category of which so many may be sold: in another size first, that is of the
    same SKU up to its last dash, then what there is most of. Three statements."""
    product = Product.objects.filter(sku=sku).first()
    if product is None or not (product.brand or product.category):
        return []
    kin = Product.objects.filter(brand=product.brand, category=product.category).exclude(sku=sku)
    there = kin.filter(sku__in=Level.objects.filter(ripe__gte=quantity).values("sku"))
    names = dict(there.order_by("sku").values_list("sku", "name")[:LOOKED_AT])
    found = [Alike(other, names[other], count) for other, count in sellable_now(names, at=at).items() if count >= quantity]
    return sorted(found, key=lambda one: (_stem(one.sku) != _stem(sku), -one.sellable, one.sku))[:MOST]


def _stem(sku: str) -> str:
    return sku.rpartition("-")[0] or sku
