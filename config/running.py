"""Run one feed by name, from wherever it is asked for: the command, the timetable, a button."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

from django.contrib.auth import get_user_model
from django.utils import timezone

from config.feeds import FEEDS, FeedWork, Reader
from inventory.sync.stock import StockFile, kept_file, newest_file, waiting_files
from partners import connect
from partners.errors import Unreachable
from partners.models import SyncRun
from partners.sync import Page, accept_file, accept_held, sync_file, sync_run


class UnknownFeed(Exception):
    """No feed has this name. `sentence` lists those that exist."""

    def __init__(self, name: str) -> None:
        self.sentence = f"There is no feed {name!r}. The feeds are: {', '.join(sorted(FEEDS))}."
        super().__init__(self.sentence)


class NoFile(Exception):
    """The feed is a file and none was given or found."""

    def __init__(self, sentence: str) -> None:
        self.sentence = sentence
        super().__init__(sentence)


STOCK = "acs.stock"
STILL_GROWING = timedelta(minutes=1)

Tell = Callable[[int, int], None]

# Where a file feed looks in the shop's folder when no path is given.
FILES = {"products": "products.csv", "acs.setup": "acs_setup.csv", "costs": "costs.csv"}


def run_feed(
    name: str, *, path: str = "", full: bool = False, since: datetime | None = None, out_of_turn: bool = False, tell: Tell | None = None
) -> SyncRun:
    """Run the feed `name` once in the foreground, or read it again from `since` where it goes by time.

    `out_of_turn`: asked for by a check in between, which must not count among the crawls that a locker stays full for.
    `tell(done, total)` is told now and then how far a large file is.
    Raises UnknownFeed or NoFile; a partner's trouble is the run's outcome.
    """
    work = _work(name)
    if work.is_one_file:
        return _run_stock(path, tell)
    if work.apply is None:
        raise UnknownFeed(name)
    run = sync_run(
        name,
        read=_reader(name, work, path),
        apply=work.apply,
        clock=timezone.now,
        full=work.full,
        check=work.check,
        finish=work.finish,
        split=work.split,
        from_start=full,
        since=work.cursor_at(since) if since and work.cursor_at else "",
    )
    if out_of_turn:
        SyncRun.objects.filter(pk=run.pk).update(out_of_turn=True)
    return run


def accept_feed(run_id: int, *, user_id: int, reason: str, at: datetime) -> SyncRun:
    """Apply a held run after all, on a person's word."""
    run = SyncRun.objects.select_related("feed").get(pk=run_id)
    work = _work(run.feed.name)
    actor = get_user_model().objects.get(pk=user_id)
    if work.is_one_file:
        with kept_file(run, at=at) as file:
            return accept_file(run, file, actor=actor, at=at, reason=reason)
    if work.split is None or work.apply is None:
        raise UnknownFeed(run.feed.name)
    return accept_held(run, actor=actor, at=at, reason=reason, apply=work.apply, split=work.split, finish=work.finish)


def run_waiting_stock() -> list[SyncRun]:
    """Read every stock file that has arrived since, the oldest first; what may still be growing waits. Raises NoFile without a folder.

    A file over which we stumble keeps no later one back: the first such fault is raised when all were tried.
    """
    runs, faults = [], list[Exception]()
    for path in waiting_files(_drop(), at=timezone.now(), settled_for=STILL_GROWING):
        try:
            runs.append(_read_stock(path, None))
        except Exception as fault:  # noqa: BLE001 - raised below, once the others are read
            faults.append(fault)
    if faults:
        raise faults[0]
    return runs


def _run_stock(path: str, tell: Tell | None) -> SyncRun:
    """This file; else every one that waits, the oldest first; else the newest once more, which says that nothing changed."""
    if path:
        if not Path(path).is_file():
            raise NoFile(f"There is no file {path}. Give one with --file.")
        return _read_stock(Path(path), tell)
    folder, now = _drop(), timezone.now()
    waiting = waiting_files(folder, at=now) or [found for found in [newest_file(folder, at=now)] if found]
    if not waiting:
        raise NoFile(f"There is no stock file in {folder}. Give one with --file.")
    return [_read_stock(file, tell) for file in waiting][-1]


def _read_stock(path: Path, tell: Tell | None) -> SyncRun:
    return sync_file(STOCK, StockFile(path, at=timezone.now()), clock=timezone.now, tell=tell or (lambda done, total: None))


def _drop() -> Path:
    try:
        return connect.stock_drop()
    except Unreachable as missing:
        raise NoFile(missing.sentence) from missing


def _work(name: str) -> FeedWork:
    if name not in FEEDS:
        raise UnknownFeed(name)
    return FEEDS[name]


def _reader(name: str, work: FeedWork, path: str) -> Reader:
    if path and work.read_file is None:
        raise NoFile(f"{name} comes from a partner, not from a file.")
    if work.read_file is None or (work.read and not path):
        return work.read or _nothing
    found = Path(path) if path else connect.store_folder() / FILES[name]
    if not found.is_file():
        raise NoFile(f"There is no file {found}. Give one with --file.")
    return work.read_file(str(found))


def _nothing(cursor: str) -> Iterator[Page]:
    yield from ()
