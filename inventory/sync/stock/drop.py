"""The folder in which ACS drops its file each day: which files wait to be read, in the order in which they are to be."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from inventory.models import StockImport
from inventory.queries import stock_as_of
from inventory.sync.stock.scan import as_of, expected_by

ENDINGS = {".csv", ".txt", ".tsv"}


class Dropped(NamedTuple):
    """One file of the folder."""

    as_of: datetime
    name: str
    path: Path
    size: int
    written_at: datetime


def waiting_files(folder: Path, *, at: datetime, settled_for: timedelta = timedelta()) -> list[Path]:
    """The files that nobody has read yet and that are not older than what was applied last, the oldest first.

    `settled_for`: leave a file alone that was written to more lately, because it may still be growing.
    """
    since, tried = stock_as_of(), set(StockImport.objects.values_list("name", "size", "as_of"))
    return [
        one.path
        for one in _files(folder, at)
        if (since is None or one.as_of >= since) and (one.name, one.size, one.as_of) not in tried and one.written_at <= at - settled_for
    ]


def newest_file(folder: Path, *, at: datetime) -> Path | None:
    """The file of the latest as-of, read or not."""
    files = _files(folder, at)
    return files[-1].path if files else None


def _files(folder: Path, at: datetime) -> list[Dropped]:
    found = []
    for path in folder.iterdir() if folder.is_dir() else ():
        if path.suffix.lower() in ENDINGS and path.is_file() and not path.name.startswith("."):
            stat = path.stat()
            written = datetime.fromtimestamp(stat.st_mtime, UTC)
            of = as_of(path.name, written_at=written, at=at, by=expected_by())
            found.append(Dropped(of, path.name[:200], path, stat.st_size, written))
    return sorted(found)
