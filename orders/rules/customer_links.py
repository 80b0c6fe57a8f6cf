"""What may a customer put right by a link of their own, how long does it work, and does it work now? Pure."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from exceptions_queue.catalogue import Code

MOBILE = frozenset({Code.VAL_MOB_MISSING, Code.VAL_MOB_FORMAT})
LOCKER = frozenset({Code.VAL_LOCKER_MISSING, Code.VAL_LOCKER_UNKNOWN, Code.LOC_CLOSED, Code.LOC_SIZE, Code.LOC_FULL})
LONGEST = timedelta(hours=72)
SHORTEST = timedelta(hours=2)  # who reads their mail in the evening needs some time; a link that ends sooner helps nobody
KEPT_WITH = timedelta(hours=24)  # with so much time left a link is sent again instead of a new one


class Wants(NamedTuple):
    """What the customer is asked for."""

    mobile: bool
    locker: bool

    @property
    def purpose(self) -> str:
        """As it is kept with the link: "mobile", "locker", "both"; "" for nothing."""
        return "both" if all(self) else "mobile" if self.mobile else "locker" if self.locker else ""


def wants_of(codes: Iterable[str]) -> Wants:
    """What these open cases need of the customer."""
    found = set(codes)
    return Wants(bool(found & MOBILE), bool(found & LOCKER))


def still_wanted(purpose: str, codes: Iterable[str]) -> Wants:
    """Of what a link was made for, what is wrong still. A link never opens more than it was made for."""
    now = wants_of(codes)
    return Wants(now.mobile and purpose in ("mobile", "both"), now.locker and purpose in ("locker", "both"))


def works_until(at: datetime, ends: Iterable[datetime]) -> datetime:
    """72 hours from `at`, or the first of `ends` that is sooner. One so near that nobody could answer before it does not count."""
    return min([at + LONGEST, *(end for end in ends if end - at >= SHORTEST)])


class Standing(StrEnum):
    """How a link stands. OPEN is the only one by which something can be changed."""

    OPEN = "open"
    DONE = "done"
    NOT_NEEDED = "not_needed"
    EXPIRED = "expired"
    REVOKED = "revoked"
    CANCELLED = "cancelled"
    TOO_LATE = "too_late"


def standing_of(*, revoked: bool, cancelled: bool, used: bool, sent: bool, wanted: bool, expired: bool) -> Standing:
    """The first that is so. What was revoked may be in wrong hands, so nothing is said before that."""
    reasons = (
        (revoked, Standing.REVOKED),
        (cancelled, Standing.CANCELLED),
        (used, Standing.DONE),
        (sent, Standing.TOO_LATE),
        (expired, Standing.EXPIRED),
        (not wanted, Standing.NOT_NEEDED),
    )
    return next((standing for so, standing in reasons if so), Standing.OPEN)
