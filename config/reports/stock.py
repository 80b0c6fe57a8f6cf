"""How much stock is withheld from sale, and what was sold that is not there?"""

from collections.abc import Iterator
from datetime import date
from functools import reduce
from typing import NamedTuple

from django.db import connection
from django.db.models import Count, Q
from django.db.models.functions import TruncDate

from config.reports import charts
from config.reports.period import Period
from config.reports.shape import Answer, Column, Figure, Report, Row, Table, Unit, counted, dated, share
from exceptions_queue.catalogue import Code
from exceptions_queue.models import ExceptionCase

COLUMNS = (
    Column("Day", Unit.DAY),
    Column("On hand"),
    Column("In the buffer"),
    Column("Kept back"),
    Column("Not in a sellable state"),
    Column("Sellable"),
    Column("Oversold, cases opened"),
)
# Five look-ups of the row before per row cost twenty times this one window.
_CHANGES = """
    SELECT "on",
           SUM(on_hand - COALESCE(was_on_hand, 0)),
           SUM(for_sale - COALESCE(was_for_sale, 0)),
           SUM(waiting - COALESCE(was_waiting, 0)),
           SUM(reserve - COALESCE(was_reserve, 0)),
           SUM(sellable - COALESCE(was_sellable, 0))
    FROM (
        SELECT "on", on_hand, for_sale, waiting, reserve, sellable,
               LAG(on_hand) OVER same AS was_on_hand,
               LAG(for_sale) OVER same AS was_for_sale,
               LAG(waiting) OVER same AS was_waiting,
               LAG(reserve) OVER same AS was_reserve,
               LAG(sellable) OVER same AS was_sellable
        FROM inventory_stockday
        WHERE "on" <= %s
        WINDOW same AS (PARTITION BY sku ORDER BY "on")
    ) AS stood
    GROUP BY "on"
"""


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
    """Two statements."""
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
    changes = _changes(period.last)
    before = [change for day, change in changes.items() if day < period.first]
    standing, known = reduce(Level.moved, before, Level()), bool(before)
    for day in period.days:
        known = known or day in changes
        standing = standing.moved(changes.get(day, Level()))
        if known:
            yield day, standing


def _changes(last: date) -> dict[date, Level]:
    """By how much the sums changed on each day up to `last`: what a SKU's row says, less what its row before said. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(_CHANGES, [last.isoformat()])
        return {day if isinstance(day, date) else date.fromisoformat(day): Level(*change) for day, *change in cursor.fetchall()}


def _oversold(period: Period) -> dict[date, int]:
    """Cases of orders for garments that are not there, by the day they were opened. One statement."""
    cases = ExceptionCase.objects.filter(Q(code=Code.STK_OVERSOLD), period.instants("opened_at")).order_by()
    return dict(cases.annotate(day=TruncDate("opened_at")).values_list("day").annotate(count=Count("pk")))


def _days(levels: list[tuple[date, Level]], oversold: dict[date, int], period: Period) -> Table:
    by_day = dict(levels)
    days = sorted(by_day.keys() | oversold.keys(), reverse=True)
    rows = [_row(day, by_day.get(day), oversold.get(day, 0)) for day in days]
    values = [by_day[day].withheld if day in by_day else None for day in period.days]
    chart = charts.line("Garments withheld from sale", period.days, values, dated, counted)
    return Table("days", "At the end of each day", COLUMNS, rows, chart, empty="No day's stock was kept yet, and nothing was oversold.")


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
