"""Does a write-off wait too long? Pure."""

from datetime import date, timedelta

LAST_DAYS = timedelta(days=2)


def stale(*, raised_on: date, happened_on: date, today: date, days: int) -> str:
    """ "waiting" after so many days, "month_end" on the last days of its month, else ""."""
    if today - raised_on >= timedelta(days=days):
        return "waiting"
    month_ends = last_of_month(happened_on)
    return "month_end" if month_ends - LAST_DAYS <= today <= month_ends else ""


def last_of_month(day: date) -> date:
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
