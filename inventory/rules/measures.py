"""Is it true that…? What a measure in a file means: whole mm and whole g, rounded up. Pure.

A parcel planned too small fails at the locker, one planned too large does not: hence up.
"""

import math
import re
import statistics
from collections.abc import Mapping, Sequence
from decimal import Decimal

LONGEST_MM, HEAVIEST_G = 5_000, 200_000

Units = Mapping[str, Decimal]

MM: Units = {
    **dict.fromkeys(("", "mm", "millimetre", "millimetres"), Decimal(1)),
    **dict.fromkeys(("cm", "centimetre", "centimetres"), Decimal(10)),
    **dict.fromkeys(("m", "metre", "metres"), Decimal(1000)),
    **dict.fromkeys(("in", "inch", "inches", '"'), Decimal("25.4")),
}
GRAMS: Units = {
    **dict.fromkeys(("", "g", "gram", "grams"), Decimal(1)),
    **dict.fromkeys(("kg", "kgs", "kilogram", "kilograms"), Decimal(1000)),
    **dict.fromkeys(("lb", "lbs", "pound", "pounds"), Decimal("453.59237")),
    **dict.fromkeys(("oz", "ounce", "ounces"), Decimal("28.349523125")),
}
_NUMBER = re.compile(r"[+-]?\d{1,9}(?:\.\d{1,9})?", re.ASCII)
_YES = frozenset({"yes", "y", "true", "t", "1", "rigid", "hard"})
_NO = frozenset({"no", "n", "false", "f", "0", "soft"})


class NotUsable(ValueError):
    """A cell that cannot be used; the text says why, as the end of a sentence that begins with the column's name."""


def whole(text: str, unit: str, units: Units) -> int | None:
    """A side in mm or a weight in g, rounded up to a whole one. Blank is unknown: None. Raises NotUsable."""
    text, unit = text.strip(), unit.strip().casefold()
    if not text:
        return None
    if unit not in units:
        raise NotUsable(f"is in {unit[:20]!r}, which is not a unit we know: {', '.join(_main(units))}")
    if not _NUMBER.fullmatch(text):
        raise NotUsable(f"is {text[:20]!r}, which is not a number such as 12 or 12.5")
    value = Decimal(text) * units[unit]
    if value <= 0:
        raise NotUsable("must be more than nought; leave it empty where it is not known")
    rounded = math.ceil(value)
    most, name = (HEAVIEST_G, "g") if units is GRAMS else (LONGEST_MM, "mm")
    if rounded > most:
        raise NotUsable(f"comes to {rounded:,} {name}, which cannot be right for a product")
    return rounded


def _main(units: Units) -> list[str]:
    return [name for name in ("mm", "cm", "m", "in", "g", "kg", "lb", "oz") if name in units]


def keeps_its_shape(text: str) -> bool | None:
    """Whether a product is rigid; None where the cell is blank. Raises NotUsable."""
    folded = text.strip().casefold()
    if folded and folded not in _YES | _NO:
        raise NotUsable(f"is {text.strip()[:20]!r}, but must be yes or no")
    return folded not in _NO if folded else None


def country(text: str) -> str:
    """A country code of two letters, or "". Raises NotUsable."""
    code = text.strip().upper()
    if code and not re.fullmatch(r"[A-Z]{2}", code, re.ASCII):
        raise NotUsable("must be a country code of two letters, such as GB")
    return "GB" if code == "UK" else code


def hs_code(text: str) -> str:
    """A customs commodity code of 6 to 10 digits, without dots and spaces, or "". Raises NotUsable."""
    code = re.sub(r"[\s.]", "", text)
    if code and not re.fullmatch(r"\d{6,10}", code, re.ASCII):
        raise NotUsable("must have 6 to 10 digits")
    return code


SMALLEST_FACTOR, LARGEST_FACTOR = 50, 5_000  # outside, somebody mistyped a side or a centimetre for a millimetre
REMEMBERED = 20  # parcels whose factors count


def factor_of(packed_mm3: int, stated_mm3: int) -> int | None:
    """Packed over stated volume in thousandths; None where that cannot be right."""
    if packed_mm3 <= 0 or stated_mm3 <= 0:
        return None
    factor = round(1000 * packed_mm3 / stated_mm3)
    return factor if SMALLEST_FACTOR <= factor <= LARGEST_FACTOR else None


def middle_factor(recent: Sequence[int]) -> int:
    """The median: one parcel packed carelessly does not move it."""
    return round(statistics.median(recent))
