"""The runs of the feeds: the list of those with news, and one run with its refused records."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, F, Sum
from django.db.models.functions import Coalesce

from exceptions_queue.queries import keyset, words
from partners.models import RawPayload, RejectedRecord, SyncRun
from partners.queries.feeds import SHOWN
from partners.queries.words import clock_time
from partners.states import feed_kind
from partners.sync import why_not_acceptable

PAGE, MOST_RECORDS = 30, 100
COUNTS = ("seen", "created", "changed", "unchanged", "rejected", "gone")
_COLUMNS = ("id", "feed__name", "outcome", "started_at", "finished_at", "why", *COUNTS)


@dataclass(frozen=True)
class Row:
    """One run in the list, ready to print."""

    pk: int
    title: str
    state: tuple[str, str, str]
    started: str
    started_full: str
    took: str
    facts: dict[str, Any]


def page(*, feed: str, everything: bool, after: str, before: str, at: datetime) -> keyset.Page[Row]:
    """Runs, the newest first: by default those that brought something or went wrong. One statement."""
    runs = SyncRun.objects.filter(feed__name=feed) if feed else SyncRun.objects.all()
    if not everything:
        runs = runs.exclude(outcome=SyncRun.Outcome.OK, created=0, changed=0, rejected=0, gone=0)
    found = keyset.page(runs.values(*_COLUMNS), key="started_at", newest_first=True, size=PAGE, after=after, before=before)
    return keyset.Page([_row(row, at) for row in found.rows], found.previous, found.next, found.is_first)


def _row(row: dict[str, Any], at: datetime) -> Row:
    return Row(
        pk=row["id"],
        title=feed_kind(row["feed__name"]).title,
        state=SHOWN[SyncRun.Outcome(row["outcome"])],
        started=clock_time(row["started_at"], at),
        started_full=words.full(row["started_at"]),
        took=took(row["started_at"], row["finished_at"]),
        facts=row,
    )


def took(started: datetime, finished: datetime | None) -> str:
    if finished is None:
        return "still running"
    seconds = (finished - started).total_seconds()
    return f"{seconds:.1f} s" if seconds < 60 else words.span(finished - started)


def run_of(pk: int) -> SyncRun | None:
    return SyncRun.objects.select_related("feed", "accepted_by").filter(pk=pk).first()


@dataclass(frozen=True)
class Refused:
    """One refused record as everybody may see it: where and why, and its text only masked."""

    pk: int
    key: str
    path: str
    reason: str
    masked: str
    times: int
    state: str
    has_raw: bool


def refused(run: SyncRun) -> list[Refused]:
    """The refused records of a run, open ones first, at most a hundred. One statement."""
    rows = RejectedRecord.objects.filter(run=run).order_by(F("solved_at").desc(nulls_first=True), "key", "pk")[:MOST_RECORDS]
    return [shown(row) for row in rows]


REFUSED_HEAD = ("where", "column", "why", "key", "times", "state")


def refused_for_file(run: SyncRun) -> Iterator[tuple[str, ...]]:
    """All refused records of a run, as rows below `REFUSED_HEAD`, in the order in which they came. One statement, read in batches."""
    rows = RejectedRecord.objects.filter(run=run).order_by("pk").defer("raw")
    for row in rows.iterator(chunk_size=2_000):
        where, _, column = row.path.partition(": ")
        yield where, column, row.reason, row.key, str(row.times), "solved" if row.solved_at else "open"


def open_of(feed: str) -> tuple[int, list[Refused]]:
    """How many records of a feed are refused still, and the newest hundred of them. Two statements."""
    rows = RejectedRecord.objects.filter(feed__name=feed, solved_at__isnull=True)
    return rows.count(), [shown(row) for row in rows.order_by("-last_at", "-pk")[:MOST_RECORDS]]


def shown(row: RejectedRecord, *, limit: int = 240) -> Refused:
    """A record with its text masked to `limit` characters."""
    state = "solved" if row.solved_at else "will be tried again" if row.replay_asked_at else "open"
    return Refused(row.pk, row.key, row.path, row.reason, mask(row.raw, limit=limit), row.times, state, bool(row.raw))


_NAME_LETTER_DIGIT = re.compile(r'("(?:[^"\\]|\\.)*"\s*:)|([^\W\d_])|(\d)')


def mask(raw: str, *, limit: int = 240) -> str:
    """The shape of a record without its content: letters as x, digits as 0; the names of JSON fields stay readable."""
    shown = _NAME_LETTER_DIGIT.sub(lambda found: found[1] or ("x" if found[2] else "0"), raw[:limit])
    return shown + ("…" if len(raw) > limit else "")


def stored(run: SyncRun) -> dict[str, int]:
    """How many raw pages are kept of this run, and their size in bytes."""
    return RawPayload.objects.filter(run=run).aggregate(pages=Count("id"), size=Coalesce(Sum("size"), 0))


def why_not(run: SyncRun) -> str:
    """Why a held run cannot be accepted any more, or ""."""
    if run.accepted_by_id:
        return "It has been accepted and is being applied."
    return why_not_acceptable(run, "asked")
