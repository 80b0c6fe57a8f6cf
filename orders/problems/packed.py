"""Is the parcel as ACS packed it what we thought it would be? And what does it teach about the product in it?"""

from collections.abc import Mapping, Sequence
from typing import Any

from exceptions_queue.catalogue import Code
from inventory.rules import factor_of
from lockers.rules import sizes
from lockers.rules.points import has_size
from orders.problems.facts import Batch, Line
from orders.problems.find import Verdict
from orders.problems.parcel import Found, is_sized, item_of
from orders.rules.packed import SIDES, is_whole, size_of
from partners.inpost.compartments import LIMITS, Limits

_MEASURED = frozenset({Code.VAL_DIM_MISSING, Code.VAL_OVERSIZE, Code.LOC_SIZE})
_LOCKERS = frozenset({Code.VAL_LOCKER_MISSING, Code.VAL_LOCKER_UNKNOWN, Code.LOC_CLOSED})
MOST_PERCENT = 20  # of difference in volume that nobody has to look at


def as_packed(verdict: Verdict, packed: Mapping[str, int], batch: Batch) -> Found:
    """What the gate finds once ACS has measured the parcel: what it measured counts, and no longer our estimate."""
    if not is_whole(packed):
        return verdict.found
    size, place = size_of(packed), batch.places.get(verdict.order.locker_id)
    found = {code: evidence for code, evidence in verdict.found.items() if code not in _MEASURED}
    if not size:
        return found | {Code.VAL_OVERSIZE: {"field": "size", "fault": "too_big"}}
    if place and not has_size(place.sizes, size) and not (_LOCKERS & found.keys()):
        found[Code.LOC_SIZE] = {"field": "locker_id", "fault": "no_compartment", "locker": place.point_id, "size": size}
    return found


def variance(lines: Sequence[Line], packed: Mapping[str, int], *, limits: Limits = LIMITS) -> dict[str, Any]:
    """How the packed parcel differs from our estimate: another size, or more than a fifth of volume; {} where it does not, or where
    we had no estimate."""
    if not lines or not is_whole(packed) or not all(is_sized(line) for line in lines):
        return {}
    items = [item_of(line) for line in lines]
    told = {"field": "packed", "skus": sorted({line.sku for line in lines})[:5]}
    ours, theirs = sizes.fit(items, limits=limits).size or "", size_of(packed)
    percent = _percent(_volume(packed), sizes.counted_volume(items, limits=limits))
    if ours != theirs:
        return told | {"fault": "size", "ours": ours, "packed": theirs, "percent": percent}
    return told | {"fault": "volume", "percent": percent} if abs(percent) > MOST_PERCENT else {}


def taught(lines: Sequence[Line], packed: Mapping[str, int]) -> tuple[str, int] | None:
    """(SKU, factor in thousandths) where the parcel held one kind of product only, as described."""
    if len({line.sku for line in lines}) != 1 or not is_whole(packed) or not all(is_sized(line) for line in lines):
        return None
    factor = factor_of(_volume(packed), sizes.stated_volume([item_of(line) for line in lines]))
    return (lines[0].sku, factor) if factor else None


def alone(lines: Sequence[Line], packed: Mapping[str, int]) -> tuple[str, tuple[int, int, int, int]] | None:
    """(SKU, (longest, middle, shortest, weight)) where the parcel held one garment and nothing else, described or not."""
    if [line.quantity for line in lines] != [1] or not is_whole(packed):
        return None
    short, middle, long = sorted(packed[name] for name in SIDES)
    return lines[0].sku, (long, middle, short, packed["weight_g"])


def _volume(packed: Mapping[str, int]) -> int:
    return packed["length_mm"] * packed["width_mm"] * packed["height_mm"]


def _percent(packed: int, estimated: int) -> int:
    """By how much the packed parcel is larger (or, below nought, smaller) than the estimate."""
    return round(100 * (packed - estimated) / estimated) if estimated else 0
