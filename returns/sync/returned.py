"""ACS said what came back: keep it, and let follow what a grade decides.

What ACS leaves out says nothing, and what is older than what we have changes nothing.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime

from django_q.tasks import async_task

from exceptions_queue import audit
from partners import mappings
from partners.acs.grades import SEED
from partners.acs.returns import AcsReturn
from partners.models import CodeMapping
from partners.pages import Applied, Page
from returns.actions import cases, matching, raising, refunds
from returns.models import Photo, Return, ReturnItem
from returns.sync.book import Book, Did, content_hash
from returns.sync.forgetting import forget_notes
from returns.sync.reading import read_all

SYSTEM = "system:acs.returns"
FETCH = "returns.tasks.fetch_photos"
HEADER = ["order_number", "tracking_number", "arrived_at", "told_at", "content_hash", "fetched_at"]
GARMENT = ["rfid", "sku", "raw_grade", "grade", "graded_at", "grader", "station", "reason", "note", "repair_pence", "regraded", "told_at"]


def apply_returns(page: Page, at: datetime) -> Applied:
    """Write the returns of a page, of the feed or of a file, in a fixed number of statements, and make true what follows.

    A record that cannot be used is rejected with path and reason; the others count. The same again changes nothing. Graded, regraded
    and newly identified garments are handed to `raising.look` and `refunds.look_at_returns` in the same transaction; photos are fetched
    by a task rung in it.
    """
    read, refused = read_all(page, at=at)
    read, forget = forget_notes(read)
    book = standing(each.said for each in read)
    did = Counter(book.take(each.said) for each in read)
    _write(book, at=at)
    return Applied(
        created=did[Did.CREATED],
        changed=did[Did.CHANGED],
        unchanged=did[Did.NOTHING],
        rejected=refused,
        read=[each.key for each in read],
        forget=forget,
    )


def standing(said: Iterable[AcsReturn]) -> Book:
    """What is known of these returns, their garments and photos. Three statements."""
    ids = {each.acs_id for each in said}
    items = ReturnItem.objects.filter(ret__acs_id__in=ids).select_related("ret")
    photos = Photo.objects.filter(item__ret__acs_id__in=ids).exclude(source_url="")
    return Book(
        returns={ret.acs_id: ret for ret in Return.objects.filter(acs_id__in=ids)},
        items={(item.ret.acs_id, item.line_id): item for item in items},
        photos=set(photos.values_list("item__ret__acs_id", "item__line_id", "source_url")),
    )


def _write(book: Book, *, at: datetime) -> None:
    _write_returns(book, at=at)
    _write_items(book, at=at)
    _write_photos(book, at=at)
    _note_regraded(book, at=at)
    touched = [ret.pk for ret in book.touched_returns]
    matching.match(touched, renumbered=[book.returns[acs_id].pk for acs_id in book.renumbered])
    if looked := [item.pk for item in book.to_look_at]:
        raising.look(looked, at=at)
    refunds.look_at_returns(touched, at=at)
    cases.look_at_returns(at=at, only=touched)


def _write_returns(book: Book, *, at: datetime) -> None:
    for ret in book.touched_returns:
        ret.content_hash, ret.fetched_at = content_hash(ret), at
    Return.objects.bulk_create([book.returns[acs_id] for acs_id in sorted(book.new_returns)], batch_size=500)
    moved = [book.returns[acs_id] for acs_id in sorted(book.moved_returns - book.new_returns)]
    Return.objects.bulk_update(moved, HEADER, batch_size=200)


def _write_items(book: Book, *, at: datetime) -> None:
    graded = [item for item in book.to_look_at if item.raw_grade]
    ids = mappings.ensure("acs", CodeMapping.Kind.GRADE, {item.raw_grade for item in graded}, seed=SEED) if graded else {}
    for item in graded:
        item.grade_id = ids[mappings.fold(item.raw_grade)]
    new = [item for item in book.touched_items if not item.pk]
    for item in new:
        item.ret = book.returns[item.ret.acs_id]
    moved = [item for item in book.touched_items if item.pk]
    ReturnItem.objects.bulk_create(new, batch_size=500)
    ReturnItem.objects.bulk_update(moved, GARMENT, batch_size=100)
    mappings.note_seen("acs", CodeMapping.Kind.GRADE, Counter(book.grades), at)


def _write_photos(book: Book, *, at: datetime) -> None:
    rows = [
        Photo(item=book.items[acs_id, line_id], source_url=photo.url, taken_at=photo.taken_at, try_at=at)
        for (acs_id, line_id), photo in book.new_photos
    ]
    Photo.objects.bulk_create(rows, batch_size=500, ignore_conflicts=True)
    if rows:
        async_task(FETCH)


def _note_regraded(book: Book, *, at: datetime) -> None:
    """Each regrading stays in the audit log: what ACS said before, and what it says now. One statement for each such change."""
    by_change: dict[tuple[str, str], list[ReturnItem]] = {}
    for key, was, now in book.regraded:
        by_change.setdefault((was, now), []).append(book.items[key])
    for (was, now), items in by_change.items():
        told = [(ReturnItem, item.pk, f"{item.rfid or item.sku or item.line_id} of return {item.ret.acs_id}") for item in items]
        audit.record_many("garment regraded", told, actor=SYSTEM, at=at, before={"grade": was}, after={"grade": now})
