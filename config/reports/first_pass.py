"""How many orders passed their first validation?"""

from datetime import date

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.db.models.functions import TruncDate

from config.reports import charts
from config.reports.period import Period
from config.reports.shape import Answer, Column, Figure, Report, Row, Table, Unit, dated, share, shared
from orders.models import GateDecision

RELEASE = GateDecision.Gate.RELEASE
COLUMNS = (
    Column("Placed on", Unit.DAY),
    Column("Validated"),
    Column("Passed at once"),
    Column("Stopped at first"),
    Column("Share", Unit.SHARE),
)


def run(period: Period) -> Answer:
    """One statement."""
    days = list(_by_day(first_decisions(period)))
    orders, passed = sum(count for _, count, _ in days), sum(good for _, _, good in days)
    rows = [Row((day, count, good, count - good, share(good, count))) for day, count, good in reversed(days)]
    figures = (
        Figure("Passed at once", share(passed, orders), Unit.SHARE, "more", "#days"),
        Figure("Orders validated", orders, url="#days"),
        Figure("Stopped at first", orders - passed, better="less", url="#days"),
    )
    chart = _chart(period, {day: share(good, count) for day, count, good in days})
    return Answer(
        figures, (Table("days", "By the day they were placed", COLUMNS, rows, chart, empty="No order of these days was validated."),)
    )


def first_decisions(period: Period) -> QuerySet[GateDecision]:
    """The release gate's first word on each order placed in these days."""
    earlier = GateDecision.objects.filter(order=OuterRef("order"), gate=RELEASE, pk__lt=OuterRef("pk"))
    return GateDecision.objects.filter(period.instants("order__placed_at"), ~Exists(earlier), gate=RELEASE)


def _by_day(first: QuerySet[GateDecision]) -> QuerySet[GateDecision, tuple[date, int, int]]:
    days = first.annotate(day=TruncDate("order__placed_at")).order_by("day").values_list("day")
    return days.annotate(orders=Count("pk"), good=Count("pk", filter=Q(passed=True)))


def _chart(period: Period, shares: dict[date, float | None]) -> charts.Chart | None:
    values = [shares.get(day) for day in period.days]
    return charts.line("Passed at once, by day", period.days, values, dated, shared, full=1.0)


REPORT = Report(
    key="first-time-pass",
    title="First-time pass",
    question="How many orders passed their first validation?",
    definition="Of the orders placed on these days, those that the release gate let pass the first time it looked.",
    permission="orders.view_order",
    run=run,
)
