"""What the seeded world has for sale, reckoned for the plan: ripe less allocated, a SKU at a time, never below nought."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from partners.sandbox.orders import Order
from partners.sandbox.warehouse.garments import Garment
from partners.sandbox.warehouse.words import ABSENT, READY, state_of

BUFFER = timedelta(hours=72)


def wanted(orders: Iterable[Order], without: Collection[str] = ()) -> Counter[str]:
    """Garments of each SKU that the orders want, but for those that the shop has cancelled and those in `without`."""
    count: Counter[str] = Counter()
    for order in orders:
        if not order.body["cancelledAt"] and order.number not in without:
            for line in order.body["lines"]:
                count[line["sku"]] += line["quantity"]
    return count


def ripe(garments: Iterable[Garment], as_ofs: list[datetime], at: datetime) -> Counter[str]:
    """Garments of each SKU that were ready in the last of these files and for 72 hours until `at`."""
    last = len(as_ofs) - 1
    return Counter(one.sku for one in garments if one.history[last] == READY and at - as_ofs[one.since(last)] >= BUFFER)


def sellable(skus: Iterable[str], ripe: Mapping[str, int], allocated: Mapping[str, int]) -> dict[str, int]:
    return {sku: max(0, ripe.get(sku, 0) - allocated.get(sku, 0)) for sku in skus}


def told(says: Collection[str], sellable: Mapping[str, int], shown: Mapping[str, int]) -> dict[str, Any]:
    """The plan's part about stock. `items` are in the last file; `by_state` also counts those that it misses.

    `says` is what that file says of each garment, "" where it is absent.
    """
    return {
        "items": sum(1 for status in says if status != ABSENT),
        "by_state": dict(sorted(Counter(map(state_of, says)).items())),
        "sellable": sum(sellable.values()),
        "published": sum(sellable.values()),
        "inflated": sum(1 for sku, quantity in shown.items() if quantity > sellable[sku]),
    }
