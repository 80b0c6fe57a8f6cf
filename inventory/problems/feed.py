"""Has today's stock file arrived?"""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from exceptions_queue.calendars import Clock
from inventory.queries.levels import is_stale

LONDON = ZoneInfo("Europe/London")
LOOKED_BACK = 14  # days: ACS is never closed longer


def late_feed(as_of: datetime | None, clock: Clock, *, by: time, at: datetime) -> dict[str, Any]:
    """What to say of a stock file that should be here by `by` (London) on a working day of ACS's and is not; {} while all is well.

    A feed that never had a file is not late: it is not connected yet.
    """
    day = expected_day(clock, by=by, at=at)
    if as_of is None or day is None or as_of.astimezone(LONDON).date() >= day:
        return {}
    return {"field": "file", "fault": "stale" if is_stale(as_of, at=at) else "late", "feed": "acs.stock", "day": day.isoformat()}


def expected_day(clock: Clock, *, by: time, at: datetime) -> date | None:
    """The latest working day whose file should have arrived by now."""
    today = at.astimezone(LONDON).date()
    for day in (today - timedelta(days=back) for back in range(LOOKED_BACK)):
        if clock.works_on(day) and datetime.combine(day, by, LONDON).astimezone(UTC) <= at:
            return day
    return None
