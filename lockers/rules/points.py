"""What may be said of an InPost point from its mirrored facts."""

import re
from collections.abc import Collection, Container, Mapping
from datetime import datetime

OPERATING = "Operating"
OVERLOADED = "Overloaded"
STATUSES = (OPERATING, "Created", "Disabled", "NonOperating", OVERLOADED)
VERY_LOW = "VERY_LOW"
LEVELS = ("NORMAL", "LOW", VERY_LOW, "NO_DATA")

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


def lows(levels: Mapping[str, str], before: Mapping[str, str], at: datetime) -> dict[str, str]:
    """Since when each size is nearly full, as ISO instants: `before` for those that were already, `at` for the others."""
    return {size: before.get(size) or at.isoformat() for size, level in levels.items() if level == VERY_LOW}


def is_full(status: str, low_since: str | None, crawl_at: datetime | None) -> bool:
    """Whether no parcel of a size can be put there: overloaded, or nearly full in several crawls running.

    `low_since` is the size's entry of `lows`; `crawl_at` is when the first of those crawls ended, None before there were so many.
    """
    if status == OVERLOADED:
        return True
    return bool(low_since) and crawl_at is not None and datetime.fromisoformat(str(low_since)) <= crawl_at


def outward(postcode: str) -> str:
    """The first half of a well-formed UK postcode ("LS1" of "LS1 4AB", "ls14ab"), else ""."""
    found = _POSTCODE.fullmatch(" ".join(postcode.upper().split()))
    return found[1] if found else ""
