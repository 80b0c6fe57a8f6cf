"""CSV files as people make them: any of the usual encodings, headings by alias, one page at a time."""

import csv
import hashlib
import io
from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from partners.errors import Unreadable
from partners.pages import Page

PAGE = 2_000
PARTNER = "file"


class Row(NamedTuple):
    """One line of a file: its number as a spreadsheet shows it, and its cells by our names for the headings."""

    number: int
    cells: dict[str, str]


def read_csv(path: str, *, aliases: Mapping[str, str], needed: frozenset[str]) -> Callable[[str], Iterator[Page]]:
    """A reader of pages of at most 2,000 rows. Raises Unreadable, with a sentence, for a file without the needed headings."""

    def read(cursor: str) -> Iterator[Page]:
        del cursor  # a file has no cursor: it is read whole, and what has not changed is not written
        lines = csv.reader(_text(Path(path)))
        headings = [aliases.get(_fold(cell), _fold(cell)) for cell in next(lines, [])]
        if lacking := sorted(needed - set(headings)):
            raise Unreadable(PARTNER, f"The file has no column {lacking[0]}. Its columns are: {', '.join(headings)[:200]}.")
        rows = (Row(number, dict(zip(headings, line, strict=False))) for number, line in enumerate(lines, start=2) if any(line))
        while some := list(islice(rows, PAGE)):
            yield Page(records=some, cursor=None, source=Path(path).name, body=_body(some))

    return read


def file_hash(path: str) -> str:
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _text(path: Path) -> io.TextIOBase:
    """UTF-8 with or without a mark, else the Windows code page that spreadsheets still write."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            while file.read(1 << 20):
                pass
    except UnicodeDecodeError:
        return path.open(encoding="cp1252", errors="replace", newline="")
    return path.open(encoding="utf-8-sig", newline="")


def _fold(heading: str) -> str:
    return "_".join(heading.strip().casefold().replace("-", " ").replace("_", " ").split())


def _body(rows: list[Row]) -> bytes:
    return "\n".join("\t".join(row.cells.values()) for row in rows).encode("utf-8", "replace")
