"""One process runs a feed at a time: decided by a constraint, kept by a lease, checked by a fence at every page."""

import uuid
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F, Q

from partners.models import Feed, SyncRun
from partners.pages import Applied

LEASE = timedelta(minutes=3)  # renewed at every page; longer than the slowest page takes to come
LONGEST_CURSOR = 300
DIED = "The process that ran it died; the next run goes on from its last page."
OUR_FAULT = "A fault of ours stopped the run"


class Lost(Exception):
    """Another process took the run over; this one must write nothing more."""


class NotHeld(ValueError):
    """A held run cannot be accepted, and the sentence says why."""


def start(feed: Feed, *, full: bool, cursor: str, at: datetime) -> SyncRun:
    """Begin a run, taking over one whose process died. SKIPPED when another process holds the feed or a person paused it."""
    begun = {"feed": feed, "full": full, "started_at": at, "cursor_before": cursor, "cursor_after": cursor}
    if feed.paused:
        return _skipped(begun, "A person paused this feed.", at=at)
    bury(at=at, feed=feed)
    try:
        with transaction.atomic():
            return SyncRun.objects.create(**begun, lease_until=at + LEASE, fence=uuid.uuid4().hex)
    except IntegrityError:
        return _skipped(begun, "Another process is running this feed.", at=at)


def _skipped(begun: dict[str, Any], why: str, *, at: datetime) -> SyncRun:
    """Not kept in the history: nothing ran."""
    return SyncRun(**begun, outcome=SyncRun.Outcome.SKIPPED, finished_at=at, why=why)


def bury(*, at: datetime, feed: Feed | None = None) -> int:
    """Mark runs past their lease as failed, of one feed or of all; return how many."""
    dead = SyncRun.objects.filter(outcome=SyncRun.Outcome.RUNNING, lease_until__lt=at)
    if feed is not None:
        dead = dead.filter(feed=feed)
    return dead.update(outcome=SyncRun.Outcome.FAILED, finished_at=at, lease_until=None, fence="", why=DIED)


def interrupted(*, at: datetime) -> Q:
    """Runs that ended by no fault of what they read: their process died, or we broke off."""
    dead = Q(outcome=SyncRun.Outcome.RUNNING, lease_until__lt=at)
    return dead | Q(outcome=SyncRun.Outcome.FAILED) & (Q(why=DIED) | Q(why__startswith=OUR_FAULT))


def renew(run: SyncRun, *, at: datetime) -> None:
    """Hold the run for this transaction. Raises Lost when it is no longer ours."""
    if not _ours(run).update(lease_until=at + LEASE):
        raise Lost


def count(run: SyncRun, applied: Applied, *, cursor: str | None, as_of: datetime | None, move_feed: bool) -> None:
    """Add a page's counts and move the cursor, of the run and (if `move_feed`) of the feed, in the page's transaction."""
    columns: dict[str, Any] = {
        "pages": F("pages") + 1,
        "seen": F("seen") + applied.seen,
        "created": F("created") + applied.created,
        "changed": F("changed") + applied.changed,
        "unchanged": F("unchanged") + applied.unchanged,
        "rejected": F("rejected") + len(applied.rejected),
    }
    if cursor is not None:
        columns["cursor_after"] = _fit(cursor)
    if not _ours(run).update(**columns):
        raise Lost
    if cursor is not None and move_feed:
        Feed.objects.filter(pk=run.feed_id).update(cursor=cursor)
    if as_of is not None:
        older = Q(last_content_at__isnull=True) | Q(last_content_at__lt=as_of)
        Feed.objects.filter(older, pk=run.feed_id).update(last_content_at=as_of)


def _fit(cursor: str) -> str:
    """A cursor cut short or changed would lose records in silence, so one that cannot be kept is an error."""
    if len(cursor) > LONGEST_CURSOR or not cursor.isprintable():
        raise ValueError(f"a cursor must be printable and at most {LONGEST_CURSOR} characters long")
    return cursor


def hold(run: SyncRun, why: str, *, seen: int, rejected: int, at: datetime) -> None:
    """A person decides. `seen` and `rejected` are what the feed held."""
    held = {"outcome": SyncRun.Outcome.HELD, "finished_at": at, "why": why[:500], "lease_until": None}
    _ours(run).update(**held, seen=seen, rejected=rejected)


def take_up_again(run: SyncRun, *, at: datetime, accepted_by: Any, reason: str) -> None:
    """A held run is running again, with counts from nought. Raises NotHeld."""
    if why := why_not_acceptable(run, reason):
        raise NotHeld(why)
    nought = dict.fromkeys(("seen", "created", "changed", "unchanged", "rejected", "gone", "pages"), 0)
    again = {"outcome": SyncRun.Outcome.RUNNING, "fence": uuid.uuid4().hex, "lease_until": at + LEASE, "finished_at": None}
    said = {"accepted_by": accepted_by, "accepted_why": reason[:500]}
    try:
        with transaction.atomic():
            taken = SyncRun.objects.filter(pk=run.pk, outcome=SyncRun.Outcome.HELD).update(**again, **said, **nought)
    except IntegrityError as busy:
        raise NotHeld("This feed is being read at the moment. Try again when that run has ended.") from busy
    if not taken:
        raise NotHeld("This run is not held any more.")
    run.refresh_from_db()


def why_not_acceptable(run: SyncRun, reason: str) -> str:
    """Why a held run cannot be accepted, in a sentence, or ""."""
    if not reason.strip():
        return "Say why this feed is right although it looks wrong."
    newer = SyncRun.objects.filter(feed=run.feed, started_at__gt=run.started_at, outcome__in=("ok", "partial"))
    if newer.exists():
        return "A newer run of this feed has been applied since: accepting this one would go back in time."
    if run.seen and not run.payloads.exists():
        return "Its pages were deleted because of their age. Run the feed again."
    return ""


def finish(run: SyncRun, outcome: str, *, at: datetime, gone: int = 0, why: str = "", move_feed: bool = False) -> None:
    """End the run if it is still ours. An OK one is the feed's last good; `move_feed` gives the feed the run's cursor."""
    columns = {"outcome": outcome, "finished_at": at, "gone": gone, "why": why[:500], "lease_until": None}
    if not _ours(run).update(**columns):
        raise Lost
    if outcome == SyncRun.Outcome.OK:
        Feed.objects.filter(pk=run.feed_id).update(last_good_at=at)
        after = SyncRun.objects.values_list("cursor_after", flat=True).get(pk=run.pk) if move_feed else ""
        if after:
            Feed.objects.filter(pk=run.feed_id).update(cursor=after)


def _ours(run: SyncRun) -> Any:
    return SyncRun.objects.filter(pk=run.pk, outcome=SyncRun.Outcome.RUNNING, fence=run.fence)
