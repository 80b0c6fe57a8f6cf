"""What a whole crawl no longer names. Missing once may be a hiccup; missing twice is gone."""

import zlib
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import Any

from django.db.models import F

from lockers.models import Point, PointChange
from lockers.sync.points import name_in
from lockers.sync.records import GONE
from partners.inpost.feed import split_page
from partners.models import SyncRun

CRAWLS_UNTIL_GONE = 2
_BATCH = 5000


def mark_gone(run: SyncRun, at: datetime) -> int:
    """Count a complete crawl for every point it does not name; return how many are gone now that were not before.

    The names are read from the run's own stored pages, so that the answer is the same after a crash, and for a held run
    that a person accepts later. A point whose record could not be read is still named, so it is not absent.
    """
    named = _named_in(run)
    present = Point.objects.filter(gone_at__isnull=True).values_list("pk", "point_id", "missing_crawls", "status")
    absent = [row for row in present.iterator(chunk_size=_BATCH) if row[1] not in named]
    gone = [row for row in absent if row[2] + 1 >= CRAWLS_UNTIL_GONE]
    for batch in _batches(absent):
        Point.objects.filter(pk__in=[row[0] for row in batch]).update(missing_crawls=F("missing_crawls") + 1)
    for batch in _batches(gone):
        _go([(row[0], row[3]) for row in batch], at)
    return len(gone)


def note_unknown(point_ids: Collection[str], at: datetime) -> int:
    """InPost was asked for these by name and does not know them: they are gone, until a feed names them again, as though as many
    crawls as that takes had not named them. In the caller's transaction; returns how many were not gone before."""
    here = list(Point.objects.filter(point_id__in=point_ids, gone_at__isnull=True).values_list("pk", "status"))
    _go(here, at, missing_crawls=CRAWLS_UNTIL_GONE)
    return len(here)


def _go(points: Sequence[tuple[int, str]], at: datetime, **facts: int) -> None:
    Point.objects.filter(pk__in=[pk for pk, _ in points]).update(gone_at=at, changed_at=at, may_receive=False, **facts)
    PointChange.objects.bulk_create([PointChange(point_id=pk, was=status, became=GONE, seen_at=at) for pk, status in points])


def _named_in(run: SyncRun) -> set[str]:
    bodies = run.payloads.values_list("body", flat=True).iterator(chunk_size=1)
    return {name_in(raw) for body in bodies for raw in split_page(zlib.decompress(body))}


def _batches(rows: list[Any]) -> Iterator[list[Any]]:
    for start in range(0, len(rows), _BATCH):
        yield rows[start : start + _BATCH]
