"""How well does ACS do its part?"""

from datetime import timedelta
from typing import Any, NamedTuple

from django.db.models import Avg, Count, DurationField, ExpressionWrapper, F, Max, Q, QuerySet

from config.reports import charts
from config.reports.period import Period
from config.reports.shape import Answer, Column, Figure, Report, Row, Table, Unit, counted, queue, spanned
from exceptions_queue.catalogue import CATALOGUE, Code
from exceptions_queue.models import ExceptionCase
from exceptions_queue.states import CaseState
from inventory.models import GarmentChange

FAULTS = (
    Code.ORD_SHORT,
    Code.ORD_REJECTED,
    Code.ORD_UNCONFIRMED,
    Code.ORD_STUCK,
    Code.STK_FEED_LATE,
    Code.STK_FEED_BAD,
    Code.STK_RFID_MISSING,
    Code.MAN_UNMATCHED,
)
STATES = (
    Column("ACS's state", Unit.TEXT),
    Column("Garments that left it"),
    Column("On average after", Unit.SPAN),
    Column("At most after", Unit.SPAN),
)
CASES = (Column("What went wrong", Unit.TEXT), Column("Cases"), Column("Still open"), Column("Closed"))
STAY = ExpressionWrapper(F("at") - F("since_before"), output_field=DurationField())


class Stay(NamedTuple):
    """How long garments were in one of ACS's states, of those that left it."""

    state: str
    left: int
    average: timedelta
    longest: timedelta


def run(period: Period) -> Answer:
    """Three statements."""
    stays = [Stay(*found) for found in stays_by_state(period)]
    missing = GarmentChange.objects.filter(period.instants("at"), event=GarmentChange.Event.MISSING).count()
    cases = {code: (count, still) for code, count, still in _cases(period)}
    of = {code: cases.get(code, (0, 0)) for code in FAULTS}
    figures = (
        Figure("Short picks", of[Code.ORD_SHORT][0], better="less", url="#cases"),
        Figure("Stock files late", of[Code.STK_FEED_LATE][0], better="less", url="#cases"),
        Figure("Garments gone from the file", missing, better="less"),
        Figure("Average time in a state", _average(stays), Unit.SPAN, "less", "#states"),
    )
    return Answer(figures, (_states(stays), _faults(of, period)))


def stays_by_state(period: Period) -> QuerySet[GarmentChange, Any]:
    """Garments that went from one state into another on these days, by the state they left, in ACS's own words."""
    left = GarmentChange.objects.filter(period.instants("at"), event=GarmentChange.Event.STATUS, since_before__isnull=False)
    found = left.exclude(was="").order_by().values_list("was").annotate(count=Count("pk"), average=Avg(STAY), longest=Max(STAY))
    return found.order_by("-average", "was")


def _cases(period: Period) -> QuerySet[ExceptionCase, tuple[str, int, int]]:
    opened = ExceptionCase.objects.filter(period.instants("opened_at"), code__in=FAULTS).order_by()
    return opened.values_list("code").annotate(count=Count("pk"), still=Count("pk", filter=Q(state=CaseState.OPEN)))


def _average(stays: list[Stay]) -> float | None:
    """Over all garments, not over states."""
    count = sum(stay.left for stay in stays)
    return sum(stay.average.total_seconds() * stay.left for stay in stays) / count if count else None


def _states(stays: list[Stay]) -> Table:
    rows = [Row((stay.state, stay.left, stay.average.total_seconds(), stay.longest.total_seconds())) for stay in stays]
    drawn = [(row.values[0], row.values[2]) for row in rows]
    chart = charts.bars("Average time in each state", drawn, spanned)
    return Table("states", "Time in each state", STATES, rows, chart, empty="No garment changed its state.")


def _faults(of: dict[Code, tuple[int, int]], period: Period) -> Table:
    days = period.asked("opened")
    rows = [
        Row(
            (CATALOGUE[code].title, count, still, count - still),
            {2: queue(code=code, **days), 3: queue(code=code, **days, state="closed")},
        )
        for code, (count, still) in sorted(of.items(), key=lambda one: -one[1][0])
    ]
    drawn = [(row.values[0], row.values[1]) for row in rows if row.values[1]]
    return Table("cases", "What went wrong", CASES, rows, charts.bars("Cases opened", drawn, counted))


REPORT = Report(
    key="acs",
    title="ACS scorecard",
    question="How well does ACS do its part?",
    definition="How long garments were in each of ACS's states when they left it, and the cases opened on these days that are ACS's.",
    permission="inventory.view_garment",
    run=run,
)
