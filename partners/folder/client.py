"""The shop as a folder: JSON orders in, CSV out. The format: docs/partners/folder.md."""

import csv
import io
import os
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import msgspec

from partners.errors import RecordError, Unreachable
from partners.pages import Page
from partners.values import instant_at

PARTNER = "store"
OVERLAP = timedelta(minutes=10)
PAGE = 500
MOST_BYTES = 20_000_000
HOLDS = ("handle", "order", "reason", "note", "placed_at", "released_at")


class _Stamp(msgspec.Struct):
    """Only what decides whether and where a file is read."""

    updatedAt: str = ""
    id: str | int = ""


_stamp = msgspec.json.Decoder(_Stamp)


class _File(NamedTuple):
    updated_at: datetime | None  # None: unreadable, to be looked at every time until it is written anew
    order_id: str
    path: Path


class FolderStore:
    """A shop that writes files. Raises Unreachable when the folder is not there."""

    def __init__(self, folder: Path, *, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self.folder, self._clock = folder, clock

    def orders(self, cursor: str) -> Iterator[Page]:
        """Pages of raw order files changed since `cursor` less ten minutes, oldest change first.

        The cursor is the shop's own latest `updatedAt`. A file nobody can read comes in every run, so that its case stays.
        """
        since = instant_at(cursor, "cursor") - OVERLAP if cursor else None
        files = sorted(self._changed(since), key=lambda file: (file.updated_at or datetime.min.replace(tzinfo=UTC), file.order_id))
        latest = cursor
        for start in range(0, len(files), PAGE):
            some = files[start : start + PAGE]
            latest = max([latest, *(file.updated_at.isoformat() for file in some if file.updated_at)])
            records = [self._read(file.path) for file in some]
            yield Page(records=records, cursor=latest, source="orders/*.json", body=b"\n".join(records))

    def hold(self, number: str, *, handle: str, reason: str, note: str) -> bool:
        """Show a hold in the shop. False when one with this handle stands already."""
        rows = self._holds()
        standing = rows.get(handle)
        if standing and not standing["released_at"]:
            return False
        rows[handle] = dict(zip(HOLDS, (handle, number, reason, note, self._now(), ""), strict=True))
        self._write_holds(rows)
        return True

    def release(self, number: str, *, handle: str) -> bool:
        """Lift a hold. False when none with this handle stands."""
        rows = self._holds()
        if handle not in rows or rows[handle]["released_at"]:
            return False
        rows[handle]["released_at"] = self._now()
        self._write_holds(rows)
        return True

    def check(self) -> str:
        """Prove that orders can be read and holds written; say so in a sentence."""
        count = sum(1 for _ in self._order_files())
        (self.folder / "out").mkdir(exist_ok=True)
        with tempfile.TemporaryFile(dir=self.folder / "out"):
            pass
        return f"{count} order files can be read, and the out folder can be written."

    def _changed(self, since: datetime | None) -> Iterator[_File]:
        for path in self._order_files():
            file = self._stamped(path)
            if since is None or file.updated_at is None or file.updated_at >= since:
                yield file

    def _order_files(self) -> Iterator[Path]:
        orders = self.folder / "orders"
        if not orders.is_dir():
            raise Unreachable(PARTNER, "The shop's folder has no orders folder. Check STORE_FOLDER.")
        return (path for path in orders.iterdir() if path.suffix == ".json" and not path.name.startswith("."))

    def _stamped(self, path: Path) -> _File:
        try:
            stamp = _stamp.decode(self._read(path))
            return _File(instant_at(stamp.updatedAt, "$.updatedAt"), str(stamp.id), path)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, RecordError):
            return _File(None, path.name, path)

    def _read(self, path: Path) -> bytes:
        try:
            with path.open("rb") as file:
                return file.read(MOST_BYTES)
        except OSError:
            return b""

    def _holds(self) -> dict[str, dict[str, str]]:
        path = self.folder / "out" / "holds.csv"
        if not path.exists():
            return {}
        with path.open(newline="", encoding="utf-8") as file:
            return {row["handle"]: row for row in csv.DictReader(file)}

    def _write_holds(self, rows: dict[str, dict[str, str]]) -> None:
        """Write the whole file beside its name and rename it, so that a reader never meets half of it."""
        text = io.StringIO(newline="")
        writer = csv.DictWriter(text, HOLDS)
        writer.writeheader()
        writer.writerows({name: _defused(value) for name, value in row.items()} for row in rows.values())
        out = self.folder / "out"
        try:
            out.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile("w", dir=out, delete=False, encoding="utf-8", newline="", suffix=".part") as file:
                file.write(text.getvalue())
                file.flush()
                os.fsync(file.fileno())
            Path(file.name).replace(out / "holds.csv")
        except OSError as error:
            raise Unreachable(PARTNER, "The shop's out folder cannot be written.") from error

    def _now(self) -> str:
        return self._clock().astimezone(UTC).isoformat(timespec="seconds")


def _defused(value: str) -> str:
    """A spreadsheet must not run what a shopper typed."""
    return f"'{value}" if value[:1] in ("=", "+", "-", "@", "\t", "\r") else value
