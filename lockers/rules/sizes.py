"""Does the whole order fit one compartment? One parcel takes one compartment, so several garments are judged together."""

from collections.abc import Sequence
from typing import NamedTuple

from partners.inpost.compartments import LIMITS, Limits


class Item(NamedTuple):
    """One product of a parcel, `quantity` times. Sides in mm, weight of one piece in g.

    A rigid item keeps its sides; a soft one folds, so that only its volume counts.
    """

    length_mm: int
    width_mm: int
    height_mm: int
    weight_g: int
    rigid: bool = True
    quantity: int = 1


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
    within 0.85 of its own. Weight with packing has to stay within 15 kg whatever the size. The known answer is right for
    one rigid box in a box; for several it is an estimate with a margin, which ACS's packed size overrides.
    """
    low = middle = high = weight = filled = 0
    for length, width, height, weight_g, rigid, quantity in items:
        weight += weight_g * quantity
        volume = length * width * height * quantity
        if not rigid:
            filled += limits.softness * volume
            continue
        filled += 1000 * volume
        a, b, c = sorted((length, width, height))
        low, middle, high = max(low, a), max(middle, b), max(high, c)
    if weight + limits.packing_g > limits.weight_g:
        return _TOO_HEAVY
    compartments = _COMPARTMENTS if limits is LIMITS else limits.smallest_first
    for size, (short, mid, long), capacity in compartments:
        if low <= short and middle <= mid and high <= long and filled <= limits.fill * capacity:
            return _FITS.get(size) or Fit(size)
    return _TOO_BIG
