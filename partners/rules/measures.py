"""Is it true that…? What a measure with its unit means: whole mm and whole g, rounded up. Pure.

A parcel planned too small fails at the locker, one planned too large does not: hence up. Codes of GS1 (UN/ECE Rec. 20), Akeneo
and Shopify are units like any other.
"""

import math
import re
from collections.abc import Mapping
from decimal import Decimal

LONGEST_MM, HEAVIEST_G = 3_000, 100_000  # of one product; what comes to more is absurd

Units = Mapping[str, Decimal]

MM: Units = {
    **dict.fromkeys(("", "mm", "mmt", "millimetre", "millimetres", "millimeter", "millimeters"), Decimal(1)),
    **dict.fromkeys(("cm", "cmt", "centimetre", "centimetres", "centimeter", "centimeters"), Decimal(10)),
    **dict.fromkeys(("m", "mtr", "metre", "metres", "meter", "meters"), Decimal(1000)),
    **dict.fromkeys(("in", "inh", "inch", "inches", '"'), Decimal("25.4")),
}
GRAMS: Units = {
    **dict.fromkeys(("", "g", "grm", "gram", "grams"), Decimal(1)),
    **dict.fromkeys(("kg", "kgs", "kgm", "kilogram", "kilograms"), Decimal(1000)),
    **dict.fromkeys(("lb", "lbs", "lbr", "pound", "pounds"), Decimal("453.59237")),
    **dict.fromkeys(("oz", "onz", "ounce", "ounces"), Decimal("28.349523125")),
}
_NUMBER = re.compile(r"[+-]?\d{1,9}(?:\.\d{1,9})?", re.ASCII)
_COMMA = re.compile(r"[+-]?[\d.]{1,12},[\d.,]{1,12}", re.ASCII)


class NotUsable(ValueError):
    """A cell that cannot be used; the text says why, as the end of a sentence that begins with the column's name."""


class Absurd(NotUsable):
    """A number that can be read and cannot be right of any product: nought, over 3 m, over 100 kg. It means: not known."""


def whole(text: str, unit: str, units: Units) -> int | None:
    """A side in mm or a weight in g, rounded up to a whole one. Blank is unknown: None. Raises NotUsable, of which Absurd is one."""
    text, unit = text.strip(), unit.strip().casefold()
    if not text:
        return None
    if unit not in units:
        raise NotUsable(f"is in {unit[:20]!r}, which is not a unit we know: {', '.join(_main(units))}")
    if _COMMA.fullmatch(text):
        raise NotUsable(f"is {text[:20]!r}, with a comma, which may mean two things: write it with a point, as 12.5")
    if not _NUMBER.fullmatch(text):
        raise NotUsable(f"is {text[:20]!r}, which is not a number such as 12 or 12.5")
    return _possible(Decimal(text) * units[unit], units)


def _possible(value: Decimal, units: Units) -> int:
    if value < 0:
        raise NotUsable("must be more than nought; leave it empty where it is not known")
    rounded = math.ceil(value)
    most, name = (HEAVIEST_G, "g") if units is GRAMS else (LONGEST_MM, "mm")
    if rounded == 0:
        raise Absurd("is nought, which cannot be right")
    if rounded > most:
        raise Absurd(f"comes to {rounded:,} {name}, which cannot be right")
    return rounded


def _main(units: Units) -> list[str]:
    return [name for name in ("mm", "cm", "m", "in", "g", "kg", "lb", "oz") if name in units]
