"""`out/holds.csv`: what the shop reads to know which orders wait. One row per hold, kept after its release."""

import csv
import fcntl
import io
import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from partners.errors import Unreachable, Unreadable
from partners.values import clean_text

PARTNER = "store"
COLUMNS = ("handle", "order", "reason", "note", "placed_at", "released_at")
FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n")

Row = dict[str, str]


class Holds:
    """The file in the folder `out`. Changes are made one process at a time; a reader never meets half of one."""

    def __init__(self, out: Path) -> None:
        self._out, self._path = out, out / "holds.csv"

    def place(self, row: Row) -> bool:
        """Add a hold. False when one with its handle stands already."""
        with self._changing() as rows:
            standing = rows.get(defused(row["handle"]))
            if standing is not None and not standing["released_at"]:
                return False
            rows[defused(row["handle"])] = {name: defused(row[name]) for name in COLUMNS}
            return self._write(rows)

    def release(self, handle: str, *, at: str) -> bool:
        """End a hold. False when none with this handle stands."""
        with self._changing() as rows:
            standing = rows.get(defused(handle))
            if standing is None or standing["released_at"]:
                return False
            standing["released_at"] = at
            return self._write(rows)

    def check(self) -> None:
        """Raises Unreachable or Unreadable when holds could not be written."""
        with self._changing():
            pass

    @contextmanager
    def _changing(self) -> Iterator[dict[str, Row]]:
        try:
            self._out.mkdir(exist_ok=True)
            with (self._out / ".holds.lock").open("a") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX)
                yield self._rows()
        except OSError as error:
            raise Unreachable(PARTNER, "The shop's out folder cannot be written.") from error

    def _rows(self) -> dict[str, Row]:
        if not self._path.exists():
            return {}
        try:
            with self._path.open(newline="", encoding="utf-8-sig") as file:
                return {row["handle"]: {name: row.get(name) or "" for name in COLUMNS} for row in csv.DictReader(file)}
        except (KeyError, csv.Error, UnicodeDecodeError) as error:
            raise Unreadable(PARTNER, "out/holds.csv is not as we wrote it. Move it away, and it is written anew.") from error

    def _write(self, rows: dict[str, Row]) -> bool:
        """Write the whole file beside its name and rename it."""
        text = io.StringIO(newline="")
        writer = csv.DictWriter(text, COLUMNS)
        writer.writeheader()
        writer.writerows(rows.values())
        part = self._out / f".holds-{uuid.uuid4().hex}.part"
        try:
            with part.open("x", encoding="utf-8", newline="") as file:
                file.write(text.getvalue())
                file.flush()
                os.fsync(file.fileno())
            part.replace(self._path)
        finally:
            with suppress(FileNotFoundError):
                part.unlink()
        return True


def defused(value: str) -> str:
    """Fit for a cell: a spreadsheet must not run what a shopper typed."""
    text = clean_text(value).text
    return f"'{text}" if text.startswith(FORMULA) else text
