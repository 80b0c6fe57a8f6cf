"""CSV files as people make them: any of the usual encodings and separators, headings by alias, one page at a time."""

import codecs
import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice, zip_longest
from pathlib import Path
from typing import BinaryIO, NamedTuple, TextIO

from partners.errors import Unreadable
from partners.pages import Page

PAGE = 2_000
PARTNER = "file"
CHUNK = 1 << 20

Source = str | Path | BinaryIO
Reader = Callable[[str], Iterator[Page]]


class Row(NamedTuple):
    """One row of a file: its number as a spreadsheet shows it, its cells by our names, and why it cannot be used at all, or "".

    `heading` and `text` are the file's first row and this one as they came. `superseded` says that a later row of the file speaks for
    the same thing: the file itself took this one back.
    """

    number: int
    cells: dict[str, str]
    heading: str
    text: str
    fault: str = ""
    superseded: bool = False

    @property
    def raw(self) -> str:
        """What is kept of a refused row: enough to read it again by itself, and "" of one that never must be."""
        return "" if self.superseded else f"row,{self.heading}\n{self.number},{self.text}"


@dataclass(frozen=True)
class Layout:
    """Which columns a file may have. `measures` may carry their unit in the heading ("length_cm", "Weight (kg)"). Of rows that share
    their cell of `unique` the last one counts."""

    columns: frozenset[str]
    needed: frozenset[str]
    aliases: Mapping[str, str] = field(default_factory=dict)
    measures: frozenset[str] = frozenset()
    unique: str = ""


class Headings(NamedTuple):
    """The columns by our names in the file's order ("" for one we do not know), units told by headings, and unknown headings."""

    names: list[str]
    units: dict[str, str]
    unknown: list[str]


def read_csv(source: Source, layout: Layout) -> Reader:
    """A reader of pages of at most 2,000 rows. Raises Unreadable, with a sentence, for a file whose headings we cannot use."""

    def read(cursor: str) -> Iterator[Page]:
        del cursor  # a file is read whole; what has not changed is not written
        last = _last_rows(source, layout) if layout.unique else {}
        with _text(source) as text:
            rows = _only_last(_every_row(text, layout), layout.unique, last)
            while some := list(islice(rows, PAGE)):
                yield Page(records=some, cursor=None, source=_name(source), body=_body(some))

    return read


def headings_of(source: Source, layout: Layout) -> Headings:
    """The headings alone. Raises Unreadable like `read_csv`."""
    with _text(source) as text:
        _, heading, _ = next(_lines(text), (0, [], ""))
        return _headings(heading, layout)


def rows_of(records: Sequence[Row | bytes], layout: Layout) -> Iterator[Row]:
    """The rows of a page; a row that was refused and is tried again comes as the bytes that were kept of it."""
    return (record if isinstance(record, Row) else _again(record, layout) for record in records)


def _again(kept: bytes, layout: Layout) -> Row:
    text = kept.decode("utf-8", "replace")
    try:
        [heading, line] = csv.reader(io.StringIO(text, newline=""))
        [row] = _rows(iter([(int(line[0]), line[1:], "")]), heading[1:], layout)
    except (ValueError, IndexError, csv.Error, Unreadable):
        return Row(0, {}, "", text, "cannot be read again by itself: correct it in the file and upload that")
    return row


@contextmanager
def _text(source: Source) -> Iterator[TextIO]:
    """The file as text from its beginning. A file that was handed in open stays open."""
    with _binary(source) as file:
        encoding = _encoding(file)
        file.seek(0)
        text = io.TextIOWrapper(file, encoding=encoding, errors="replace", newline="")
        try:
            yield text
        finally:
            text.detach()


@contextmanager
def _binary(source: Source) -> Iterator[BinaryIO]:
    if not isinstance(source, str | Path):
        yield source
        return
    with Path(source).open("rb") as file:
        yield file


def _encoding(file: BinaryIO) -> str:
    """UTF-8 with or without a mark, UTF-16 with one, else the Windows code page that spreadsheets still write."""
    file.seek(0)
    if file.read(2) in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        return "utf-16"
    file.seek(0)
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        while chunk := file.read(CHUNK):
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8-sig"


