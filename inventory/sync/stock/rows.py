"""The rows of a stock file: headings by alias, every cell made fit to store, and what cannot be used with its reason."""

import csv
import io
import re
from collections.abc import Collection, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from inventory.sync.stock.scan import LONDON, PARTNER, Scan
from partners.errors import RecordError, Unreadable
from partners.mappings import fold
from partners.values import clean_text, identifier_at

NEEDED = ("sku", "rfid", "location")
TITLES = {"sku": "SKU", "rfid": "RFID", "location": "Location", "size": "Size", "grade": "Grade", "scanned": "Last scan", "order": "Order"}
LONGEST = {"location": 200, "size": 40, "grade": 80, "order": 64}
ALIASES = {
    **dict.fromkeys(("sku", "productsku", "garmentsku", "itemsku", "stockcode", "skucode"), "sku"),
    **dict.fromkeys(("rfid", "rfidcode", "rfidtag", "epc", "tag", "tagid"), "rfid"),
    **dict.fromkeys(("location", "locationvalue", "locationname", "status", "stockstatus", "currentlocation"), "location"),
    **dict.fromkeys(("size", "sizes", "garmentsize"), "size"),
    **dict.fromkeys(("grade", "itemgrade", "condition", "conditiongrade"), "grade"),
    **dict.fromkeys(("lastscan", "lastscantime", "lastscanat", "lastscanned", "lastscannedat", "scannedat", "scantime"), "scanned"),
    **dict.fromkeys(("order", "ordernumber", "orderno", "orderref"), "order"),
}
_CODE = re.compile(r"[!-~]{1,64}").fullmatch
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_REMEMBERED = 5_000  # different texts whose clean form is kept at hand
NULL = ""


class Layout(NamedTuple):
    """The file's columns by our names ("" for one we do not know), and what divides them."""

    columns: list[str]
    delimiter: str

    def has(self, column: str) -> bool:
        return column in self.columns


class Good(NamedTuple):
    """One row fit to store. `scanned` is ISO in UTC, or ""."""

    number: int
    rfid: str
    sku: str
    location: str
    size: str
    grade: str
    scanned: str
    order: str


class Bad(NamedTuple):
    """One row that cannot be used. `rfid` is what stands where the RFID should."""

    number: int
    rfid: str
    path: str
    reason: str
    raw: str


def layout_of(path: Path, scanned: Scan) -> Layout:
    """The headings. Raises Unreadable where one that is needed is not there, or there is nothing else."""
    with path.open("r", encoding=scanned.encoding, errors="replace", newline="") as text:
        first = text.readline(1 << 20)
        text.seek(0)
        delimiter = max(",;\t", key=first.count)
        try:
            line = next(csv.reader(text, delimiter=delimiter), [])
        except csv.Error as error:
            raise Unreadable(PARTNER, f"Row 1 cannot be read: {error}.") from error
    if not any(cell.strip() for cell in line):
        raise Unreadable(PARTNER, "The file is empty." if not scanned.size else "Row 1 of the file is empty where its headings should be.")
    columns = [ALIASES.get(_fold(cell), "") for cell in line]
    for name in NEEDED:
        if name not in columns:
            given = ", ".join(" ".join(cell.split())[:40] for cell in line[:12])
            raise Unreadable(PARTNER, f"Row 1 names no column {TITLES[name]}: it reads {given}.")
    if twice := next((name for name in columns if name and columns.count(name) > 1), ""):
        raise Unreadable(PARTNER, f"Row 1 names the column {TITLES[twice]} twice.")
    return Layout(columns, delimiter)


def _fold(heading: str) -> str:
    return re.sub(r"[\s_\-./]+", "", heading.strip("\ufeff")).casefold()


def refuse_cut(layout: Layout, scanned: Scan, known: Collection[str]) -> None:
    """Raises Unreadable, naming row and column, where the file ends in the middle of a row.

    `known` are the folded texts that a location may be: a file that ends, without a line end, in the beginning of one of them is cut too.
    """
    if not scanned.tail:
        return
    cells = next(csv.reader(io.StringIO(scanned.tail.decode(scanned.encoding, "ignore"), newline=""), delimiter=layout.delimiter), [])
    row, here = scanned.lines + 1, max(0, len(cells) - 1)
    column = next((TITLES[name] for name in layout.columns[here : here + 1] if name), f"number {here + 1}")
    if scanned.half:
        raise Unreadable(PARTNER, f"Row {row}, column {column}: the file ends in the middle of a character, so it was not received whole.")
    if len(cells) < len(layout.columns) or (layout.columns[-1:] == ["location"] and _is_beginning(fold(cells[-1]), known)):
        raise Unreadable(PARTNER, f"Row {row}, column {column}: the file ends in the middle of this row, so it was not received whole.")


def _is_beginning(said: str, known: Collection[str]) -> bool:
    return said not in known and any(text.startswith(said) for text in known)


