"""What was written off, of which brands and why?"""

from django.db import connection

from config.reports import charts
from config.reports.period import Period
from config.reports.shape import Answer, Column, Figure, Report, Row, Table, Unit, priced, share
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


# A write-off knows its SKU as text alone: a look-up of the brand per row costs several times this join.
_BRANDS = """
    SELECT COALESCE(p.brand, ''), w.cause, w.reason,
           COUNT(*),
           CAST(COALESCE(SUM(w.carrying_pence), 0) AS bigint),
           SUM(CASE WHEN w.carrying_pence IS NULL THEN 1 ELSE 0 END),
           SUM(CASE WHEN w.state IN (%s, %s) THEN 1 ELSE 0 END)
    FROM returns_writeoff w LEFT JOIN inventory_product p ON p.sku = w.sku
    WHERE w.happened_on BETWEEN %s AND %s AND w.state NOT IN (%s, %s)
    GROUP BY 1, 2, 3
    ORDER BY 5 DESC, 4 DESC, 1, 2, 3
"""


def run(period: Period) -> Answer:
    """One statement."""
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
    """The most valuable first. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(_BRANDS, [*IN_THE_LEDGER, period.first.isoformat(), period.last.isoformat(), *NEVER])
        return [Row((brand or UNKNOWN, _cause(cause), reason or UNSAID, *counts)) for brand, cause, reason, *counts in cursor.fetchall()]


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
