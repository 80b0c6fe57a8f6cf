"""When does something have to be done? Sites, working days, bank holidays and cut-offs, for every room.

Everything but the readers at the end is pure: a `Clock` is a value, and its answers depend on nothing else.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Any, cast
from zoneinfo import ZoneInfo

import holidays
from django.core.cache import cache

from exceptions_queue.models import Site, SiteDay

DEFAULT_SITE = "acs"
DEFAULT_CUTOFF, DEFAULT_COLLECTION = time(12), time(17, 30)
_SITE_COLUMNS = ("order_cutoff", "collection_at", "time_zone", "bank_holidays", "working_days", "lead_minutes")
_DAYS_COLUMNS = ("days__on", "days__closed", "days__order_cutoff", "days__collection_at")
_SHOWN, _SHOWN_FOR_S = "calendars.shown_clock", 30
_HORIZON = 60  # days looked ahead: no site is closed longer, and a wrong calendar must not stop the desk
_REMEMBERED = timedelta(days=7)  # SiteDay rows older than this no longer matter to an upcoming cut-off


@dataclass(frozen=True)
class Due:
    """`due_at` is when a person must have acted, `cutoff_at` the collection that then still works. Both UTC."""

    due_at: datetime
    cutoff_at: datetime


@dataclass(frozen=True)
class Day:
    """A day that differs from the week. A time left out is the site's own."""

    closed: bool
    order_cutoff: time | None = None
    collection_at: time | None = None


@dataclass(frozen=True)
class Clock:
    """A site's working hours as a value. `working_days` are ISO weekdays as digits; times are local to `time_zone`."""

    order_cutoff: time
    collection_at: time
    time_zone: str = "Europe/London"
    bank_holidays: str = "SCT"
    working_days: str = "12345"
    lead_minutes: int = 240
    days: Mapping[date, Day] = field(default_factory=dict)

    def works_on(self, day: date) -> bool:
        """Is there a collection on this local day? A row for the day wins over week and bank holidays."""
        if day in self.days:
            return not self.days[day].closed
        return str(day.isoweekday()) in self.working_days and day not in _bank_holidays(self.bank_holidays)

    def holiday_on(self, day: date) -> str:
        """The name of the bank holiday that this day is for the site, "" for none."""
        return _bank_holidays(self.bank_holidays).get(day, "")

    def cutoff_on(self, day: date) -> datetime:
        special = self.days.get(day)
        return self._at(day, (special and special.order_cutoff) or self.order_cutoff)

    def collection_on(self, day: date) -> datetime:
        special = self.days.get(day)
        return self._at(day, (special and special.collection_at) or self.collection_at)

    def release_due(self, *, at: datetime) -> Due:
        """The next order cut-off after `at`, and the collection of that day.

        At the very minute of a cut-off the next working day's counts. A site that never works within 60 days gets the
        sixtieth day, so that a mistake in the calendar delays nobody's case.
        """
        today = at.astimezone(ZoneInfo(self.time_zone)).date()
        for day in (today + timedelta(days=n) for n in range(_HORIZON + 1)):
            if self.works_on(day) and at < self.cutoff_on(day):
                break
        return Due(due_at=self.cutoff_on(day), cutoff_at=self.collection_on(day))

    def packed_due(self, *, at: datetime) -> Due:
        """After the pick: `lead_minutes` before the next collection that has not gone."""
        today = at.astimezone(ZoneInfo(self.time_zone)).date()
        for day in (today + timedelta(days=n) for n in range(_HORIZON + 1)):
            if self.works_on(day) and at < self.collection_on(day):
                break
        collection = self.collection_on(day)
        return Due(due_at=collection - timedelta(minutes=self.lead_minutes), cutoff_at=collection)

    def working_days_before(self, count: int, *, at: datetime) -> datetime:
        """So long ago that `count` working days have passed since, today among them; sixty days at the most."""
        today, back = at.astimezone(ZoneInfo(self.time_zone)).date(), 0
        while count > 0 and back < _HORIZON:
            count -= self.works_on(today - timedelta(days=back))
            back += 1
        return at - timedelta(days=back)

    def _at(self, day: date, local: time) -> datetime:
        return datetime.combine(day, local, ZoneInfo(self.time_zone)).astimezone(UTC)


@lru_cache(maxsize=8)
def _bank_holidays(subdivision: str) -> Mapping[date, str]:
    """Bank holidays of a UK division by date; the mapping works out each year when first asked."""
    return holidays.country_holidays("GB", subdiv=subdivision) if subdivision else {}


# --- readers --------------------------------------------------------------------------------------------------------


def default_site() -> Site:
    """ACS's site, or the same with the default times when nobody has created it yet. One statement."""
    site = Site.objects.filter(key=DEFAULT_SITE).first()
    return site or Site(key=DEFAULT_SITE, name="ACS", order_cutoff=DEFAULT_CUTOFF, collection_at=DEFAULT_COLLECTION)


def clock_of(site: Site, *, at: datetime) -> Clock:
    """The clock of a site with its special days from about `at` on. One statement."""
    rows = SiteDay.objects.filter(site_id=site.pk, on__gte=(at - _REMEMBERED).date())
    days = {day.on: Day(day.closed, day.order_cutoff, day.collection_at) for day in rows}
    return Clock(**{name: getattr(site, name) for name in _SITE_COLUMNS}, days=days)


def default_clock(*, at: datetime) -> Clock:
    """The clock of the default site, read together with its special days in one statement."""
    rows = Site.objects.filter(key=DEFAULT_SITE).values_list(*_SITE_COLUMNS, *_DAYS_COLUMNS)
    own, since = len(_SITE_COLUMNS), (at - _REMEMBERED).date()
    found = list(rows)
    if not found:
        return Clock(order_cutoff=DEFAULT_CUTOFF, collection_at=DEFAULT_COLLECTION)
    days = {row[own]: Day(*row[own + 1 :]) for row in found if row[own] and row[own] >= since}
    own_values: dict[str, Any] = dict(zip(_SITE_COLUMNS, found[0], strict=False))
    return Clock(**own_values, days=days)


def shown_clock(*, at: datetime) -> Clock:
    """The default site's clock for what is only shown: up to half a minute old, unless it was changed in this process."""
    return cast(Clock, cache.get_or_set(_SHOWN, lambda: default_clock(at=at), _SHOWN_FOR_S))


def forget_shown_clock() -> None:
    """Call after a change of a calendar."""
    cache.delete(_SHOWN)


def release_due(site: Site | None, *, at: datetime) -> Due:
    """Before release: the next order cut-off of `site` (None: ACS's) after `at`, with that day's collection."""
    clock = clock_of(site, at=at) if site else default_clock(at=at)
    return clock.release_due(at=at)
