"""Which orders does the stock no longer cover? Pure."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from orders.states import AcsStatus

HAS_ITS_GARMENTS = (AcsStatus.PICK_CONFIRMED, AcsStatus.PACKED, AcsStatus.DESPATCHED)


class Claim(NamedTuple):
    """An order's claim on garments of one SKU. `rank` sorts who is served first, the lowest first."""

    sku: str
    order: int
    quantity: int
    rank: tuple[object, ...]


def uncovered(claims: Iterable[Claim], there: Mapping[str, int]) -> dict[int, list[str]]:
    """{order: SKUs it does not get} when the garments that are there go round by rank. Nobody is served before who comes first,
    not even with less."""
    left, short = dict(there), defaultdict(list)
    for claim in sorted(claims, key=lambda claim: claim.rank):
        left[claim.sku] = left.get(claim.sku, 0) - claim.quantity
        if left[claim.sku] < 0:
            short[claim.order].append(claim.sku)
    return {order: sorted(skus) for order, skus in short.items()}
