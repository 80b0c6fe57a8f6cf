"""What was written off, of which brands and why?"""

from operator import add
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from config.reports import charts
from config.reports.period import Period
from config.reports.shape import Answer, Column, Figure, Report, Row, Table, Unit, priced, share
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
    """Two statements."""
    rows = _by_brand(period)
    garments, pence, unvalued, posted = (sum(row.values[place] for row in rows) for place in (3, 4, 5, 6))
    figures = (
        Figure("Garments written off", garments, better="less", url="#brands"),
        Figure("Carrying value", pence, Unit.MONEY, "less", "#brands"),
        Figure("In the ledger", share(posted, garments), Unit.SHARE, "more", "#brands"),
        Figure("Value not known", unvalued, better="less", url="#brands"),
    )
    chart = charts.bars("Carrying value written off", _of_brands(rows), priced)
    return Answer(figures, (Table("brands", "By brand and reason", COLUMNS, rows, chart, empty="Nothing was written off."),))


def _by_brand(period: Period) -> list[Row]:
    """The most valuable first. The database sums by SKU; which SKUs are one brand is put together here."""
    written = WriteOff.objects.filter(period.dates("happened_on")).exclude(state__in=NEVER).order_by()
    brands = dict(Product.objects.filter(sku__in=written.values("sku")).values_list("sku", "brand"))
    sums: dict[tuple[str, str, str], list[int]] = {}
    for sku, cause, reason, *counts in _by_sku(written):
        of = sums.setdefault((brands.get(sku) or UNKNOWN, _cause(cause), reason or UNSAID), [0, 0, 0, 0])
        of[:] = map(add, of, counts)
    return sorted((Row((*key, *of)) for key, of in sums.items()), key=lambda row: (-row.values[4], -row.values[3], row.values[:3]))


def _by_sku(written: QuerySet[WriteOff]) -> QuerySet[WriteOff, Any]:
    return written.values_list("sku", "cause", "reason").annotate(
        count=Count("pk"),
        pence=Coalesce(Sum("carrying_pence"), 0),
        unvalued=Count("pk", filter=Q(carrying_pence__isnull=True)),
        posted=Count("pk", filter=Q(state__in=IN_THE_LEDGER)),
    )


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
