"""One page of a table, ready to be printed: every cell in words, with its link."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.core.paginator import Paginator
from django.http import QueryDict

from config.reports.charts import Chart
from config.reports.shape import Column, Row, Table, Unit, shown

SHOWN = 50


class Cell(NamedTuple):
    column: str
    text: str
    url: str
    number: bool


@dataclass(frozen=True)
class ShownTable:
    """`first` and `last` number the rows in sight of `count`; `previous` and `next` are the addresses of the pages beside."""

    key: str
    title: str
    heads: list[tuple[str, bool]]
    rows: list[list[Cell]]
    chart: Chart | None
    empty: str
    files: Mapping[str, str]
    count: int
    first: int
    last: int
    previous: str
    next: str


def shown_table(table: Table, files: Mapping[str, str], asked: QueryDict) -> ShownTable:
    """The page of it that `asked` names under the table's key; a page that is not there is the nearest that is."""
    page = Paginator(table.rows, SHOWN).get_page(asked.get(f"{table.key}-page"))
    return ShownTable(
        key=table.key,
        title=table.title,
        heads=[(column.name, _is_number(column)) for column in table.columns],
        rows=[_cells(row, table) for row in page],
        chart=table.chart,
        empty=table.empty,
        files=files,
        count=len(table.rows),
        first=page.start_index(),
        last=page.end_index(),
        previous=_page(table, asked, page.number - 1) if page.has_previous() else "",
        next=_page(table, asked, page.number + 1) if page.has_next() else "",
    )


def _cells(row: Row, table: Table) -> list[Cell]:
    links = table.links(row) if table.links else row.links
    pairs: Any = enumerate(zip(row.values, table.columns, strict=True))
    return [
        Cell(column.name, shown(value, column.unit), links.get(n, "") if value else "", _is_number(column)) for n, (value, column) in pairs
    ]


def _is_number(column: Column) -> bool:
    return column.unit not in (Unit.TEXT, Unit.DAY)


def _page(table: Table, asked: QueryDict, number: int) -> str:
    question = asked.copy()
    question[f"{table.key}-page"] = str(number)
    return f"?{question.urlencode()}#{table.key}"
