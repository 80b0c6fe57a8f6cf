"""How much stock is withheld from sale, and what was sold that is not there?"""

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce, TruncDate

from config.reports import charts
from config.reports.period import Period
from config.reports.shape import Answer, Column, Figure, Report, Row, Table, Unit, share, shown
from exceptions_queue.catalogue import Code
from exceptions_queue.models import ExceptionCase
from inventory.models import StockDay

COLUMNS = (
    Column("Day", Unit.DAY),
    Column("On hand"),
    Column("In the buffer"),
    Column("Kept back"),
    Column("Not in a sellable state"),
    Column("Sellable"),
    Column("Oversold, cases opened"),
)
COUNTERS = ("on_hand", "for_sale", "waiting", "reserve", "sellable")


class Level(NamedTuple):
    """Garments of all SKUs at the end of a day."""

    on_hand: int = 0
    for_sale: int = 0
    waiting: int = 0
    reserve: int = 0
    sellable: int = 0

    @property
    def withheld(self) -> int:
        """In a sellable state and not for sale yet: inside the buffer or kept back by a merchandiser."""
        return self.waiting + self.reserve

    def moved(self, change: "Level") -> "Level":
        return Level(*(was + by for was, by in zip(self, change, strict=True)))


def run(period: Period) -> Answer:
    """Three statements."""
    levels, oversold = list(_levels(period)), _oversold(period)
    last = levels[-1][1] if levels else None
    figures = (
        Figure("Withheld on the last day", last and last.withheld, better="less", url="#days"),
        Figure("Share of what could be sold", last and share(last.withheld, last.for_sale), Unit.SHARE, "less", "#days"),
        Figure("Sellable on the last day", last and last.sellable, better="more", url="#days"),
        Figure("Oversold, cases opened", sum(oversold.values()), better="less", url="#days"),
    )
    return Answer(figures, (_days(levels, oversold, period),))


def _levels(period: Period) -> Iterator[tuple[date, Level]]:
    """The level at the end of each day from the first that is known. A SKU without a row on a day stands as on its last."""
    at_first, changes = _at(period.first), dict(_changes(period))
    standing = at_first or Level()
    known = at_first is not None
    for day in period.days:
        known = known or day in changes
        standing = standing.moved(changes.get(day, Level()))
        if known:
            yield day, standing


def _at(day: date) -> Level | None:
    """How all SKUs stood before this day; None where nothing was kept yet. One statement."""
    later = StockDay.objects.filter(sku=OuterRef("sku"), on__lt=day, on__gt=OuterRef("on"))
    newest = StockDay.objects.filter(~Exists(later), on__lt=day)
    found = newest.aggregate(rows=Count("pk"), **{f"all_{name}": Coalesce(Sum(name), 0) for name in COUNTERS})
    return Level(*(found[f"all_{name}"] for name in COUNTERS)) if found["rows"] else None


def _changes(period: Period) -> Iterator[tuple[date, Level]]:
    """By how much the sums changed on each day: what a SKU's row says, less what its row before said. One statement."""
    rows = StockDay.objects.filter(period.dates("on")).order_by()
    changed = {f"by_{name}": Sum(F(name) - Coalesce(_before(name), 0)) for name in COUNTERS}
    for day, *change in rows.values_list("on").annotate(**changed):
        yield day, Level(*change)


def _before(name: str) -> Subquery:
    earlier: QuerySet[StockDay] = StockDay.objects.filter(sku=OuterRef("sku"), on__lt=OuterRef("on")).order_by("-on")
    return Subquery(earlier.values(name)[:1])


def _oversold(period: Period) -> dict[date, int]:
    """Cases of orders for garments that are not there, by the day they were opened. One statement."""
    cases = ExceptionCase.objects.filter(Q(code=Code.STK_OVERSOLD), period.instants("opened_at")).order_by()
    return dict(cases.annotate(day=TruncDate("opened_at")).values_list("day").annotate(count=Count("pk")))


def _days(levels: list[tuple[date, Level]], oversold: dict[date, int], period: Period) -> Table:
    by_day = dict(levels)
    days = sorted(by_day.keys() | oversold.keys(), reverse=True)
    rows = [_row(day, by_day.get(day), oversold.get(day, 0)) for day in days]
    values = [by_day[day].withheld if day in by_day else None for day in period.days]
    said, names = [shown(value, Unit.COUNT) for value in values], [shown(day, Unit.DAY) for day in period.days]
    chart = charts.line("Garments withheld from sale", names, values, said)
    return Table("days", "At the end of each day", COLUMNS, rows, chart, "No day's stock was kept yet, and nothing was oversold.")


def _row(day: date, level: Level | None, oversold: int) -> Row:
    if level is None:
        return Row((day, None, None, None, None, None, oversold))
    off = level.on_hand - level.for_sale
    return Row((day, level.on_hand, level.waiting, level.reserve, off, level.sellable, oversold))


REPORT = Report(
    key="stock",
    title="Stock withheld and oversold",
    question="How much stock is withheld from sale, and what was sold that is not there?",
    definition="Garments in a sellable state that are inside the buffer or kept back, as each day ended, and cases of oversold orders.",
    permission="inventory.view_level",
    run=run,
)