def _lines(text: TextIO) -> Iterator[tuple[int, list[str], str]]:
    """(row number, cells, fault) of every row with anything in it."""
    first = text.readline(CHUNK)
    text.seek(0)
    reader, number = csv.reader(text, delimiter=max(",;\t", key=first.count)), 0
    while True:
        number += 1
        try:
            line, fault = next(reader), ""
        except StopIteration:
            return
        except csv.Error as error:
            line, fault = [], f"cannot be read: {error}"
        if fault or any(cell.strip() for cell in line):
            yield number, line, fault


def _headings(line: list[str], layout: Layout) -> Headings:
    names, units, unknown = [], {}, []
    for cell in line:
        name, unit = _heading(_fold(cell), layout)
        if name and name in names:
            raise Unreadable(PARTNER, f"The file has two columns for {name}.")
        if unit:
            units[name] = unit
        if not name and cell.strip():
            unknown.append(" ".join(cell.split())[:60])
        names.append(name)
    if lacking := sorted(layout.needed - set(names)):
        raise Unreadable(PARTNER, f"The file has no column {lacking[0]}. {_what_it_has(line)}")
    return Headings(names, units, unknown)


def _heading(folded: str, layout: Layout) -> tuple[str, str]:
    """(our name or "", unit or "")."""
    name = layout.aliases.get(folded, folded)
    if name in layout.columns:
        return name, ""
    measure, _, unit = folded.rpartition("_")
    measure = layout.aliases.get(measure, measure)
    return (measure, unit) if measure in layout.measures and unit else ("", "")


def _what_it_has(line: list[str]) -> str:
    given = ", ".join(" ".join(cell.split())[:40] for cell in line[:20] if cell.strip())
    return f"Its first row reads: {given}." if given else "Its first row is empty."


def _fold(heading: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", heading.casefold()).strip("_")


def _rows(lines: Iterable[tuple[int, list[str], str]], heading: list[str], layout: Layout) -> Iterator[Row]:
    headings, first = _headings(heading, layout), _as_csv(heading)
    units = {f"{name} unit": unit for name, unit in headings.units.items()}
    for number, line, fault in lines:
        cells = {name: cell for name, cell in zip_longest(headings.names, line[: len(headings.names)], fillvalue="") if name} | units
        if any(cell.strip() for cell in line[len(headings.names) :]):
            fault = "has more cells than the first row has headings: a comma inside a cell needs quotes around the cell"
        yield Row(number, cells, first, _as_csv(line), fault)


def _every_row(text: TextIO, layout: Layout) -> Iterator[Row]:
    lines = _lines(text)
    _, heading, _ = next(lines, (0, [], ""))
    return _rows(lines, heading, layout)


def _last_rows(source: Source, layout: Layout) -> dict[str, int]:
    """{key: the row that counts} of keys that several rows name. A row that cannot be read takes nothing back."""
    with _text(source) as text:
        last: dict[str, int] = {}
        twice: dict[str, int] = {}
        for row in _every_row(text, layout):
            key = row.cells.get(layout.unique, "").strip()
            if key and not row.fault:
                if key in last:
                    twice[key] = row.number
                last[key] = row.number
        return twice


def _only_last(rows: Iterator[Row], column: str, last: Mapping[str, int]) -> Iterator[Row]:
    """A file that names one key twice means its last word; the rows before it are reported, not used."""
    for row in rows:
        key = row.cells.get(column, "").strip()
        if not row.fault and row.number < last.get(key, 0):
            said = f"is not used: row {last[key]} names {key[:64]} again, and the last one counts"
            yield row._replace(fault=said, superseded=True)
        else:
            yield row


def _as_csv(line: list[str]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="").writerow(line)
    return out.getvalue()


def _body(rows: list[Row]) -> bytes:
    """What is kept of the page: its rows as they came, each behind its number."""
    return "\n".join([f"row,{rows[0].heading}", *(f"{row.number},{row.text}" for row in rows)]).encode("utf-8", "replace")


def _name(source: Source) -> str:
    return Path(source).name if isinstance(source, str | Path) else Path(str(getattr(source, "name", "") or "upload")).name
