"""Is it true that…? What may be said of one of ACS's stock statuses, and when saying it takes two people. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from inventory.states import SELLABLE_BY_NATURE, Bucket, ItemState


def is_sellable(meaning: Mapping[str, Any]) -> bool:
    """Whether garments with this meaning may be sold. Unmapped is never, whatever its flags say."""
    return bool(meaning["target"]) and meaning["flags"].get("sellable") is True


def fault_of(target: str, *, sellable: bool, bucket: str) -> tuple[str, str]:
    """(the field at fault, why) of a meaning that cannot be, ("", "") of one that can."""
    if target and target not in ItemState.values:
        return "target", "Choose one of the states in the list."
    if sellable and target not in SELLABLE_BY_NATURE:
        ready = " or ".join(f"“{ItemState(state).label}”" for state in sorted(SELLABLE_BY_NATURE))
        return "sellable", f"Only what is {ready} can be sold. Choose that state, or take the tick away."
    if target and bucket not in Bucket.values:
        return "bucket", "Choose where the shop counts such a garment while it is not for sale."
    return "", ""


def why_second(*, becomes_sellable: Sequence[str], moved: int, total: int, units: int, percent: int) -> list[str]:
    """Why publishing takes a second person, in sentences; empty where one is enough.

    `moved` is the sum of what each SKU gains or loses, `total` what may be sold of all SKUs, `units` and `percent` the limits.
    """
    reasons = [f"“{raw}” becomes sellable." for raw in becomes_sellable]
    if moved > units:
        reasons.append(f"{moved:,} sellable units change, more than the {units:,} that one person may change.")
    elif moved * 100 > total * percent:
        reasons.append(f"{moved:,} sellable units change, more than {percent} % of the {total:,} there are, which one person may change.")
    return reasons


def short_orders(units: int, allocations: Iterable[tuple[str, int]]) -> list[str]:
    """The orders that cannot be served from `units`, of (order, quantity) with the oldest first: the newest lose first."""
    short, taken = [], 0
    for order, quantity in allocations:
        taken += quantity
        if taken > units:
            short.append(order)
    return short
