"""Times as the sync pages say them."""

from datetime import datetime

from exceptions_queue.queries import words


def clock_time(at: datetime, now: datetime) -> str:
    """ "12:04" for today, else "yesterday 12:04" or "Tue 9 June 12:04"."""
    return words.moment(at, now).removeprefix("today ")
