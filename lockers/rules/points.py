"""What may be said of an InPost point from its mirrored facts."""

import re
from collections.abc import Collection, Container

OPERATING = "Operating"
OVERLOADED = "Overloaded"
STATUSES = (OPERATING, "Created", "Disabled", "NonOperating", OVERLOADED)
LEVELS = ("NORMAL", "LOW", "VERY_LOW", "NO_DATA")

_POSTCODE = re.compile(r"([A-Z]{1,2}\d[A-Z\d]?) ?\d[A-Z]{2}", re.ASCII)


def may_receive(
    *, is_locker: bool, status: str, functions: Collection[str], collect_excluded: bool | None, latitude: float, longitude: float
) -> bool:
    """Whether a parcel may be sent there: an operating locker, open to collection, with a real place on the map.

    `parcel_collect` alone does not mean open: a closed locker keeps it. Points at 0,0 are records of no place yet.
    """
    return (
        is_locker
        and status == OPERATING
        and "parcel_collect" in functions
        and not collect_excluded
        and not (latitude == 0 and longitude == 0)
    )


def is_closed(status: str, gone: bool) -> bool:
    """Whether a parcel could not wait there now. Overloaded is full for the moment, which is not closed."""
    return gone or status not in (OPERATING, OVERLOADED)


def has_size(sizes: Container[str], size: str) -> bool:
    """Whether the point has compartments of this size at all. NO_DATA is a level too: only a missing key means none."""
    return size in sizes


def outward(postcode: str) -> str:
    """The first half of a well-formed UK postcode ("LS1" of "LS1 4AB", "ls14ab"), else ""."""
    found = _POSTCODE.fullmatch(" ".join(postcode.upper().split()))
    return found[1] if found else ""
