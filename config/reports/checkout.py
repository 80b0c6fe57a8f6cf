"""Which SKUs keep baskets out of lockers?"""

from datetime import date

from django.db.models import QuerySet, Sum

from config.reports import charts
from config.reports.period import Period
from config.reports.shape import Answer, Column, Figure, Report, Row, Table, Unit, counted, dated, share
from orders.models import CheckoutRefusal
from orders.queries.refusals import WORDS

WHOLE = "The basket as a whole"
BY_SKU = (Column("SKU", Unit.TEXT), Column("Why", Unit.TEXT), Column("Baskets"), Column("Share", Unit.SHARE))
BY_DAY = (Column("Day", Unit.DAY), Column("Baskets"))


def run(period: Period) -> Answer:
    """Two statements."""
    skus, days = list(by_sku(period)), dict(_by_day(period))
    baskets = sum(count for *_, count in skus)
    figures = (
        Figure("Baskets kept out of lockers", baskets, better="less", url="#skus"),
        Figure("SKUs to blame", len({sku for sku, *_ in skus} - {""}), better="less", url="#skus"),
        Figure("For want of a size or weight", sum(n for _, code, n in skus if code == "VAL-DIM-MISSING"), better="less", url="#skus"),
    )
    rows = [Row((sku or WHOLE, WORDS.get(code, code), count, share(count, baskets))) for sku, code, count in skus]
    drawn = [(f"{row.values[0]}: {row.values[1]}", row.values[2]) for row in rows[: charts.BAR_SHOWN]]
    chart = charts.bars("Baskets kept out", drawn, counted)
    return Answer(figures, (Table("skus", "By SKU and reason", BY_SKU, rows, chart, empty="No basket was refused."), _days(days, period)))


def by_sku(period: Period) -> QuerySet[CheckoutRefusal, tuple[str, str, int]]:
    refused = CheckoutRefusal.objects.filter(period.dates("day")).order_by().values_list("sku", "code")
    return refused.annotate(count=Sum("carts")).order_by("-count", "sku", "code")


def _by_day(period: Period) -> QuerySet[CheckoutRefusal, tuple[date, int]]:
    return CheckoutRefusal.objects.filter(period.dates("day")).order_by().values_list("day").annotate(count=Sum("carts"))


def _days(days: dict[date, int], period: Period) -> Table:
    values = [days.get(day, 0) for day in period.days] if days else []
    rows = [Row((day, days[day])) for day in sorted(days, reverse=True)]
    return Table(
        "days",
        "By day",
        BY_DAY,
        rows,
        charts.line("Baskets kept out, by day", period.days, values, dated, counted),
        empty="No basket was refused.",
    )


REPORT = Report(
    key="checkout",
    title="Checkout refusals",
    question="Which SKUs keep baskets out of lockers?",
    definition="Baskets that the shop's checkout could not offer a locker on these days; an estimate where baskets are sampled.",
    permission="orders.view_checkoutrefusal",
    run=run,
)
