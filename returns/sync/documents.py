"""The journals in the ledger that carry a key of ours, whoever made them, as they were last shown."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from partners import connect
from partners.ledger import LedgerDoc
from partners.pages import Applied, Page
from returns.models import LedgerDocument

OVERLAP = timedelta(minutes=10)  # their clock, and what was being written when we last looked
FACTS = ("number", "key", "status", "raw_status", "dated_on", "lines", "total_pence", "content_hash", "changed_at")


def read_documents(cursor: str) -> Iterator[Page]:
    """Pages of those changed since the cursor less ten minutes; of all of them without one. The cursor is the ledger's latest change.

    The ledger sorts them by their own day, so only the last page moves the cursor: a reading that is cut off begins anew.
    """
    reached, last = datetime.fromisoformat(cursor) if cursor else None, None
    for docs in connect.ledger().journals(changed_since=reached - OVERLAP if reached else None):
        if last:
            yield last
        reached = max([at for at in (reached, *(doc.changed_at for doc in docs)) if at], default=None)
        ours = [doc for doc in docs if doc.key]
        body = msgspec.json.encode([[doc.external_id, doc.raw_status, doc.changed_at] for doc in docs])
        last = Page(records=ours, cursor=None, source="journals", body=body)
    if last:
        yield replace(last, cursor=reached.isoformat() if reached else None)


def cursor_at(at: datetime) -> str:
    """The cursor from which everything since `at` is read again."""
    return at.astimezone(UTC).isoformat()


def apply_documents(page: Page, at: datetime) -> Applied:
    """Write what is new or differs. Two statements for a page, and one where something changed."""
    said = {doc.external_id: doc for doc in page.records}
    known = {row.external_id: row for row in LedgerDocument.objects.filter(external_id__in=said)}
    facts = {external_id: _facts(doc) for external_id, doc in said.items()}
    new = [LedgerDocument(external_id=one, seen_at=at, **facts[one]) for one in said if one not in known]
    changed = [row for row in known.values() if any(getattr(row, name) != facts[row.external_id][name] for name in FACTS)]
    for row in changed:
        for name in FACTS:
            setattr(row, name, facts[row.external_id][name])
        row.seen_at = at
    LedgerDocument.objects.bulk_create(new, batch_size=500)
    LedgerDocument.objects.bulk_update(changed, [*FACTS, "seen_at"], batch_size=500)
    return Applied(created=len(new), changed=len(changed), unchanged=len(page.records) - len(new) - len(changed), read=list(said))


def _facts(doc: LedgerDoc) -> dict[str, Any]:
    return {
        "number": doc.number[:40],
        "key": doc.key[:60],
        "status": doc.status.value,
        "raw_status": doc.raw_status[:20],
        "dated_on": doc.on,
        "lines": [{"account": line.account, "amount_pence": line.amount_pence, "memo": line.memo} for line in doc.lines],
        "total_pence": sum(line.amount_pence for line in doc.lines if line.amount_pence > 0),
        "content_hash": doc.content_hash,
        "changed_at": doc.changed_at,
    }
