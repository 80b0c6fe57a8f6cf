"""How long can a part-ready order wait, and what does each way out cost in time? Pure: the calendar is an argument.

A collection takes what is ready at its latest safe time: ACS's order cut-off of that day for an order not yet sent, the collection
minus ACS's lead for one that ACS has.
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import NamedTuple, Protocol

SLACK = timedelta(hours=2)  # less time than this before the latest safe time is too little to ask a customer
HORIZON = 60  # days; no site is closed longer
DAY = timedelta(days=1)


class Calendar(Protocol):
    """The working days of a site."""

    @property
    def lead_minutes(self) -> int: ...
    def works_on(self, day: date) -> bool: ...
    def cutoff_on(self, day: date) -> datetime: ...
    def collection_on(self, day: date) -> datetime: ...


class Promise(NamedTuple):
    """What the customer was promised: `on`, the day the parcel is to be there, or only the day it is to leave (`leaves_on`)."""

    on: date | None
    leaves_on: date | None


class Offer(NamedTuple):
    """One way out. `days_late` counts calendar days after the promise (0: kept, None: nothing was promised), `days_lost` those
    after the fastest way of today."""

    key: str
    leaves_at: datetime
    arrives_on: date
    days_late: int | None
    days_lost: int


def promise(*, deliver_on: date | None, event_on: date | None, dispatch_on: date | None) -> Promise:
    """The day before an event is the last good day for it."""
    return Promise(deliver_on or (event_on - DAY if event_on else None), dispatch_on)


def transit_days(service: str) -> int:
    """Working days on the road by ACS's service code: "48" is two, "24", "ND" and what we do not know one."""
    return max(1, int(service) // 24) if service.isdigit() else 1


def arrives_on(calendar: Calendar, left_on: date, transit: int) -> date:
    """The day a parcel collected on `left_on` is there: the transit counted in working days."""
    days = _working_days(calendar, left_on + DAY, DAY)
    return [day for day, _ in zip(days, range(transit), strict=False)][-1]


def last_day(calendar: Calendar, promised: Promise, *, transit: int, opened_on: date) -> date:
    """The last collection day that keeps the promise; without any promise, the second one from the day the wait began."""
    if promised.on is not None:
        days = _working_days(calendar, promised.on - DAY, -DAY)
        return next(day for day in days if arrives_on(calendar, day, transit) <= promised.on)
    if promised.leaves_on is not None:
        return next(_working_days(calendar, promised.leaves_on, -DAY))
    days = _working_days(calendar, opened_on, DAY)
    next(days)
    return next(days)


def latest_safe(calendar: Calendar, day: date, *, before_release: bool) -> datetime:
    """The last moment at which an order can be whole and still make the collection of `day`."""
    if before_release:
        return calendar.cutoff_on(day)
    return calendar.collection_on(day) - timedelta(minutes=calendar.lead_minutes)


def next_leaving(calendar: Calendar, ready_at: datetime, *, before_release: bool) -> date:
    """The day of the first collection that takes what is ready at `ready_at`."""
    return next(
        day
        for day in _working_days(calendar, ready_at.date() - DAY, DAY)
        if latest_safe(calendar, day, before_release=before_release) >= ready_at
    )


def first_deadline(calendar: Calendar, at: datetime, latest_safe_at: datetime, *, before_release: bool) -> datetime:
    """When a person should look again: the next time that makes a collection, or the latest safe time where that is sooner."""
    day = next_leaving(calendar, at, before_release=before_release)
    return min(latest_safe(calendar, day, before_release=before_release), latest_safe_at)


def overdue(*, at: datetime, deadline_at: datetime, latest_safe_at: datetime) -> str:
    """Why a wait has run too long: "too_late" (the promise is broken), "slack", "deadline"; "" while it has not."""
    if at >= latest_safe_at:
        return "too_late"
    if latest_safe_at - at < SLACK:
        return "slack"
    return "deadline" if at >= deadline_at else ""


def offers(
    calendar: Calendar, promised: Promise, *, at: datetime, ready_at: datetime, before_release: bool, transit: int, home_transit: int
) -> list[Offer]:
    """Wait for the rest (ready at `ready_at`, or now where that has passed), split, or send to the door, in this order."""
    now = next_leaving(calendar, at, before_release=before_release)
    later = next_leaving(calendar, max(at, ready_at), before_release=before_release)
    fastest = arrives_on(calendar, now, min(transit, home_transit))
    ways = (("wait", later, transit), ("split", now, transit), ("home", now, home_transit))
    return [_offer(calendar, promised, key, day, days, fastest) for key, day, days in ways]


def suggested(ways: list[Offer], *, is_overdue: bool) -> str:
    """Waiting, while it keeps the promise or nothing was promised and time is left; else the door, which takes parts as they come."""
    wait = ways[0]
    kept = wait.days_late == 0 or (wait.days_late is None and not is_overdue)
    return "wait" if kept else "home"


def _offer(calendar: Calendar, promised: Promise, key: str, day: date, transit: int, fastest: date) -> Offer:
    there = arrives_on(calendar, day, transit)
    limit = promised.on or (arrives_on(calendar, promised.leaves_on, transit) if promised.leaves_on else None)
    late = max(0, (there - limit).days) if limit else None
    return Offer(key, calendar.collection_on(day), there, late, (there - fastest).days)


def _working_days(calendar: Calendar, first: date, step: timedelta) -> Iterator[date]:
    """Working days from `first` on in one direction; after sixty days any day counts, so that a wrong calendar stops nobody."""
    day = first
    for _ in range(HORIZON):
        if calendar.works_on(day):
            yield day
        day += step
    while True:
        yield day
        day += step
