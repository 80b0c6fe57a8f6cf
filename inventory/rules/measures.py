"""Is it true that…? What a cell of the product file means, and what packed parcels teach. Pure."""

import re
import statistics
from collections.abc import Sequence

from partners.rules.measures import NotUsable

_YES = frozenset({"yes", "y", "true", "t", "1"})
_NO = frozenset({"no", "n", "false", "f", "0"})
_SHAPES = {"rigid": "yes", "hard": "yes", "soft": "no"}


def yes_or_no(text: str) -> bool | None:
    """None where the cell is blank. Raises NotUsable."""
    folded = text.strip().casefold()
    if folded and folded not in _YES | _NO:
        raise NotUsable(f"is {text.strip()[:20]!r}, but must be yes or no")
    return folded not in _NO if folded else None


def keeps_its_shape(text: str) -> bool | None:
    """Whether a product is rigid; None where the cell is blank. Raises NotUsable."""
    return yes_or_no(_SHAPES.get(text.strip().casefold(), text))


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
