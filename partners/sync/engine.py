"""The run of one feed, from lease to outcome."""

import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog
from django.db import transaction

from exceptions_queue.audit import Actor, person, record
from partners.errors import PartnerError
from partners.failpoints import failpoint
from partners.models import Feed, SyncRun
from partners.pages import Applied, Page
from partners.sync import guard, lease, rejected, stored

MOST_PAGES = 2_000

Clock = Callable[[], datetime]
Read = Callable[[str], Iterator[Page]]
Apply = Callable[[Page, datetime], Applied]
Check = Callable[[Page], int]
Finish = Callable[[SyncRun, datetime], int]

log = structlog.get_logger(__name__)


class Stopped(Exception):
    """The reading breaks one of the stop rules; what was applied stays."""


@dataclass(frozen=True)
class _Work:
    run: SyncRun
    apply: Apply
    clock: Clock
    moves_feed: bool = True
    moves_feed_at_end: bool = False


def sync_run(
    feed_name: str,
    *,
    read: Read,
    apply: Apply,
    clock: Clock,
    full: bool = False,
    check: Check | None = None,
    finish: Finish | None = None,
    split: stored.Split | None = None,
    from_start: bool = False,
    since: str = "",
) -> SyncRun:
    """Run a feed once and return the finished run; a partner's trouble is an outcome, never an exception.

    Incremental: each page is stored raw, then applied in one transaction with its cursor and counts; `from_start` reads
    everything again and moves the feed's cursor only at the end; `since` is a cursor to read again from, and leaves the feed's own
    where it is. Full (absence has a meaning): all pages are stored first, the
    guard decides, and only then anything is written; `split` cuts a stored body into records again, `check` counts the
    unreadable ones of a page, `finish` marks what is gone and says how much that is.
    SKIPPED (and not kept) when another process runs the feed or a person paused it.
    """
    feed, _ = Feed.objects.get_or_create(name=feed_name)
    run = lease.start(feed, full=full, cursor=since or ("" if from_start or full else feed.cursor), at=clock())
    if run.outcome == SyncRun.Outcome.SKIPPED:
        return run
    work = _Work(run, apply, clock, moves_feed=not from_start and not since, moves_feed_at_end=from_start)
    if not full:
        return carry_out(run, clock, lambda: _run_pages(work, read))
    if split is None:
        raise ValueError("A full feed needs `split`, to be applied from its stored pages.")
    return carry_out(run, clock, lambda: _run_full(work, read, split, check, finish))


def accept_held(
    run: SyncRun, *, actor: Actor, at: datetime, reason: str, apply: Apply, split: stored.Split, finish: Finish | None = None
) -> SyncRun:
    """Apply a held run after all, from the pages stored when it was read.

    Raises lease.NotHeld without a reason, when it is not held any more, when a newer run was applied, or when its pages are gone.
    """
    clock = take_up(run, actor=actor, at=at, reason=reason)
    work = _Work(run, apply, clock)
    return carry_out(run, clock, lambda: _apply_stored(work, split, finish))


def take_up(run: SyncRun, *, actor: Actor, at: datetime, reason: str) -> Clock:
    """A held run runs again on a person's word, which is in the audit log; the clock to go on by. Raises lease.NotHeld."""
    with transaction.atomic():
        asked_before = run.accepted_by_id is not None
        lease.take_up_again(run, at=at, accepted_by=person(actor), reason=reason.strip())
        if not asked_before:
            record("held feed accepted", run.feed, actor=actor, at=at, reason=reason.strip(), after={"run": run.pk})
    began = time.monotonic()
    return lambda: at + timedelta(seconds=time.monotonic() - began)


def carry_out(run: SyncRun, clock: Clock, do: Callable[[], None]) -> SyncRun:
    """Do it, and let whatever stops it become the run's outcome. Only a fault of ours is raised, once the run says so."""
    try:
        do()
    except PartnerError as trouble:
        _end_early(run, clock, trouble.sentence)
    except Stopped as stopped:
        _end_early(run, clock, str(stopped))
    except lease.Lost:
        log.warning("feed run lost its lease", feed=run.feed.name, run=run.pk)
    except Exception as bug:
        _end_early(run, clock, f"{lease.OUR_FAULT}: {type(bug).__name__}.")
        raise
    run.refresh_from_db()
    return run


def _end_early(run: SyncRun, clock: Clock, why: str) -> None:
    """What was applied stays and counts; with nothing applied the run has failed. A full feed that broke off says nothing of absence."""
    run.refresh_from_db()
    outcome = SyncRun.Outcome.PARTIAL if run.seen else SyncRun.Outcome.FAILED
    with suppress(lease.Lost):
        lease.finish(run, outcome, at=clock(), why=why)