class Reader:
    """Reads the rows one by one. `place()` is how many bytes are behind it."""

    def __init__(self, path: Path, scanned: Scan, layout: Layout) -> None:
        self._path, self._scanned, self._layout = path, scanned, layout
        self._at = {name: layout.columns.index(name) for name in TITLES if layout.has(name)}
        self._clean: dict[tuple[str, str], str] = {}
        self._raw: io.BufferedReader | None = None

    def place(self) -> int:
        if self._raw is None:
            return 0
        return self._scanned.size if self._raw.closed else self._raw.tell()

    def __iter__(self) -> Iterator[Good | Bad]:
        width, good, at = len(self._layout.columns), self._good, self._at
        sku_at, rfid_at, location_at = at["sku"], at["rfid"], at["location"]
        plain = not {"size", "grade", "scanned", "order"} & set(at)
        with self._path.open("rb") as self._raw:
            text = io.TextIOWrapper(self._raw, encoding=self._scanned.encoding, errors="replace", newline="")
            for number, line, fault in _records(text, self._layout.delimiter):
                if fault or len(line) != width:
                    yield self._bad(number, line, "", fault or f"has {len(line)} cells where the first row has {width}")
                    continue
                rfid, sku = line[rfid_at], line[sku_at]
                location = self._clean.get(("location", line[location_at]))
                if plain and location and _CODE(rfid) and _CODE(sku):
                    yield Good(number, rfid, sku, location, "", "", NULL, "")
                    continue
                yield good(number, line)

    def _good(self, number: int, line: list[str]) -> Good | Bad:
        column = "sku"
        try:
            sku = line[self._at["sku"]]
            sku = sku if _CODE(sku) else identifier_at(sku, "SKU")
            column = "rfid"
            rfid = line[self._at["rfid"]]
            rfid = rfid if _CODE(rfid) else identifier_at(rfid, "RFID")
            column = "location"
            location = self._text(line, "location")
            if not location:
                raise RecordError("Location", "is missing")
            cells = {column: self._text(line, column) for column in ("size", "grade", "order")}
        except RecordError as error:
            return self._bad(number, line, error.path or TITLES[column], error.reason)
        return Good(number, rfid, sku, location, cells["size"], cells["grade"], self._scan_time(line), cells["order"])

    def _text(self, line: list[str], column: str) -> str:
        """The cell as one clean line; raises RecordError where it is too long."""
        if column not in self._at or not (raw := line[self._at[column]]):
            return ""
        key = (column, raw)
        if (known := self._clean.get(key)) is not None:
            return known
        clean = " ".join(clean_text(raw, limit=LONGEST[column] + 1).text.split())
        if len(clean) > LONGEST[column]:
            raise RecordError(TITLES[column], f"is longer than {LONGEST[column]} characters")
        self._remember(key, clean)
        return clean

    def _scan_time(self, line: list[str]) -> str:
        """The last scan in UTC; what is no instant says nothing."""
        if "scanned" not in self._at or not (raw := line[self._at["scanned"]].strip()):
            return NULL
        key = ("scanned", raw)
        if (known := self._clean.get(key)) is None:
            known = _iso(raw)
            self._remember(key, known)
        return known

    def _remember(self, key: tuple[str, str], value: str) -> None:
        if len(self._clean) >= _REMEMBERED:
            self._clean = {known: text for known, text in self._clean.items() if known[0] == "location"}
        if len(self._clean) < _REMEMBERED:
            self._clean[key] = value

    def _bad(self, number: int, line: list[str], column: str, reason: str) -> Bad:
        place = self._at["rfid"]
        rfid = _shown(" ".join(line[place].split())[:64]) if place < len(line) else ""
        out = io.StringIO()
        csv.writer(out, lineterminator="").writerow(line)
        return Bad(number, rfid, f"row {number}: {column}" if column else f"row {number}", reason, _shown(out.getvalue()[:2000]))


def _shown(text: str) -> str:
    """What both databases store alike."""
    return _CONTROL.sub("\ufffd", text)


def _iso(raw: str) -> str:
    for shape in ("", "%d/%m/%Y %H:%M", "%d/%m/%Y %H:%M:%S", "%d/%m/%Y"):
        try:
            found = datetime.strptime(raw, shape) if shape else datetime.fromisoformat(raw)  # noqa: DTZ007 - London where no zone is named
        except ValueError:
            continue
        if 1990 <= found.year <= 2100:
            return (found if found.tzinfo else found.replace(tzinfo=LONDON)).astimezone(UTC).replace(tzinfo=None).isoformat(" ")
    return NULL


def _records(text: io.TextIOWrapper, delimiter: str) -> Iterator[tuple[int, list[str], str]]:
    """(row number, cells, fault) of every row after the headings with anything in it."""
    reader = csv.reader(text, delimiter=delimiter)
    next(reader, None)
    number = 1
    while True:
        try:
            for line in reader:
                number += 1
                if line and (len(line) > 1 or line[0].strip()):
                    yield number, line, ""
        except csv.Error as error:
            number += 1
            yield number, [], f"cannot be read: {error}"
        else:
            return
