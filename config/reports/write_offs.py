"""What was written off, of which brands and why?"""

from typing import Any

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce

from config.reports import charts
from config.reports.period import Period
from config.reports.shape import Answer, Column, Figure, Report, Row, Table, Unit, share, shown
from inventory.models import Product
from returns.models import WriteOff
from returns.states import IN_THE_LEDGER, Cause, WriteOffState

UNKNOWN, UNSAID = "Brand not known", "No reason given"
NEVER = (WriteOffState.REJECTED, WriteOffState.REVERSED)
COLUMNS = (
    Column("Brand", Unit.TEXT),
    Column("Why", Unit.TEXT),
    Column("Reason", Unit.TEXT),
    Column("Garments"),
    Column("Carrying value", Unit.MONEY),
    Column("Value not known"),
    Column("In the ledger"),
)


def run(period: Period) -> Answer:
    """One statement."""
    found = list(by_brand(period))
    garments, pence, unvalued, posted = (sum(row[place] for row in found) for place in (3, 4, 5, 6))
    figures = (
        Figure("Garments written off", garments, better="less", url="#brands"),
        Figure("Carrying value", pence, Unit.MONEY, "less", "#brands"),
        Figure("In the ledger", share(posted, garments), Unit.SHARE, "more", "#brands"),
        Figure("Value not known", unvalued, better="less", url="#brands"),
    )
    rows = [Row((row[0] or UNKNOWN, _cause(row[1]), row[2] or UNSAID, *row[3:])) for row in found]
    chart = charts.bars("Carrying value written off", [(brand, pence, shown(pence, Unit.MONEY)) for brand, pence in _of_brands(rows)])
    return Answer(figures, (Table("brands", "By brand and reason", COLUMNS, rows, chart, "Nothing was written off."),))


def by_brand(period: Period) -> QuerySet[WriteOff, Any]:
    """Write-offs of garments graded on these days, but those rejected or reversed."""
    brand = Subquery(Product.objects.filter(sku=OuterRef("sku")).values("brand")[:1])
    written = WriteOff.objects.filter(period.dates("happened_on")).exclude(state__in=NEVER).order_by()
    found = written.annotate(brand=Coalesce(brand, Value(""))).values_list("brand", "cause", "reason")
    return found.annotate(
        count=Count("pk"),
        pence=Coalesce(Sum("carrying_pence"), 0),
        unvalued=Count("pk", filter=Q(carrying_pence__isnull=True)),
        posted=Count("pk", filter=Q(state__in=IN_THE_LEDGER)),
    ).order_by("-pence", "-count", "brand", "cause", "reason")


def _cause(value: str) -> str:
    return Cause(value).label if value in Cause.values else value


def _of_brands(rows: list[Row]) -> list[tuple[str, int]]:
    """The carrying value of each brand, the most first."""
    sums: dict[str, int] = {}
    for row in rows:
        sums[row.values[0]] = sums.get(row.values[0], 0) + row.values[4]
    return sorted(sums.items(), key=lambda one: -one[1])


REPORT = Report(
    key="write-offs",
    title="Write-offs",
    question="What was written off, of which brands and why?",
    definition="Garments graded beyond repair on these days at their carrying value, without those rejected or reversed.",
    permission="returns.view_writeoff",
    run=run,
)
