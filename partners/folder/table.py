"""A CSV in the folder `out` that the shop reads: changed by one process at a time, and never met half written."""

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
FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n")

Row = dict[str, str]


class Table:
    """`out/<name>.csv` with these columns, one row for each value of `key`."""

    def __init__(self, out: Path, name: str, columns: tuple[str, ...], *, key: str) -> None:
        self._out, self._name, self._columns, self._key = out, name, columns, key
        self._path = out / f"{name}.csv"

    @contextmanager
    def changing(self) -> Iterator[dict[str, Row]]:
        """The rows by key, with nobody else at the file. Raises Unreachable or Unreadable when it cannot be used."""
        try:
            self._out.mkdir(exist_ok=True)
            with (self._out / f".{self._name}.lock").open("a") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX)
                yield self._rows()
        except OSError as error:
            raise Unreachable(PARTNER, "The shop's out folder cannot be written.") from error

    def row(self, said: Row) -> Row:
        """The row as it may stand in a cell."""
        return {name: defused(said[name]) for name in self._columns}

    def write(self, rows: dict[str, Row]) -> None:
        """Write the whole file beside its name and rename it. Only inside `changing`."""
        text = io.StringIO(newline="")
        writer = csv.DictWriter(text, self._columns)
        writer.writeheader()
        writer.writerows(rows.values())
        part = self._out / f".{self._name}-{uuid.uuid4().hex}.part"
        try:
            with part.open("x", encoding="utf-8", newline="") as file:
                file.write(text.getvalue())
                file.flush()
                os.fsync(file.fileno())
            part.replace(self._path)
        finally:
            with suppress(FileNotFoundError):
                part.unlink()

    def _rows(self) -> dict[str, Row]:
        if not self._path.exists():
            return {}
        try:
            with self._path.open(newline="", encoding="utf-8-sig") as file:
                return {row[self._key]: {name: row.get(name) or "" for name in self._columns} for row in csv.DictReader(file)}
        except (KeyError, csv.Error, UnicodeDecodeError) as error:
            raise Unreadable(PARTNER, f"out/{self._name}.csv is not as we wrote it. Move it away, and it is written anew.") from error


def defused(value: str) -> str:
    """Fit for a cell: a spreadsheet must not run what a shopper typed."""
    text = clean_text(value).text
    return f"'{text}" if text.startswith(FORMULA) else text
