"""Records that could not be used: kept raw with where and why. The same record failing the same way again is one row with a count."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from hashlib import blake2b

from django.db.models import F

from partners.models import RejectedRecord, SyncRun
from partners.pages import Page, Reject

MOST_RAW = 100_000  # characters kept of one record; its page holds the whole


def note_rejected(run: SyncRun, rejected: Sequence[Reject], *, at: datetime) -> None:
    """Quarantine records in the page's transaction. Two statements for any number of known ones, one more with new ones."""
    rows = {(row.key, row.raw_hash): row for row in (_row(run, reject, at) for reject in rejected)}
    if not rows:
        return
    standing = RejectedRecord.objects.filter(feed=run.feed, solved_at__isnull=True, raw_hash__in=[hash_ for _, hash_ in rows])
    known = {(key, hash_): pk for pk, key, hash_ in standing.values_list("pk", "key", "raw_hash")}
    again = [known[place] for place in rows if place in known]
    if again:
        RejectedRecord.objects.filter(pk__in=again).update(times=F("times") + 1, last_at=at, run=run, replay_asked_at=None)
    RejectedRecord.objects.bulk_create([row for place, row in rows.items() if place not in known], batch_size=500)


def settle_rejected(run: SyncRun, page: Page, rejected: Iterable[Reject], *, at: datetime) -> None:
    """A key that was refused before and is readable on this page is solved. Costs one read while anything is open."""
    open_ones = dict(RejectedRecord.objects.filter(feed=run.feed, solved_at__isnull=True).exclude(key="").values_list("key", "pk"))
    if not open_ones:
        return
    refused = {reject.key for reject in rejected}
    text = page.body.decode("utf-8", "replace")
    solved = [pk for key, pk in open_ones.items() if key not in refused and key in text]
    if solved:
        RejectedRecord.objects.filter(pk__in=solved).update(solved_at=at)


def _row(run: SyncRun, reject: Reject, at: datetime) -> RejectedRecord:
    raw = reject.raw if isinstance(reject.raw, str) else bytes(reject.raw).decode("utf-8", "replace")
    raw = raw.replace("\x00", "\ufffd")
    return RejectedRecord(
        feed=run.feed,
        run=run,
        key=reject.key[:120],
        path=reject.path[:200],
        reason=reject.reason[:300],
        raw=raw[:MOST_RAW],
        raw_hash=blake2b(raw.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest(),
        first_at=at,
        last_at=at,
    )
