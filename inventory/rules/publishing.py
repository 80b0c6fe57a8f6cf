"""Is it true that…? May the shop be told a number now. Pure."""

from datetime import datetime, timedelta


def is_too_old(*, as_of: datetime | None, at: datetime, limit: timedelta) -> bool:
    """Whether stock of this age says too little of what is there now to be told to anybody."""
    return as_of is None or at - as_of > limit


def may_be_told(*, wanted: int, shown: int, shown_at: datetime, published: int | None, orders_read_at: datetime | None) -> bool:
    """Whether the shop, which shows `shown`, is to show `wanted` instead.

    Fewer always. More only over a number of our own that still stands, or once the shop's orders were read after the shop was: it sells
    by itself, and what it has just sold must have come off our number before that number goes up there.
    """
    if wanted <= shown:
        return wanted < shown
    return shown == published or (orders_read_at is not None and orders_read_at > shown_at)
