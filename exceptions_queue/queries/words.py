"""Times, spans and money as the desk says them: worked out here once, so that templates only print."""

from datetime import UTC, datetime, timedelta, tzinfo
from typing import NamedTuple

from django.contrib.auth.models import User
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils import timezone

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"]
SOON = timedelta(minutes=60)
_MINUTE = timedelta(minutes=1)
_EARLIEST, _LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2999, 12, 31, tzinfo=UTC)
_NOT_SAID = "Choose a time between the years 2000 and 2999."
# For every field that takes an instant: what lies beyond cannot be told in every time zone, nor kept by every database.
SAYABLE = (MinValueValidator(_EARLIEST, _NOT_SAID), MaxValueValidator(_LATEST, _NOT_SAID))


class Due(NamedTuple):
    """How a due time reads: `band` is late, soon or fine; `word` and `left` say the same to everybody."""

    band: str
    word: str
    left: str


def due(due_at: datetime, now: datetime) -> Due:
    """Late, Soon (under an hour left) or On time, with the minutes left or gone. The one place that decides it."""
    left = due_at - now
    if left <= timedelta():
        return Due("late", "Late", brief(-left))
    return Due("soon", "Soon", brief(left)) if left < SOON else Due("fine", "On time", brief(left))


def span(length: timedelta) -> str:
    """ "42 m", "1 h 12 m", "2 d 3 h"."""
    minutes = length // _MINUTE
    if minutes < 60:
        return f"{minutes} m"
    if minutes < 48 * 60:
        return f"{minutes // 60} h {minutes % 60} m"
    return f"{minutes // 1440} d {minutes % 1440 // 60} h"


def brief(length: timedelta) -> str:
    """As much of a span as a decision needs, so that it stays short: "42 m", "1 h 12 m", from ten hours "23 h", from two days "3 d"."""
    minutes = length // _MINUTE
    if minutes < 600:
        return span(length)
    return f"{minutes // 60} h" if minutes < 48 * 60 else f"{minutes // 1440} d"


def moment(at: datetime, now: datetime) -> str:
    """ "today 16:00", "tomorrow 12:00", "yesterday 09:05", "Tue 9 June 12:00", in the desk's time zone."""
    there, today = timezone.localtime(at), timezone.localtime(now).date()
    days = (there.date() - today).days
    near = {0: "today", 1: "tomorrow", -1: "yesterday"}
    return f"{near[days] if days in near else day(there)} {there:%H:%M}"


def day(there: datetime) -> str:
    return f"{_DAYS[there.weekday()]} {there.day} {_MONTHS[there.month - 1]}"


def midnight(at: datetime) -> datetime:
    """The beginning of the day that `at` is in, in the desk's time zone."""
    return timezone.localtime(at).replace(hour=0, minute=0, second=0, microsecond=0)


def full(at: datetime, zone: tzinfo | None = None) -> str:
    """The absolute time, for whoever hovers or reads aloud: "Tue 9 June 2026 12:00". `zone` saves looking it up for each row."""
    there = at.astimezone(zone or timezone.get_current_timezone())
    return f"{day(there)} {there.year} {there.hour:02}:{there.minute:02}"


def pounds(pence: int) -> str:
    return f"£{pence / 100:,.2f}" if pence else ""


def initials(*names: str) -> str:
    """Two letters for a person: of their first and last name, else of the name they sign in with."""
    first, last, username = (*names, "", "", "")[:3]
    return (first[:1] + last[:1] if first and last else (first or last or username)[:2]).upper()


def name_of(user: User) -> str:
    return user.get_full_name() or user.get_username()


def capitalised(text: str) -> str:
    return text[:1].upper() + text[1:]
