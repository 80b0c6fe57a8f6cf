"""One process runs a feed at a time: decided by a constraint, kept by a lease, checked by a fence at every page."""

import uuid
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F

from partners.models import Feed, SyncRun
from partners.pages import Applied

LEASE = timedelta(minutes=5)


class Lost(Exception):
    """Another process took the run over; this one must write nothing more."""


def start(feed: Feed, *, full: bool, cursor: str, at: datetime) -> SyncRun:
    """Begin a run, taking over one whose process died. SKIPPED when another process holds the feed or a person paused it."""
    _bury(feed, at=at)
    begun = {"feed": feed, "full": full, "started_at": at, "cursor_before": cursor, "cursor_after": cursor}
    if feed.paused:
        return _skipped(begun, "A person paused this feed.", at=at)
    try:
        with transaction.atomic():
            return SyncRun.objects.create(**begun, lease_until=at + LEASE, fence=uuid.uuid4().hex)
    except IntegrityError:
        return _skipped(begun, "Another process is running this feed.", at=at)


def _skipped(begun: dict[str, Any], why: str, *, at: datetime) -> SyncRun:
    """Not kept in the history: nothing ran."""
    return SyncRun(**begun, outcome=SyncRun.Outcome.SKIPPED, finished_at=at, why=why)


def _bury(feed: Feed, *, at: datetime) -> None:
    dead = SyncRun.objects.filter(feed=feed, outcome=SyncRun.Outcome.RUNNING, lease_until__lt=at)
    dead.update(
        outcome=SyncRun.Outcome.FAILED,
        finished_at=at,
        fence="",
        why="The process that ran it died; the next run goes on from its last page.",
    )


def renew(run: SyncRun, *, at: datetime) -> None:
    """Hold the run for this transaction. Raises Lost when it is no longer ours."""
    if not _ours(run).update(lease_until=at + LEASE):
        raise Lost


def renew_alone(run: SyncRun, *, at: datetime) -> None:
    with transaction.atomic():
        renew(run, at=at)


def count(run: SyncRun, applied: Applied, *, cursor: str | None, as_of: datetime | None) -> None:
    """Add a page's counts and move the cursor, of the run and of the feed, in the page's transaction."""
    columns: dict[str, Any] = {
        "pages": F("pages") + 1,
        "seen": F("seen") + applied.seen,
        "created": F("created") + applied.created,
        "changed": F("changed") + applied.changed,
        "unchanged": F("unchanged") + applied.unchanged,
        "rejected": F("rejected") + len(applied.rejected),
    }
    if cursor is not None:
        columns["cursor_after"] = cursor[:300]
        Feed.objects.filter(pk=run.feed_id).update(cursor=cursor[:300])
    if as_of is not None:
        Feed.objects.filter(pk=run.feed_id).update(last_content_at=as_of)
    _ours(run).update(**columns)


def hold(run: SyncRun, why: str, *, seen: int, rejected: int, at: datetime) -> None:
    """Nothing is written; a person decides. `seen` is what the feed held."""
    held = {"outcome": SyncRun.Outcome.HELD, "finished_at": at, "why": why[:500], "lease_until": None}
    _ours(run).update(**held, seen=seen, rejected=rejected)


def take_up_again(run: SyncRun, *, at: datetime, accepted_by: Any, reason: str) -> None:
    """A held run is running again, with counts from nought. Raises ValueError when it is not held any more."""
    run.fence = uuid.uuid4().hex
    taken = SyncRun.objects.filter(pk=run.pk, outcome=SyncRun.Outcome.HELD).update(
        outcome=SyncRun.Outcome.RUNNING,
        fence=run.fence,
        lease_until=at + LEASE,
        finished_at=None,
        seen=0,
        rejected=0,
        accepted_by=accepted_by,
        accepted_why=reason[:500],
    )
    if not taken:
        raise ValueError("This run is not held any more.")


def finish(run: SyncRun, outcome: str, *, at: datetime, gone: int = 0, why: str = "") -> None:
    columns = {"outcome": outcome, "finished_at": at, "gone": gone, "why": why[:500], "lease_until": None}
    if _ours(run).update(**columns) and outcome == SyncRun.Outcome.OK:
        Feed.objects.filter(pk=run.feed_id).update(last_good_at=at)


def _ours(run: SyncRun) -> Any:
    return SyncRun.objects.filter(pk=run.pk, outcome=SyncRun.Outcome.RUNNING, fence=run.fence)
