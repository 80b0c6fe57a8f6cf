"""The working days ahead as a calendar makes them: each cut-off with its collection, and the days left out with their reason."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from exceptions_queue.calendars import Clock
from exceptions_queue.queries import words

WORKING_DAYS, AT_MOST = 10, 60  # days shown, days looked at


@dataclass(frozen=True)
class Ahead:
    """One day. A closed one has no times; `why` is what makes the day special, "" for an ordinary one."""

    name: str
    cutoff: str = ""
    left: str = ""
    collection: str = ""
    why: str = ""

    @property
    def works(self) -> bool:
        return bool(self.cutoff)


def days(clock: Clock, *, at: datetime, notes: Mapping[date, str]) -> list[Ahead]:
    """The next ten working days whose cut-off has not passed, and the days between them that would be expected to work.

    `notes` is what was written on special days.
    """
    found: list[Ahead] = []
    for day in _from(at.astimezone(ZoneInfo(clock.time_zone)).date()):
        if clock.works_on(day):
            found += [_open(clock, day, at, notes)] if at < clock.cutoff_on(day) else []
        elif why := _closed(clock, day, notes):
            found.append(Ahead(_name(day), why=why))
        if sum(one.works for one in found) == WORKING_DAYS:
            break
    return found


def _from(first: date) -> Iterator[date]:
    return (first + timedelta(days=n) for n in range(AT_MOST))


def _open(clock: Clock, day: date, at: datetime, notes: Mapping[date, str]) -> Ahead:
    zone = ZoneInfo(clock.time_zone)
    cutoff, collection = clock.cutoff_on(day), clock.collection_on(day)
    special = (notes.get(day) or "Times of its own") if day in clock.days else ""
    return Ahead(
        name=_name(day),
        cutoff=f"{cutoff.astimezone(zone):%H:%M}",
        left=words.span(cutoff - at),
        collection=f"{collection.astimezone(zone):%H:%M}",
        why="; ".join(filter(None, (special, _clock_change(clock, day)))),
    )


def _closed(clock: Clock, day: date, notes: Mapping[date, str]) -> str:
    """Why the site does not work on a day of its week; "" for a day that never works."""
    if day in clock.days:
        return notes.get(day) or "Closed"
    return clock.holiday_on(day) if str(day.isoweekday()) in clock.working_days else ""


def _clock_change(clock: Clock, day: date) -> str:
    """The first working day after the clocks changed says so: its cut-off is an hour off in UTC."""
    before = next((one for one in (day - timedelta(days=n) for n in range(1, AT_MOST)) if clock.works_on(one)), None)
    if before is None:
        return ""
    turned = _offset(clock, day) - _offset(clock, before)
    return {1: "The clocks have gone forward", -1: "The clocks have gone back"}.get(round(turned / timedelta(hours=1)), "")


def _offset(clock: Clock, day: date) -> timedelta:
    return clock.cutoff_on(day).astimezone(ZoneInfo(clock.time_zone)).utcoffset() or timedelta()


def _name(day: date) -> str:
    """ "Tue 24 Nov": short, for a narrow table."""
    weekday, number, month = words.day(datetime(day.year, day.month, day.day)).split()  # noqa: DTZ001 - a day, not an instant
    return f"{weekday} {number} {month[:3]}"
