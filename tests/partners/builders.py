"""Rows of this room, with what a test does not care about filled in."""

from datetime import datetime, timedelta
from typing import Any

from partners.models import Feed, RejectedRecord, SyncRun

RAW = '{"name": "Ada Lovelace", "mobile": "07700 900123"}'


def make_feed(name: str = "store.orders", **facts: Any) -> Feed:
    feed, _ = Feed.objects.update_or_create(name=name, defaults=facts)
    return feed


def make_run(feed: Feed, at: datetime, outcome: str = "ok", **facts: Any) -> SyncRun:
    """An ended run; its counts add up by themselves unless the test gives `seen`."""
    parts = sum(facts.get(name, 0) for name in ("created", "changed", "unchanged", "rejected"))
    ended = None if outcome == "running" else at + timedelta(seconds=2)
    facts = {"seen": parts, "started_at": at, "finished_at": ended, **facts}
    return SyncRun.objects.create(feed=feed, outcome=outcome, **facts)


def make_rejected(run: SyncRun, key: str = "LS-1", **facts: Any) -> RejectedRecord:
    at = run.started_at
    facts = {"path": "$.total", "reason": "must be an amount", "raw": RAW, "raw_hash": key, "first_at": at, "last_at": at, **facts}
    return RejectedRecord.objects.create(feed=run.feed, run=run, key=key, **facts)
