"""Which SKUs keep baskets out of lockers?"""

from datetime import date, timedelta
from typing import NamedTuple

from django.db.models import Max, QuerySet, Sum

from inventory.models import Product
from orders.models import CheckoutRefusal
from orders.rules.eligibility import NONE_NEAR

DAYS = 30
SHOWN = 100
WORDS = {
    "VAL-DIM-MISSING": "Size or weight unknown",
    "VAL-OVERSIZE": "Too large or too heavy",
    "VAL-LOCKER-UNKNOWN": "Locker unknown",
    "LOC-CLOSED": "Locker closed",
    "LOC-SIZE": "Locker without a large enough compartment",
    NONE_NEAR: "No locker near the shopper",
}


class Cost(NamedTuple):
    """One SKU and one reason: how many baskets, when last. `sku` is "" for the basket as a whole; `name` "" where it is no product."""

    sku: str
    name: str
    reason: str
    carts: int
    last: date
    is_product: bool


def costs(today: date) -> list[Cost]:
    """The worst first, over the last thirty days. Two statements."""
    rows = list(
        _recent(today).values_list("sku", "code").annotate(carts=Sum("carts"), last=Max("day")).order_by("-carts", "sku", "code")[:SHOWN]
    )
    names = dict(Product.objects.filter(sku__in={sku for sku, *_ in rows} - {""}).values_list("sku", "name"))
    return [Cost(sku, names.get(sku, ""), WORDS.get(code, code), carts, last, sku in names) for sku, code, carts, last in rows]


def total(today: date) -> int:
    """How many refusals the same days saw, an estimate where baskets are sampled. One statement."""
    return _recent(today).aggregate(carts=Sum("carts"))["carts"] or 0


def _recent(today: date) -> QuerySet[CheckoutRefusal]:
    return CheckoutRefusal.objects.filter(day__gt=today - timedelta(days=DAYS))
