"""The daily file as ACS writes it, and every way in which it comes wrong."""

import csv
import io
from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

from partners.sandbox.warehouse.words import BER, READY

HEADINGS = ("SKU", "RFID", "Location", "Size", "Grade", "Last Scan", "Order Number")
OTHER_HEADINGS = ("order no", " sku", "Rfid Code", "LOCATION", "size", "Condition Grade", "last_scan")
UNSEEN = "Cage 4 – awaiting decision"
Row = tuple[str, ...]


class File(NamedTuple):
    body: bytes
    rows: int
    about: str


def name_of(as_of: datetime) -> str:
    """By the day in London, which at ten past six is that of UTC too."""
    return f"acs_stock_{as_of:%Y-%m-%d}.csv"


def written(rows: list[Row], headings: Row = HEADINGS) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(headings)
    writer.writerows(rows)
    return text.getvalue().encode()


def right(rows: list[Row]) -> File:
    return File(written(rows), len(rows), "the whole stock")


def _duplicate(rows: list[Row]) -> File:
    first = rows[0]
    other = (*first[:2], BER if first[2] == READY else READY, *first[3:])
    return File(written([*rows, other]), len(rows) + 1, f"{first[1]} twice, with two locations")


def _half(rows: list[Row]) -> File:
    kept = rows[: len(rows) // 2]
    return File(written(kept), len(kept), "the first half of the stock, as if it were all")


def _cp1252(rows: list[Row]) -> File:
    return File(written(rows).decode().encode("cp1252"), len(rows), "the whole stock in the Windows encoding, the dash as 0x96")


def _unknown(rows: list[Row]) -> File:
    row = rows[0]
    changed = [(*row[:2], UNSEEN, *row[3:]), *rows[1:]]
    return File(written(changed), len(rows), f"{row[1]} with a location that nobody has seen before: {UNSEEN}")


def _columns(rows: list[Row]) -> File:
    kept = [(row[0], *row[2:]) for row in rows]
    return File(written(kept, (HEADINGS[0], *HEADINGS[2:])), len(rows), "no column RFID")


def _cut(rows: list[Row]) -> File:
    """In the middle of a line, three quarters through."""
    lines = written(rows).splitlines(keepends=True)
    kept = lines[: 1 + len(rows) * 3 // 4]
    return File(b"".join(kept) + lines[len(kept)][:9], len(kept), "broken off in the middle of a line")


def _empty(rows: list[Row]) -> File:
    return File(b"", 0, "nothing at all")


def _headings(rows: list[Row]) -> File:
    moved = [(row[-1], *row[:-1]) for row in rows]
    return File(written(moved, OTHER_HEADINGS), len(rows), "the whole stock under other headings, in another order")


def _older(rows: list[Row]) -> File:
    """One row differs, so that it is not the same file once more."""
    row = rows[0]
    changed = [(*row[:4], "C" if row[4] != "C" else "B", *row[5:]), *rows[1:]]
    return File(written(changed), len(rows), "an older stock, written anew after a newer one")


SPOILED: dict[str, Callable[[list[Row]], File]] = {
    "duplicate": _duplicate,
    "half": _half,
    "cp1252": _cp1252,
    "unknown": _unknown,
    "columns": _columns,
    "cut": _cut,
    "empty": _empty,
    "headings": _headings,
    "older": _older,
}
