"""Is it true that…? Several sources measure a product: whose word counts. Pure.

The three sides always come from one source: a length of one and a width of another are nobody's product.
"""

import statistics
from collections.abc import Mapping, Sequence
from typing import NamedTuple

SIDES = ("length_mm", "width_mm", "height_mm")
SIZE = (*SIDES, "weight_g", "rigid")
DEFAULT_ORDER = ("acs_measured", "pim", "csv")


class Size(NamedTuple):
    """What one source says of a product: sides in mm, weight in g; None is what it does not know."""

    length_mm: int | None = None
    width_mm: int | None = None
    height_mm: int | None = None
    weight_g: int | None = None
    rigid: bool | None = None

    @property
    def sides(self) -> tuple[int | None, int | None, int | None]:
        return self.length_mm, self.width_mm, self.height_mm


class Decided(NamedTuple):
    """What we use, and by column the source that decided it; "" where nobody knows."""

    size: Size
    by: Mapping[str, str]


def decide(said: Mapping[str, Size], order: Sequence[str]) -> Decided:
    """The sides of the first source that knows all three (else the first that knows any), the first weight, the first word on rigid.

    A source that is not in `order` is not heard.
    """
    heard = [(source, said[source]) for source in order if source in said]
    sides = next((one for one in heard if None not in one[1].sides), None) or next((one for one in heard if any(one[1].sides)), None)
    weight = next((one for one in heard if one[1].weight_g is not None), None)
    rigid = next((one for one in heard if one[1].rigid is not None), None)
    size = Size(*(sides[1].sides if sides else (None,) * 3), weight[1].weight_g if weight else None, rigid[1].rigid if rigid else None)
    by = dict.fromkeys(SIDES, sides[0] if sides else "") | {"weight_g": weight[0] if weight else "", "rigid": rigid[0] if rigid else ""}
    return Decided(size, by)


def order_for(brand: str, orders: Mapping[str, Sequence[str]], *, preferred: str = "") -> tuple[str, ...]:
    """Whose word counts first for a product of this brand: the source preferred for it alone, the brand's order, the rest of the default.

    The order under "" is that of every brand without one.
    """
    own = orders.get(brand.casefold()) or orders.get("") or DEFAULT_ORDER
    return tuple(dict.fromkeys(source for source in (preferred, *own, *DEFAULT_ORDER) if source in DEFAULT_ORDER))


def middle_of(parcels: Sequence[Sequence[int]]) -> Size:
    """The median parcel of [longest, middle, shortest, weight], each: one measured carelessly does not move it."""
    length, width, height, weight = (round(statistics.median(column)) for column in zip(*parcels, strict=True))
    return Size(length, width, height, weight)


def rescaled(factor: int, before: Size, after: Size) -> int:
    """A learnt factor in thousandths of another stated size: the parcel that was packed stays as large as it was."""
    volumes = [length * width * height for length, width, height in (_known(before), _known(after))]
    return max(1, round(factor * volumes[0] / volumes[1])) if all(volumes) else factor


def _known(size: Size) -> tuple[int, int, int]:
    return size.length_mm or 0, size.width_mm or 0, size.height_mm or 0
