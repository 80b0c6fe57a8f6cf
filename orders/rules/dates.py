"""Can the hire dates be met?"""

from datetime import date, timedelta
from itertools import pairwise

Fault = tuple[str, str]


def date_faults(
    *,
    dispatch_on: date | None,
    deliver_on: date | None,
    event_on: date | None,
    return_on: date | None,
    is_hire: bool,
    today: date,
    hire_days: int = 0,
) -> list[Fault]:
    """(field, fault) for each date out of order ("before_previous") or no longer possible ("too_late"), in calendar order.

    Dispatch, delivery, event and return follow each other; a date nobody gave is no fault. An event that is over cannot be
    served, hired or not; a dispatch date that has passed is only too late for a hire, which has
    an event to reach, `hire_days` from today or later.
    """
    given = [
        (name, day)
        for name, day in (("dispatch_on", dispatch_on), ("deliver_on", deliver_on), ("event_on", event_on), ("return_on", return_on))
        if day is not None
    ]
    faults = [(later[0], "before_previous") for earlier, later in pairwise(given) if later[1] < earlier[1]]
    needed = event_on or deliver_on
    if is_hire and needed is not None and needed < today + timedelta(days=hire_days):
        faults.append(("event_on" if event_on else "deliver_on", "too_late"))
    return faults
