"""How long does each desk take to put a case right, and at which hours do they come in?"""

from collections.abc import Iterator
from datetime import timedelta
from itertools import chain
from typing import Any, NamedTuple

from django.db.models import Count, F, Q, QuerySet, Window
from django.db.models.functions import ExtractHour, ExtractIsoWeekDay, RowNumber

from config.reports import charts
from config.reports.period import Period
from config.reports.shape import Answer, Column, Figure, Report, Row, Table, Unit, queue, spanned
from exceptions_queue.models import ExceptionCase
from exceptions_queue.queries.lately import TOOK
from exceptions_queue.states import CaseState, Owner

EVERY = "every desk"
BY_OWNER = (Column("Desk", Unit.TEXT), Column("Closed"), Column("Half within", Unit.SPAN), Column("Nine in ten within", Unit.SPAN))
BY_HOUR = (Column("Hour", Unit.TEXT), *(Column(day) for day in charts.WEEKDAYS), Column("All days"))


class Times(NamedTuple):
    """Of how many cases; the time that half of them, and nine in ten, did not exceed, in seconds."""

    closed: int
    half: float
    most: float


def run(period: Period) -> Answer:
    """Three statements."""
    times = _times(closed(period))
    hours = _by_hour(period)
    everyone = times.pop(EVERY, None)
    desks = sorted(times.items(), key=lambda one: -one[1].closed)
    figures = (
        Figure("Half were fixed within", everyone and everyone.half, Unit.SPAN, "less", "#desks"),
        Figure("Nine in ten within", everyone and everyone.most, Unit.SPAN, "less", "#desks"),
        Figure("Cases closed", everyone.closed if everyone else 0, url=queue(state="closed", **period.asked("closed"))),
        Figure("Cases opened", sum(hours.values()), better="less", url="#hours"),
    )
    return Answer(figures, (_desks(desks, period), _hours(hours)))


def closed(period: Period) -> QuerySet[ExceptionCase]:
    return ExceptionCase.objects.filter(period.instants("closed_at"), ~Q(state=CaseState.OPEN))


def _times(cases: QuerySet[ExceptionCase]) -> dict[str, Times]:
    """By owner, and of all together. Two statements; a time is that of a real case, by the nearest rank."""
    found = chain(_ranked(cases, partition_by=["owner"]), _ranked(cases, partition_by=None))
    return {owner: _of(ranks) for owner, ranks in found}


def _ranked(cases: QuerySet[ExceptionCase], *, partition_by: list[str] | None) -> Iterator[tuple[str, list[tuple[int, int, timedelta]]]]:
    """The one or two cases of each partition that stand at its half and at nine tenths: (place, of how many, time)."""
    among = Window(Count("pk"), partition_by=partition_by)
    place = Window(RowNumber(), partition_by=partition_by, order_by="took")
    ranked = cases.annotate(took=TOOK).annotate(place=place, among=among)
    at_half, at_most = Q(place=(F("among") + 1) / 2), Q(place=(F("among") * 9 + 9) / 10)
    found: dict[str, list[tuple[int, int, timedelta]]] = {}
    for owner, *rank in ranked.filter(at_half | at_most).values_list("owner", "place", "among", "took"):
        found.setdefault(owner if partition_by else EVERY, []).append(_rank(*rank))
    return iter(found.items())


def _rank(place: int, among: int, took: Any) -> tuple[int, int, timedelta]:
    return place, among, took


def _of(ranks: list[tuple[int, int, timedelta]]) -> Times:
    first, last = min(ranks), max(ranks)
    return Times(first[1], max(first[2].total_seconds(), 0.0), max(last[2].total_seconds(), 0.0))


def _by_hour(period: Period) -> dict[tuple[int, int], int]:
    """How many were opened, by weekday and hour on the desk's clock. One statement."""
    opened = ExceptionCase.objects.filter(period.instants("opened_at")).order_by()
    found = opened.annotate(day=ExtractIsoWeekDay("opened_at"), hour=ExtractHour("opened_at")).values_list("day", "hour")
    return {(day, hour): count for day, hour, count in found.annotate(count=Count("pk"))}


def _desks(desks: list[tuple[str, Times]], period: Period) -> Table:
    rows = [
        Row(
            (Owner(owner).label if owner in Owner.values else owner, of.closed, of.half, of.most),
            {1: queue(state="closed", owner=owner, **period.asked("closed"))},
        )
        for owner, of in desks
    ]
    drawn = [(row.values[0], row.values[2]) for row in rows]
    return Table(
        "desks", "Time to fix, by desk", BY_OWNER, rows, charts.bars("Half were fixed within", drawn, spanned), empty="No case was closed."
    )


def _hours(hours: dict[tuple[int, int], int]) -> Table:
    counted = [(hour, [hours.get((day, hour), 0) for day in range(1, 8)]) for hour in range(24)]
    rows = [Row((f"{hour:02}:00", *counts, sum(counts))) for hour, counts in counted if any(counts)]
    return Table(
        "hours", "Cases opened, by hour of the week", BY_HOUR, rows, charts.heat("Cases opened", hours), empty="No case was opened."
    )


REPORT = Report(
    key="time-to-fix",
    title="Time to fix",
    question="How long does each desk take to put a case right, and at which hours do they come in?",
    definition="From a case's opening to its close on these days, less the time it waited for the customer. Hours are London's.",
    permission="exceptions_queue.view_exceptioncase",
    run=run,
)
