"""Does the whole order fit one compartment? One parcel takes one compartment, so several garments are judged together."""

from collections.abc import Sequence
from typing import NamedTuple

from partners.inpost.compartments import LIMITS, Limits


class Item(NamedTuple):
    """One product of a parcel, `quantity` times. Sides in mm, weight of one piece in g.

    A rigid item keeps its sides; a soft one folds, so that only its volume counts. `factor` is how much of its volume counts, in
    thousandths, where that was learnt from packed parcels.
    """

    length_mm: int
    width_mm: int
    height_mm: int
    weight_g: int
    rigid: bool = True
    quantity: int = 1
    factor: int | None = None


class Fit(NamedTuple):
    """The smallest compartment that takes the parcel, or None with `why` in ("too_big", "too_heavy")."""

    size: str | None
    why: str = ""


SIZES = {compartment.size: compartment.sides for compartment in LIMITS.smallest_first}
_COMPARTMENTS = LIMITS.smallest_first
_TOO_BIG = Fit(None, "too_big")
_TOO_HEAVY = Fit(None, "too_heavy")
_FITS = {size: Fit(size) for size in SIZES}


def fit(items: Sequence[Item], *, limits: Limits = LIMITS) -> Fit:
    """The smallest compartment for all `items` together, in any rotation.

    A size takes them if every rigid item fits it by sorted sides and the rigid volume plus 0.7 of the soft volume stays
    within 0.85 of its own; a learnt factor takes the place of the 1 or the 0.7. Weight with packing has to stay within 15 kg
    whatever the size. The known answer is right for one rigid box in a box; for several it is an estimate with a margin,
    which ACS's packed size overrides.
    """
    low = middle = high = weight = filled = 0
    for length, width, height, weight_g, rigid, quantity, factor in items:
        weight += weight_g * quantity
        filled += (factor or (1000 if rigid else limits.softness)) * length * width * height * quantity
        if not rigid:
            continue
        a, b, c = sorted((length, width, height))
        low, middle, high = max(low, a), max(middle, b), max(high, c)
    if weight + limits.packing_g > limits.weight_g:
        return _TOO_HEAVY
    compartments = _COMPARTMENTS if limits.sides is LIMITS.sides else limits.smallest_first
    for size, (short, mid, long), capacity in compartments:
        if low <= short and middle <= mid and high <= long and filled <= limits.fill * capacity:
            return _FITS.get(size) or Fit(size)
    return _TOO_BIG


def counted_volume(items: Sequence[Item], *, limits: Limits = LIMITS) -> int:
    """What the items fill together in mm³, as `fit` counts it."""
    counted = ((item.factor or (1000 if item.rigid else limits.softness)) * _volume(item) for item in items)
    return sum(counted) // 1000


def stated_volume(items: Sequence[Item]) -> int:
    """What the items measure together in mm³, as stated, nothing folded."""
    return sum(_volume(item) for item in items)


def size_of_parcel(length_mm: int, width_mm: int, height_mm: int, weight_g: int, *, limits: Limits = LIMITS) -> str:
    """The smallest compartment that takes a packed parcel as it is; "" where none does."""
    if weight_g > limits.weight_g:
        return ""
    sides = sorted((length_mm, width_mm, height_mm))
    fitting = (size for size, room, _ in limits.smallest_first if all(side <= most for side, most in zip(sides, room, strict=True)))
    return next(fitting, "")


def _volume(item: Item) -> int:
    return item.length_mm * item.width_mm * item.height_mm * item.quantity
