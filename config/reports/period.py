"""Which days is a report about? Whole days of the desk's time zone, both ends included."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from django.db.models import Q
from django.utils import timezone

USUAL, LONGEST = 30, 1_830
_EARLIEST, _LATEST = date(2000, 1, 1), date(2999, 12, 31)
_PRESETS = {"Today": 1, "7 days": 7, "30 days": 30, "90 days": 90, "365 days": 365}
_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December")


class Period(NamedTuple):
    """From the first day's midnight to the midnight after the last. A day on which the clocks change has 23 or 25 hours."""

    first: date
    last: date

    @property
    def length(self) -> int:
        """How many days."""
        return (self.last - self.first).days + 1

    @property
    def before(self) -> "Period":
        """As many days, ending the day before the first."""
        return Period(self.first - timedelta(days=self.length), self.first - timedelta(days=1))

    @property
    def starts_at(self) -> datetime:
        return _midnight(self.first)

    @property
    def ends_at(self) -> datetime:
        """The first instant that is no longer part of it."""
        return _midnight(self.last + timedelta(days=1))

    @property
    def days(self) -> list[date]:
        return [self.first + timedelta(days=n) for n in range(self.length)]

    @property
    def in_words(self) -> str:
        """ "9 June 2026", "11 May to 9 June 2026", "30 December 2025 to 5 January 2026"."""
        if self.first == self.last:
            return _day(self.last)
        return f"{_day(self.first, year=self.first.year != self.last.year)} to {_day(self.last)}"

    def instants(self, field: str) -> Q:
        """Rows whose instant `field` lies in these days."""
        return Q(**{f"{field}__gte": self.starts_at, f"{field}__lt": self.ends_at})

    def dates(self, field: str) -> Q:
        """Rows whose date `field` is one of these days."""
        return Q(**{f"{field}__gte": self.first, f"{field}__lte": self.last})

    def asked(self, kind: str = "") -> dict[str, str]:
        """As it goes into an address: from and to, or `kind`_from and `kind`_to as the queue reads them."""
        start, end = (f"{kind}_from", f"{kind}_to") if kind else ("from", "to")
        return {start: self.first.isoformat(), end: self.last.isoformat()}


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), timezone.get_current_timezone())


def _day(day: date, *, year: bool = True) -> str:
    return f"{day.day} {_MONTHS[day.month - 1]}{f' {day.year}' if year else ''}"


def usual(today: date) -> Period:
    """The last thirty days, today among them."""
    return Period(today - timedelta(days=USUAL - 1), today)


def presets(today: date) -> dict[str, Period]:
    """The ranges that are one click away, each ending today, and the last whole month."""
    month_ended = today.replace(day=1) - timedelta(days=1)
    ending_today = {label: Period(today - timedelta(days=length - 1), today) for label, length in _PRESETS.items()}
    return ending_today | {"Last month": Period(month_ended.replace(day=1), month_ended)}


def read(asked: Mapping[str, str], today: date) -> tuple[Period, str]:
    """The days asked for by `from` and `to`, and "" or the sentence that says why it is the last thirty days instead."""
    try:
        last = _date(asked.get("to", ""), "last") or today
        first = _date(asked.get("from", ""), "first") or last - timedelta(days=USUAL - 1)
    except ValueError as wrong:
        return usual(today), str(wrong)
    complaint = _complaint(first, last)
    return (usual(today), complaint) if complaint else (Period(first, last), "")


def _date(text: str, which: str) -> date | None:
    """None where nothing is given. Raises ValueError with a sentence."""
    if not text.strip():
        return None
    try:
        day = date.fromisoformat(text.strip())
    except ValueError:
        raise ValueError(f"The {which} day is not a date. Write it like 2026-06-09.") from None
    if not _EARLIEST + timedelta(days=2 * LONGEST) <= day <= _LATEST:
        raise ValueError(f"The {which} day lies outside what the desk can know. Choose one of this decade.")
    return day


def _complaint(first: date, last: date) -> str:
    if first > last:
        return f"The first day, {_day(first)}, comes after the last, {_day(last)}. Swap them."
    if (last - first).days >= LONGEST:
        return "A report covers at most five years. Choose a first day nearer to the last."
    return ""
