"""The folder in which ACS drops its file each day: which files wait to be read, in the order in which they are to be."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from inventory.models import StockImport
from inventory.queries import stock_as_of
from inventory.sync.stock.scan import as_of, expected_by
from partners.models import SyncRun
from partners.sync.lease import interrupted

ENDINGS = {".csv", ".txt", ".tsv"}
MOST_TRIES = 3  # of a file whose reading breaks off by no fault of its own


class Dropped(NamedTuple):
    """One file of the folder."""

    as_of: datetime
    name: str
    path: Path
    size: int
    written_at: datetime


def waiting_files(folder: Path, *, at: datetime, settled_for: timedelta = timedelta()) -> list[Path]:
    """The files that nobody has read yet and that are not older than what was applied last, the oldest first.

    A file is read once its run came to an end of any kind; where we broke off, it is tried again, three times in all. One written to
    since it was tried is another file, and what a person brought by hand is none of the folder's.
    `settled_for`: leave a file alone that was written to more lately, because it may still be growing.
    """
    since = stock_as_of()
    found = [one for one in _files(folder, at) if (since is None or one.as_of >= since) and one.written_at <= at - settled_for]
    tries = _tries(found, at=at)
    return [one.path for one in found if not _is_done(one, tries)]


def _tries(files: list[Dropped], *, at: datetime) -> dict[tuple[str, int], list[tuple[datetime, bool]]]:
    """{(name, size): [(when it was begun, whether that broke off)]} of these files. Two statements."""
    of_the_folder = StockImport.objects.filter(name__in={one.name for one in files}, uploaded_by=None)
    broken = set(SyncRun.objects.filter(interrupted(at=at), stock_import__in=of_the_folder).values_list("pk", flat=True))
    tries = defaultdict(list)
    for name, size, run, begun in of_the_folder.values_list("name", "size", "run_id", "run__started_at"):
        tries[name, size].append((begun, run in broken))
    return tries


def _is_done(one: Dropped, tries: Mapping[tuple[str, int], list[tuple[datetime, bool]]]) -> bool:
    broken = [is_broken for begun, is_broken in tries.get((one.name, one.size), []) if begun >= one.written_at]
    return not all(broken) or len(broken) >= MOST_TRIES


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
