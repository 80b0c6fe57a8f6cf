"""When a point is open, in words."""

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
DAY_AND_NIGHT = "open day and night"


def hours_in_words(open_24_7: bool, hours: Mapping[str, Any] | None, text: str = "") -> str:
    """ "Mon to Sat 08:00–20:00, Sun 10:00–16:00"; days alike are said together. `text` where the feed gives no hours by day."""
    if open_24_7:
        return DAY_AND_NIGHT
    if not hours:
        return text.strip() or "hours not said"
    told = [(day[:3].capitalize(), spans_in_words(hours[day]) if day in hours else "") for day in DAYS]
    runs = [(spans, [day for day, _ in days]) for spans, days in groupby(told, key=lambda each: each[1])]
    return ", ".join(f"{_days(days)} {spans[0].lower() + spans[1:]}" for spans, days in runs if spans)


def spans_in_words(spans: Sequence[Mapping[str, int]]) -> str:
    """ "09:00–19:00", from minutes after midnight."""
    return ", ".join(f"{_clock(span['start'])}–{_clock(span['end'])}" for span in spans) or "Closed"


def _days(days: Sequence[str]) -> str:
    return days[0] if len(days) == 1 else f"{days[0]} to {days[-1]}"


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"
