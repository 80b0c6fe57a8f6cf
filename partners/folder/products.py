"""`products.csv` of the shop's folder, and `out/eligibility.csv`: which locker takes each product. The format: docs/partners/folder.md."""

import csv
import io
import json
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import msgspec

from partners.errors import RecordError, Unreachable
from partners.folder.table import PARTNER, Table, defused
from partners.pages import Page
from partners.rules.measures import GRAMS, MM, Absurd, NotUsable, Units, whole
from partners.shop import LockerSize, SizeTold, StoreProduct
from partners.values import identifier_at, text_at

PAGE = 2_000
MOST_BYTES = 100_000_000
SIDES = ("length", "width", "height")
TEXTS = {"ean": 20, "name": 200, "brand": 80, "category": 80}
ELIGIBILITY = ("sku", "locker_eligible", "locker_max_size", "dims_version", "at")


def pages_of(path: Path, cursor: str) -> Iterator[Page]:
    """The file's rows as JSON, by column; nothing where there is no file, or where it is the one of `cursor`."""
    try:
        status = path.stat()
        sign = f"{status.st_mtime_ns}-{status.st_size}"
        if sign == cursor:
            return
        with path.open("rb") as file:
            text = _text(file.read(MOST_BYTES))
    except FileNotFoundError:
        return
    except OSError as error:
        raise Unreachable(PARTNER, "The shop's products.csv cannot be read.") from error
    rows, some = _rows(text), list[bytes]()
    while following := list(islice(rows, PAGE)):
        if some:
            yield _page(some, None)
        some = following
    yield _page(some, sign)


def _page(records: list[bytes], cursor: str | None) -> Page:
    return Page(records=records, cursor=cursor, source="products.csv", body=b"\n".join(records))


def _text(body: bytes) -> str:
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError:
        return body.decode("cp1252", "replace")


def _rows(text: str) -> Iterator[bytes]:
    reader = csv.reader(io.StringIO(text.replace("\x00", ""), newline=""))
    try:
        heading = [cell.strip().casefold() for cell in next(reader, [])]
        for number, line in enumerate(reader, start=2):
            if any(cell.strip() for cell in line):
                yield json.dumps(
                    {"row": number, "cells": dict(zip(heading, line, strict=False)), "more": len(line) > len(heading)}
                ).encode()
    except csv.Error as error:
        yield json.dumps({"row": 0, "cells": {}, "fault": str(error)[:100]}).encode()


def decode_product(raw: bytes) -> StoreProduct:
    """Read one row. Raises RecordError with the row, the column and the reason; the key is its SKU."""
    try:
        body = msgspec.json.decode(raw)
        row, cells = int(body["row"]), dict(body["cells"])
    except (msgspec.MsgspecError, KeyError, TypeError, ValueError, RecursionError) as error:
        raise RecordError("$", "is not a row as it was kept") from error
    try:
        return _product(cells, body)
    except RecordError as error:
        raise RecordError(f"row {row}: {error.path}".rstrip(": "), error.reason, key=str(cells.get("sku") or "")[:64]) from error


def _product(cells: dict[str, Any], body: dict[str, Any]) -> StoreProduct:
    if body.get("more") or body.get("fault"):
        raise RecordError("", body.get("fault") or "has more cells than the first row has headings")
    sku, absurd = identifier_at(cells.get("sku"), "sku"), list[str]()
    sides = {f"{side}_mm": _measure(cells, side, "dim_unit", MM, absurd) for side in SIDES}
    weight_g = _measure(cells, "weight", "weight_unit", GRAMS, absurd)
    known: dict[str, Any] = {name: text_at(cells.get(name), name, limit=limit) for name, limit in TEXTS.items()} | sides
    return StoreProduct(store_id=sku, sku=sku, weight_g=weight_g, absurd="; ".join(absurd)[:200], **known)


def _measure(cells: dict[str, Any], column: str, unit: str, units: Units, absurd: list[str]) -> int | None:
    try:
        return whole(text_at(cells.get(column), column, limit=40), text_at(cells.get(unit), unit, limit=20), units)
    except Absurd as wrong:
        absurd.append(f"{column} {wrong}")
        return None
    except NotUsable as wrong:
        raise RecordError(column, str(wrong)) from wrong


class Eligibility:
    """The rows of `out/eligibility.csv`, one per SKU."""

    def __init__(self, out: Path) -> None:
        self._table = Table(out, "eligibility", ELIGIBILITY, key="sku")

    def tell(self, lines: Sequence[LockerSize], *, at: str) -> dict[str, SizeTold]:
        """Write what differs, in one go; every line is news or stands already."""
        found: dict[str, SizeTold] = {}
        with self._table.changing() as rows:
            for line in lines:
                row = self._table.row(_row(line) | {"at": at})
                found[line.store_id] = SizeTold(is_news=not _same(rows.get(row["sku"]), row))
                if found[line.store_id].is_news:
                    rows[row["sku"]] = row
            if any(told.is_news for told in found.values()):
                self._table.write(rows)
        return found

    def shown(self, lines: Sequence[LockerSize]) -> bool:
        with self._table.changing() as rows:
            return all(_same(rows.get(defused(line.sku)), self._table.row(_row(line) | {"at": ""})) for line in lines)


def _row(line: LockerSize) -> dict[str, str]:
    eligible = "true" if line.is_eligible else "false"
    return {"sku": line.sku, "locker_eligible": eligible, "locker_max_size": line.size, "dims_version": line.version}


def _same(standing: dict[str, str] | None, row: dict[str, str]) -> bool:
    return standing is not None and all(standing[name] == row[name] for name in ELIGIBILITY[:-1])