def _kept(work: _Work, pages: Iterator[Page]) -> Iterator[Page]:
    """Pages as they come, each stored before anybody looks into it, until a stop rule is broken."""
    records, met = 0, set()
    for number, page in enumerate(pages, start=1):
        if number > MOST_PAGES:
            raise Stopped(f"Stopped after {MOST_PAGES} pages: the feed does not seem to end.")
        mark = (page.cursor, stored.keep(work.run, page, number, at=work.clock()))
        failpoint("sync.page_stored")
        if page.records and mark in met:
            raise Stopped("The partner sent the same page twice, so the reading would never end.")
        met.add(mark)
        records += len(page.records)
        if page.declared and records > page.declared:
            raise Stopped(f"The partner declared {page.declared} records and sends more.")
        yield page


# --- pages as they come -------------------------------------------------------------------------------------------------


def _run_pages(work: _Work, read: Read) -> None:
    _replay(work)
    for page in _kept(work, read(work.run.cursor_before)):
        _apply_page(work, page)
    with transaction.atomic():
        lease.finish(work.run, SyncRun.Outcome.OK, at=work.clock(), move_feed=work.moves_feed_at_end)


def _replay(work: _Work) -> None:
    """Try the refused records that a person asked for once more, as they were kept. A fault in one must not stop the feed."""
    for asked in rejected.asked_again(work.run.feed):
        try:
            _apply_page(work, rejected.as_page(asked))
        except lease.Lost:
            raise
        except Exception as bug:  # noqa: BLE001 - whatever it was, the record stays refused and the feed goes on
            log.error("a refused record cannot be replayed", record=asked.pk, error=type(bug).__name__)
            rejected.give_up(asked)
        else:
            rejected.solve_unless_refused(asked, at=work.clock())


def _apply_page(work: _Work, page: Page) -> None:
    """One transaction: the room's rows, the quarantined records, the counts, the cursor. Nothing of a page without the rest."""
    with transaction.atomic():
        at = work.clock()
        lease.renew(work.run, at=at)
        applied = work.apply(page, at)
        if applied.seen != len(page.records):
            raise RuntimeError(f"{applied.seen} of {len(page.records)} records of a page were accounted for.")
        failpoint("sync.page_applied")
        rejected.note(work.run, applied.rejected, at=at)
        rejected.settle(work.run, applied, at=at)
        if applied.forget:
            stored.forget(work.run, page)
        lease.count(work.run, applied, cursor=page.cursor, as_of=page.as_of, move_feed=work.moves_feed)
        failpoint("sync.before_commit")
    failpoint("sync.page_committed")


# --- a whole feed -------------------------------------------------------------------------------------------------------


def _run_full(work: _Work, read: Read, split: stored.Split, check: Check | None, finish: Finish | None) -> None:
    measured = guard.Measured()
    for page in _kept(work, read("")):
        measured.add(page, check(page) if check else 0)
        with transaction.atomic():
            lease.renew(work.run, at=work.clock())
    if suspicion := guard.suspicion(work.run, measured):
        _hold(work, suspicion, seen=measured.records, unreadable=measured.unreadable)
        return
    _apply_stored(work, split, finish, as_of=measured.as_of, incomplete=measured.incomplete)


def _apply_stored(work: _Work, split: stored.Split, finish: Finish | None, *, as_of: datetime | None = None, incomplete: str = "") -> None:
    for page in stored.pages(work.run, split):
        _apply_page(work, replace(page, as_of=as_of))
    if incomplete:
        lease.finish(work.run, SyncRun.Outcome.PARTIAL, at=work.clock(), why=incomplete)
        return
    try:
        _end_full(work, finish)
    except guard.TakesTooMuchAway as much:
        work.run.refresh_from_db()
        _hold(work, much.suspicion, seen=work.run.seen, unreadable=work.run.rejected)


def _end_full(work: _Work, finish: Finish | None) -> None:
    """Mark what is gone, unless that is more than a good feed takes away and nobody has accepted it."""
    with transaction.atomic():
        at = work.clock()
        lease.renew(work.run, at=at)
        gone = finish(work.run, at) if finish else 0
        guard.check_gone(work.run, gone)
        lease.finish(work.run, SyncRun.Outcome.OK, at=at, gone=gone)
        rejected.settle_unnamed(work.run, at=at)
        guard.close_suspicion(work.run, at=at)


def _hold(work: _Work, suspicion: guard.Suspicion, *, seen: int, unreadable: int) -> None:
    with transaction.atomic():
        at = work.clock()
        lease.hold(work.run, suspicion.why, seen=seen, rejected=unreadable, at=at)
        guard.open_suspicion(work.run, suspicion, at=at)
