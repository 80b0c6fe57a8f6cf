"""Run one feed by name, from wherever it is asked for: the command, the timetable, a button."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from django.contrib.auth import get_user_model
from django.utils import timezone

from config.feeds import FEEDS, FeedWork, Reader
from partners import connect
from partners.models import SyncRun
from partners.sync import Page, accept_held, sync_run


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


# Where a file feed looks in the shop's folder when no path is given.
FILES = {"products": "products.csv", "acs.setup": "acs_setup.csv"}


def run_feed(name: str, *, path: str = "", full: bool = False, since: datetime | None = None, out_of_turn: bool = False) -> SyncRun:
    """Run the feed `name` once in the foreground, or read it again from `since` where it goes by time.

    `out_of_turn`: asked for by a check in between, which must not count among the crawls that a locker stays full for.
    Raises UnknownFeed or NoFile; a partner's trouble is the run's outcome.
    """
    work = _work(name)
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
    if work.split is None:
        raise UnknownFeed(run.feed.name)
    actor = get_user_model().objects.get(pk=user_id)
    return accept_held(run, actor=actor, at=at, reason=reason, apply=work.apply, split=work.split, finish=work.finish)


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
