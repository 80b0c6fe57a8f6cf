"""Records that could not be used: kept raw with where and why. The same record refused again is one row with a count."""

from collections.abc import Iterable
from datetime import datetime
from hashlib import blake2b

from django.db.models import Q, QuerySet
from django.db.models.functions import Length

from partners.models import Feed, RejectedRecord, SyncRun
from partners.pages import Applied, Page, Reject

MOST_RAW = 100_000  # characters kept of one record; its page holds the whole
MOST_REPLAYS = 200  # in one run
_FOLLOWS = ["run", "path", "reason", "raw", "raw_hash", "times", "last_at", "replay_asked_at"]


def note(run: SyncRun, refused: Iterable[Reject], *, at: datetime) -> None:
    """Quarantine records in the page's transaction. Three statements for any number of them (batches on SQLite).

    A record is known by its key, or by its bytes where it has none: an order that stays unreadable while its text changes is
    one row all the same.
    """
    rows: dict[str, RejectedRecord] = {}
    for reject in refused:
        row = _row(run, reject, at)
        row.times += rows[_identity(row)].times if _identity(row) in rows else 0
        rows[_identity(row)] = row
    if not rows:
        return
    same = Q(key__in={row.key for row in rows.values()} - {""}) | Q(key="", raw_hash__in={row.raw_hash for row in rows.values()})
    standing = {_identity(row): row for row in _open(run.feed).filter(same).defer("raw")}
    for identity, row in rows.items():
        if known := standing.get(identity):
            row.pk, row.times, row.first_at = known.pk, row.times + known.times, known.first_at
    RejectedRecord.objects.bulk_update([row for row in rows.values() if row.pk], _FOLLOWS, batch_size=100)
    RejectedRecord.objects.bulk_create([row for row in rows.values() if not row.pk], batch_size=500)


def settle(run: SyncRun, applied: Applied, *, at: datetime) -> None:
    """What was refused before and could be read on this page is solved. One read where the room names what it read."""
    if not applied.read:
        return
    refused, read = {reject.key for reject in applied.rejected}, set(applied.read)
    solved = [pk for pk, key in _open(run.feed).exclude(key="").values_list("pk", "key") if key in read and key not in refused]
    RejectedRecord.objects.filter(pk__in=solved).update(solved_at=at, replay_asked_at=None)


def settle_unnamed(run: SyncRun, *, at: datetime) -> None:
    """A whole feed was read and did not bring this record again as it was: it reads fine now, or it is gone."""
    _open(run.feed).filter(last_at__lt=run.started_at).update(solved_at=at, replay_asked_at=None)


def replayable(run: SyncRun) -> QuerySet[RejectedRecord]:
    """The refused records of a run that can be tried again: open, not asked for yet, and kept whole."""
    waiting = RejectedRecord.objects.filter(run=run, solved_at__isnull=True, replay_asked_at__isnull=True).exclude(raw="")
    return waiting.annotate(characters=Length("raw")).filter(characters__lt=MOST_RAW)


def asked_again(feed: Feed) -> list[RejectedRecord]:
    """The refused records that a person wants tried again, longest asked first."""
    return list(_open(feed).filter(replay_asked_at__isnull=False).order_by("replay_asked_at", "pk")[:MOST_REPLAYS])


def as_page(row: RejectedRecord) -> Page:
    raw = row.raw.encode()
    return Page(records=[raw], cursor=None, source="replay", body=raw)


def solve_unless_refused(row: RejectedRecord, *, at: datetime) -> None:
    """It was tried again; `note` has taken the wish back if it was refused again."""
    RejectedRecord.objects.filter(pk=row.pk, replay_asked_at__isnull=False).update(solved_at=at, replay_asked_at=None)


def give_up(row: RejectedRecord) -> None:
    RejectedRecord.objects.filter(pk=row.pk).update(replay_asked_at=None)


def _open(feed: Feed) -> QuerySet[RejectedRecord]:
    return RejectedRecord.objects.filter(feed=feed, solved_at__isnull=True)


def _identity(row: RejectedRecord) -> str:
    return f"key {row.key}" if row.key else f"raw {row.raw_hash}"


def _row(run: SyncRun, reject: Reject, at: datetime) -> RejectedRecord:
    raw = reject.raw if isinstance(reject.raw, str) else bytes(reject.raw).decode("utf-8", "replace")
    raw = raw.encode("utf-8", "replace").decode().replace("\x00", "\ufffd")
    return RejectedRecord(
        feed=run.feed,
        run=run,
        key=reject.key[:120],
        path=reject.path[:200],
        reason=reject.reason[:300],
        raw=raw[:MOST_RAW],
        raw_hash=blake2b(raw.encode(), digest_size=16).hexdigest(),
        first_at=at,
        last_at=at,
    )
