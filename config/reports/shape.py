"""What a report is: a question, the figures that answer it, the tables and charts behind them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.urls import reverse

from config.reports.charts import Chart
from config.reports.period import Period
from exceptions_queue.queries.words import span


class Unit(StrEnum):
    """How a number is written. SHARE is 0 to 1, SPAN is in seconds, MONEY in pence; None of any of them is "no number"."""

    TEXT = "text"
    DAY = "day"
    COUNT = "count"
    SHARE = "share"
    SPAN = "span"
    MONEY = "money"


class Column(NamedTuple):
    name: str
    unit: Unit = Unit.COUNT


class Row(NamedTuple):
    """One line of a table. `links` says, by a column's place, where the rows behind its number are."""

    values: tuple[Any, ...]
    links: Mapping[int, str] = {}


@dataclass(frozen=True)
class Table:
    """`key` is its anchor on the page and its name in a download. A chart drawn of it stands above it.

    `links` makes the links of a row that comes into sight, where there are too many rows to make all of them.
    """

    key: str
    title: str
    columns: tuple[Column, ...]
    rows: Sequence[Row]
    chart: Chart | None = None
    links: Callable[[Row], Mapping[int, str]] | None = None
    empty: str = "Nothing of this kind happened on these days."


class Figure(NamedTuple):
    """One number of the answer. `better` is "more" or "less" where one of them is good news."""

    label: str
    value: float | None
    unit: Unit = Unit.COUNT
    better: str = ""
    url: str = ""


@dataclass(frozen=True)
class Answer:
    figures: tuple[Figure, ...]
    tables: tuple[Table, ...]


@dataclass(frozen=True)
class Report:
    """One question. `run` asks the database, with a number of statements that does not grow with the rows.

    `definition` says in a sentence how it counts. `permission` is that of the room whose rows it counts.
    """

    key: str
    title: str
    question: str
    definition: str
    permission: str
    run: Callable[[Period], Answer] = field(repr=False)


def share(part: float, whole: float) -> float | None:
    """`part` of `whole` between 0 and 1; None of nothing."""
    return part / whole if whole else None


def queue(**asked: str) -> str:
    """The address of the queue with this question."""
    return f"{reverse('queue:list')}?{urlencode(asked)}"


def shown(value: Any, unit: Unit) -> str:
    """A value as the page writes it."""
    if value is None:
        return "–"
    return _SHOWN[unit](value)


def dated(day: Any) -> str:
    return shown(day, Unit.DAY)


def shared(value: Any) -> str:
    return shown(value, Unit.SHARE)


def counted(value: Any) -> str:
    return shown(value, Unit.COUNT)


def spanned(value: Any) -> str:
    return shown(value, Unit.SPAN)


def priced(value: Any) -> str:
    return shown(value, Unit.MONEY)


_SHOWN: dict[Unit, Callable[[Any], str]] = {
    Unit.TEXT: str,
    Unit.DAY: lambda day: f"{day:%a} {day.day} {day:%b %Y}" if isinstance(day, date) else str(day),
    Unit.COUNT: lambda count: f"{count:,}" if isinstance(count, int) else f"{count:,.1f}",
    Unit.SHARE: lambda part: f"{part * 100:.1f} %",
    Unit.SPAN: lambda seconds: span(timedelta(seconds=float(seconds))) if not 0 < seconds < 60 else "under 1 m",
    Unit.MONEY: lambda pence: f"{'−' if pence < 0 else ''}£{abs(pence) / 100:,.2f}",
}


def heading(column: Column) -> str:
    """A column's name in a file, with the unit that its numbers are written in there."""
    return column.name + {Unit.SHARE: " (%)", Unit.SPAN: " (minutes)", Unit.MONEY: " (£)"}.get(column.unit, "")


def exported(value: Any, unit: Unit) -> Any:
    """A value as a file holds it: a plain number that a spreadsheet adds up, in the unit that `heading` names."""
    if value is None:
        return ""
    return {
        Unit.SHARE: lambda: round(float(value) * 100, 2),
        Unit.SPAN: lambda: int(value) // 60,
        Unit.MONEY: lambda: round(value / 100, 2),
    }.get(unit, lambda: value)()
