"""The run of one feed, from lease to outcome."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

import structlog
from django.db import transaction

from exceptions_queue.audit import Actor, person, record
from partners.errors import PartnerError
from partners.failpoints import failpoint
from partners.models import Feed, SyncRun
from partners.pages import Applied, Page
from partners.sync import guard, lease, stored
from partners.sync.rejected import note_rejected, settle_rejected

MOST_PAGES = 2_000

Clock = Callable[[], datetime]
Read = Callable[[str], Iterator[Page]]
Apply = Callable[[Page, datetime], Applied]
Check = Callable[[Page], int]
Finish = Callable[[SyncRun, datetime], int]

log = structlog.get_logger(__name__)


class Stopped(Exception):
    """The reading breaks one of the stop rules; what was applied stays, the run is partial."""


@dataclass(frozen=True)
class _Work:
    run: SyncRun
    apply: Apply
    clock: Clock


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
) -> SyncRun:
    """Run a feed once and return the finished run; a partner's trouble is an outcome, never an exception.

    Incremental: each page is stored raw, then applied in one transaction with its cursor and counts. Full (absence has a
    meaning): all pages are stored first, the guard decides, and only then anything is written; `split` cuts a stored body into records again, `finish` marks what is gone.
    SKIPPED when another process runs the feed or a person paused it.
    """
    feed, _ = Feed.objects.get_or_create(name=feed_name)
    run = lease.start(feed, full=full, cursor="" if from_start or full else feed.cursor, at=clock())
    if run.outcome == SyncRun.Outcome.SKIPPED:
        return run
    work = _Work(run, apply, clock)
    try:
        if full and split is not None:
            _run_full(work, read, split, check, finish)
        else:
            _run_pages(work, read)
    except PartnerError as trouble:
        _end_early(work, trouble.sentence)
    except Stopped as stopped:
        _end_early(work, str(stopped))
    except lease.Lost:
        log.warning("feed run lost its lease", feed=feed_name, run=run.pk)
    except Exception as bug:
        _end_early(work, f"A fault of ours stopped the run: {type(bug).__name__}.")
        raise
    run.refresh_from_db()
    guard.reconcile_suspect(run, at=clock())
    return run


def accept_held(
    run: SyncRun, *, actor: Actor, at: datetime, reason: str, apply: Apply, split: stored.Split, finish: Finish | None = None
) -> SyncRun:
    """Apply a held run after all, from the pages stored when it was read. Raises ValueError without a reason or when it is not held."""
    if not reason.strip():
        raise ValueError("Say why this feed is right although it looks wrong.")
    with transaction.atomic():
        lease.take_up_again(run, at=at, accepted_by=person(actor), reason=reason.strip())
        record("held feed accepted", run.feed, actor=actor, at=at, reason=reason.strip(), after={"run": run.pk})
    work = _Work(run, apply, lambda: at)
    _apply_stored(work, stored.pages(run, split), finish)
    run.refresh_from_db()
    guard.reconcile_suspect(run, at=at)
    return run


# --- pages as they come -------------------------------------------------------------------------------------------------


def _run_pages(work: _Work, read: Read) -> None:
    seen_cursors = {work.run.cursor_before}
    for number, page in enumerate(read(work.run.cursor_before), start=1):
        if number > MOST_PAGES:
            raise Stopped(f"Stopped after {MOST_PAGES} pages: the feed does not seem to end.")
        stored.keep(work.run, page, number, at=work.clock())
        failpoint("sync.page_stored")
        _apply_page(work, page)
        if page.cursor in seen_cursors and number > 1 and page.records:
            raise Stopped("The partner sent the same cursor twice, so the reading would never end.")
        seen_cursors.add(page.cursor or "")
    lease.finish(work.run, SyncRun.Outcome.OK, at=work.clock())


def _apply_page(work: _Work, page: Page) -> None:
    """One transaction: the room's rows, the quarantined records, the counts, the cursor. Nothing of a page without the rest."""
    with transaction.atomic():
        at = work.clock()
        lease.renew(work.run, at=at)
        applied = work.apply(page, at)
        note_rejected(work.run, applied.rejected, at=at)
        settle_rejected(work.run, page, applied.rejected, at=at)
        lease.count(work.run, applied, cursor=page.cursor, as_of=page.as_of)
        failpoint("sync.page_applied")
    failpoint("sync.before_next_page")


# --- a whole feed -------------------------------------------------------------------------------------------------------


def _run_full(work: _Work, read: Read, split: stored.Split, check: Check | None, finish: Finish | None) -> None:
    measured = guard.Measured()
    for number, page in enumerate(read(""), start=1):
        if number > MOST_PAGES:
            raise Stopped(f"Stopped after {MOST_PAGES} pages: the feed does not seem to end.")
        stored.keep(work.run, page, number, at=work.clock())
        failpoint("sync.page_stored")
        measured.add(page, check(page) if check else 0)
        lease.renew_alone(work.run, at=work.clock())
    if why := guard.suspicion(work.run, measured):
        lease.hold(work.run, why, seen=measured.records, rejected=measured.unreadable, at=work.clock())
        return
    _apply_stored(work, stored.pages(work.run, split), finish, incomplete=measured.incomplete)


def _apply_stored(work: _Work, pages: Iterator[Page], finish: Finish | None, *, incomplete: str = "") -> None:
    for page in pages:
        _apply_page(work, replace(page, cursor=None))
    outcome = SyncRun.Outcome.PARTIAL if incomplete else SyncRun.Outcome.OK
    with transaction.atomic():
        gone = finish(work.run, work.clock()) if finish and not incomplete else 0
        lease.finish(work.run, outcome, at=work.clock(), gone=gone, why=incomplete)


def _end_early(work: _Work, why: str) -> None:
    """What was applied stays and counts; with nothing applied the run has failed. A full feed that broke off says nothing of absence."""
    work.run.refresh_from_db()
    outcome = SyncRun.Outcome.PARTIAL if work.run.seen else SyncRun.Outcome.FAILED
    lease.finish(work.run, outcome, at=work.clock(), why=why)
