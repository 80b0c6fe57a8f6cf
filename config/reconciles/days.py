"""How many differed on each of the last fourteen days: by the runs that are kept, else by the cases that stood open at the day's end."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import NamedTuple

from django.db.models import Count, Q
from django.utils import timezone

from exceptions_queue.models import ExceptionCase
from exceptions_queue.queries import words
from exceptions_queue.states import CaseState

DAYS = 14


class Day(NamedTuple):
    """One day of a strip."""

    on: str
    tone: str
    height: float
    title: str
    url: str = ""


def first_midnight(at: datetime) -> datetime:
    return words.midnight(words.midnight(at) - timedelta(days=DAYS - 1) + timedelta(hours=12))


def last_days(at: datetime) -> list[date]:
    today = timezone.localdate(at)
    return [today - timedelta(days=back) for back in range(DAYS - 1, -1, -1)]


def of_runs(kept: Mapping[date, tuple[int, int]], *, at: datetime) -> list[Day]:
    """From {day: (how many differed, of how many)}; a day without a run says so."""
    days = last_days(at)
    most = max((kept[day][0] for day in days if day in kept), default=0) or 1
    return [_of_run(day, kept.get(day), most) for day in days]


def _of_run(day: date, run: tuple[int, int] | None, most: int) -> Day:
    if run is None:
        return Day(_name(day), "quiet", 0, "no run")
    differed, compared = run
    return Day(_name(day), "bad" if differed else "ok", differed / most * 100, f"{differed:,} of {compared:,} differed")


def open_cases(codes: Iterable[str], *, at: datetime) -> dict[str, list[int]]:
    """{code: how many of its cases stood open at the end of each day, the oldest first, and now}. One statement."""
    ends = [*(first_midnight(at) + timedelta(days=day) for day in range(1, DAYS)), at]
    standing = {f"day_{place}": Count("pk", filter=_open_at(end)) for place, end in enumerate(ends)}
    lately = ExceptionCase.objects.filter(Q(state=CaseState.OPEN) | Q(closed_at__gt=ends[0]), code__in=[str(code) for code in codes])
    rows = lately.order_by().values("code").annotate(**standing).values_list("code", *standing)
    return {code: list(counts) for code, *counts in rows}


def _open_at(instant: datetime) -> Q:
    return Q(opened_at__lte=instant) & (Q(closed_at__isnull=True) | Q(closed_at__gt=instant))


def of_cases(counts: list[int], *, at: datetime) -> list[Day]:
    most = max(counts, default=0) or 1
    return [
        Day(_name(day), "bad" if count else "ok", count / most * 100, f"{count:,} open cases" if count else "none open")
        for day, count in zip(last_days(at), counts, strict=True)
    ]


def _name(day: date) -> str:
    return f"{day.day} {day:%B}"
