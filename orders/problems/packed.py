"""Is the parcel as ACS packed it what we thought it would be? And what does it teach about the product in it?"""

from collections.abc import Mapping, Sequence
from typing import Any

from inventory.rules import factor_of
from lockers.rules import sizes
from orders.problems.checks import is_sized, item_of
from orders.problems.facts import Line

SIDES = ("length_mm", "width_mm", "height_mm")
MOST_PERCENT = 20  # of difference in volume that nobody has to look at


def is_whole(packed: Mapping[str, int]) -> bool:
    """ACS gave every side and the weight."""
    return all(packed.get(name) for name in (*SIDES, "weight_g"))


def variance(lines: Sequence[Line], packed: Mapping[str, int]) -> dict[str, Any]:
    """How the packed parcel differs from our estimate: another size, or more than a fifth of volume; {} where it does not, or where
    we had no estimate."""
    if not lines or not is_whole(packed) or not all(is_sized(line) for line in lines):
        return {}
    items = [item_of(line) for line in lines]
    told = {"field": "packed", "skus": sorted({line.sku for line in lines})[:5]}
    ours, theirs = sizes.fit(items).size or "", sizes.size_of_parcel(*(packed[name] for name in (*SIDES, "weight_g")))
    percent = _percent(_volume(packed), sizes.counted_volume(items))
    if ours != theirs:
        return told | {"fault": "size", "ours": ours, "packed": theirs, "percent": percent}
    return told | {"fault": "volume", "percent": percent} if abs(percent) > MOST_PERCENT else {}


def taught(lines: Sequence[Line], packed: Mapping[str, int]) -> tuple[str, int] | None:
    """(SKU, factor in thousandths) where the parcel held one kind of product only, as described."""
    if len({line.sku for line in lines}) != 1 or not is_whole(packed) or not all(is_sized(line) for line in lines):
        return None
    factor = factor_of(_volume(packed), sizes.stated_volume([item_of(line) for line in lines]))
    return (lines[0].sku, factor) if factor else None


def _volume(packed: Mapping[str, int]) -> int:
    return packed["length_mm"] * packed["width_mm"] * packed["height_mm"]


def _percent(packed: int, estimated: int) -> int:
    """By how much the packed parcel is larger (or, below nought, smaller) than the estimate."""
    return round(100 * (packed - estimated) / estimated) if estimated else 0
