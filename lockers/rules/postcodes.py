"""Where does a UK postcode point, and how exactly? "LS1 4AB" is a street, "LS1 4" a few hundred, "LS1" a district, "LS" an area. Pure."""

import re
from typing import NamedTuple

_POSTCODE = re.compile(r"(([A-Z]{1,2})\d[A-Z\d]?)(?: ?(\d)([A-Z]{2}))?", re.ASCII)
LONGEST = 20  # with the spaces that people type


class Parts(NamedTuple):
    """The halves of a postcode. `unit` is the whole of it and `sector` all but its last two letters; both "" where only the first
    half is given, as a wallet's express checkout does."""

    unit: str
    sector: str
    outward: str
    area: str


def parts(postcode: str) -> Parts | None:
    """What a postcode says, however it is spaced and cased; None where it is no UK postcode."""
    if len(postcode) > LONGEST or not postcode.isascii():
        return None
    found = _POSTCODE.fullmatch(" ".join(postcode.upper().split()))
    if found is None:
        return None
    outward, area, digit, letters = found.groups()
    return Parts(f"{outward} {digit}{letters}", f"{outward} {digit}", outward, area) if digit else Parts("", "", outward, area)
