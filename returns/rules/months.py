"""Which month do these letters name? Pure."""

import re
from datetime import date, timedelta

_SHAPE = re.compile(r"(2[0-9]{3})-(0[1-9]|1[0-2])")


def month_of(text: str) -> date | None:
    """The first day of "2026-06"; None for what names no month from 2000 to 2999."""
    found = _SHAPE.fullmatch(text)
    return date(int(found[1]), int(found[2]), 1) if found else None


def next_month(month: date) -> date:
    """The first day of the month after."""
    return (month.replace(day=28) + timedelta(days=4)).replace(day=1)


def name_of(month: date) -> str:
    """ "2026-06"."""
    return f"{month:%Y-%m}"
