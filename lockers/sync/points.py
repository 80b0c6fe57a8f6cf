"""Read the points feed page by page and write what differs."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

import msgspec
from django.db import connection

from lockers.models import Point, PointChange
from lockers.sync import writing
from lockers.sync.records import GONE, NOTHING, FeedPoint, Row, content_hash, is_id, raw_hash, row_of
from partners import connect
from partners.pages import Applied, Page, Reject

Mirror = dict[str, "Mirrored"]
Read = tuple[FeedPoint, str, str]  # a readable record, the hash of its bytes, the hash of what we mirror of it

FEW = 100  # single look-ups lie anywhere in the mirror; between the first and the last of them may be all of it
_UNREADABLE = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)
_point = msgspec.json.Decoder(FeedPoint)


class Mirrored(NamedTuple):
    """What decides whether a row is written."""

    point_id: str
    id: int
    raw_hash: str
    content_hash: str
    status: str
    missing_crawls: int
    gone_at: datetime | None


@dataclass
class Work:
    """What one page asks for: rows to insert and to overwrite, rows whose absence is over, records to refuse."""

    mirror: Mirror
    new: list[Read] = field(default_factory=list)
    changed: list[Read] = field(default_factory=list)
    missed: list[int] = field(default_factory=list)
    rejected: list[Reject] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)

    def sort(self, records: Iterable[Read]) -> None:
        for record in records:
            point, _, content = record
            known = self.mirror.get(point.name)
            if known is None:
                self.new.append(record)
            elif known.content_hash != content or known.gone_at is not None:
                self.changed.append(record)
            elif known.missing_crawls:
                self.missed.append(known.id)


def read_points(cursor: str) -> Iterator[Page]:
    """Every page of the public feed, GB only. There is no incremental read: the cursor is not used."""
    del cursor
    yield from connect.points_feed().pages()


def apply_points(page: Page, at: datetime) -> Applied:
    """Make the mirror agree with one page, inside the caller's transaction.

    One or two reads for the page, and one more where rows change; unchanged points cost no write, and points whose bytes are the
    same not even a decode. A record that cannot be read is rejected with its path and reason, and the others go on. A point that
    was gone and is named again is no longer gone.
    """
    work = _look_at(page.records)
    lows = _lows_of([record[0].name for record in work.changed])
    rows = [row_of(*record, at=at, low_before=lows.get(record[0].name, NOTHING)) for record in work.changed]
    if work.new:
        writing.insert(row_of(*record, at=at) for record in work.new)
    if rows:
        writing.update(rows)
        PointChange.objects.bulk_create(_status_changes(rows, work.mirror), batch_size=1000)
    if work.missed:
        writing.clear_absence(work.missed)
    unchanged = len(page.records) - len(work.new) - len(rows) - len(work.rejected)
    return Applied(created=len(work.new), changed=len(rows), unchanged=unchanged, rejected=work.rejected, read=work.seen)


def count_unreadable(page: Page) -> int:
    """How many records of the page would be rejected. Nothing is written."""
    work = Work({})
    _read([(raw, "") for raw in page.records], work)
    return len(work.rejected)


def _look_at(records: Sequence[bytes]) -> Work:
    work = Work(_mirror_of(records))
    read = _read(_set_aside_the_same(records, work), work)
    work.mirror |= _mirrored_by_name([point.name for point, _, _ in read if point.name not in work.mirror])
    work.sort(read)
    return work


def _set_aside_the_same(records: Sequence[bytes], work: Work) -> list[tuple[bytes, str]]:
    """The records that need a look, each with the hash of its bytes. A row that came from the very same bytes needs none."""
    rest = []
    by_bytes = {known.raw_hash: known for known in work.mirror.values() if known.gone_at is None}
    for raw in records:
        fingerprint = raw_hash(raw)
        known = by_bytes.pop(fingerprint, None)
        if known is None:
            rest.append((raw, fingerprint))
            continue
        work.seen.add(known.point_id)
        if known.missing_crawls:
            work.missed.append(known.id)
    return rest


def _read(records: Iterable[tuple[bytes, str]], work: Work) -> list[Read]:
    """Decode each record by itself. The same point twice on one page is one point and one rejection."""
    read = []
    for raw, fingerprint in records:
        try:
            point = _point.decode(raw)
        except _UNREADABLE as error:
            work.rejected.append(_refuse(raw, error))
            continue
        if not is_id(point.name):
            work.rejected.append(Reject(key="", path="$.name", reason="This cannot be the id of a point.", raw=_as_text(raw)))
        elif point.name in work.seen:
            work.rejected.append(Reject(key=point.name, path="$.name", reason="The page names this point twice.", raw=_as_text(raw)))
        else:
            work.seen.add(point.name)
            read.append((point, fingerprint, content_hash(point)))
    return read


def _refuse(raw: bytes, error: Exception) -> Reject:
    reason, _, path = str(error).partition(" - at ")
    return Reject(key=name_in(raw), path=path.strip("`") or "$", reason=reason[:300], raw=_as_text(raw))


def _as_text(raw: bytes) -> str:
    return bytes(raw).decode("utf-8", "replace").replace("\x00", "\ufffd")


class _Named(msgspec.Struct):
    name: str


_named = msgspec.json.Decoder(_Named)


def name_in(raw: bytes) -> str:
    """The id of a record, readable or not; "" where even that cannot be told."""
    try:
        name = _named.decode(raw).name
    except _UNREADABLE:
        return ""
    return name if is_id(name) else ""


def _first_name(records: Iterable[bytes]) -> str:
    return next(filter(None, map(name_in, records)), "")


def _mirror_of(records: Sequence[bytes]) -> Mirror:
    if len(records) <= FEW:
        return _mirrored_by_name(list(filter(None, map(name_in, records))))
    return _mirrored_between(_first_name(records), _first_name(reversed(records)))


def _mirrored_between(first: str, last: str) -> Mirror:
    """The feed is sorted by id, so a page is a narrow range of the mirror: much cheaper than asking for each id."""
    return _mirrored("BETWEEN %s AND %s", [first, last]) if last else {}


def _mirrored_by_name(names: list[str]) -> Mirror:
    """For what the range did not find: new points, and a feed or a database that sorts otherwise."""
    if not names:
        return {}
    if connection.vendor == "postgresql":
        return _mirrored("= ANY(%s)", [names])
    return _mirrored("IN (SELECT value FROM json_each(%s))", [msgspec.json.encode(names).decode()])


def _mirrored(condition: str, params: list[Any]) -> Mirror:
    sql = f"SELECT {', '.join(Mirrored._fields)} FROM lockers_point WHERE point_id {condition}"  # noqa: S608 - our own words
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return {row[0]: Mirrored._make(row) for row in cursor.fetchall()}


def _lows_of(names: list[str]) -> dict[str, dict[str, str]]:
    """Since when which size of these points is nearly full."""
    return dict(Point.objects.filter(point_id__in=names).exclude(low_since={}).values_list("point_id", "low_since")) if names else {}


def _status_changes(rows: list[Row], mirror: Mirror) -> Iterator[PointChange]:
    for row in rows:
        known = mirror[row.point_id]
        was = GONE if known.gone_at else known.status
        if was != row.status:
            yield PointChange(point_id=known.id, was=was, became=row.status, seen_at=row.changed_at)
