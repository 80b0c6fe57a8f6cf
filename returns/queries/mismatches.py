"""Where register and ledger disagree, both ways, by key and by what they say in money. One statement, whatever the number."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Exists, OuterRef, QuerySet

from partners.ledger import DocStatus
from partners.models import SyncRun
from returns.models import Journal, LedgerDocument
from returns.states import JournalState

IN_THE_LEDGER = (JournalState.POSTED, JournalState.VERIFIED, JournalState.DRIFTED)
ON_ITS_WAY = (JournalState.DRAFTED, JournalState.SENDING, JournalState.UNKNOWN)
FEED = "ledger.journals"


def _named(states: Iterable[str]) -> str:
    return ", ".join(f"'{state}'" for state in states)


_APART = f"""
SELECT j.id, d.id FROM {Journal._meta.db_table} j FULL JOIN {LedgerDocument._meta.db_table} d ON d.external_id = j.external_id
WHERE (
    j.state IN ({_named(IN_THE_LEDGER)})
    AND (j.state <> '{JournalState.VERIFIED.value}' OR d.id IS NULL OR d.status <> '{DocStatus.POSTED.value}'
         OR d.content_hash <> j.lines_hash)
) OR (j.id IS NULL AND d.status NOT IN ('{DocStatus.VOID.value}', '{DocStatus.DRAFT.value}'))
"""  # noqa: S608 - our own names; the ORM knows no join from both sides, and two joins take twice as long


def apart() -> tuple[list[int], list[int]]:
    """What is worth a look: the ids of journals that differ from what the ledger shows, or are not verified and may agree by now; and of
    documents that are no journal of ours, neither void nor drafts. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(_APART)
        pairs = cursor.fetchall()
    return [ours for ours, _ in pairs if ours is not None], [theirs for ours, theirs in pairs if ours is None]


def shown_of(journals: Iterable[Journal]) -> dict[str, LedgerDocument]:
    """{the ledger's id: what it shows under it}. One statement."""
    return {row.external_id: row for row in LedgerDocument.objects.filter(external_id__in=[one.external_id for one in journals])}


def nobodys() -> QuerySet[LedgerDocument]:
    """Documents with a key of ours that are no journal of ours: of an unknown key, or a second one under a known key. Not void ones, nor
    those whose journal is still on its way."""
    moving = Journal.objects.filter(key=OuterRef("key"), state__in=ON_ITS_WAY)
    same = Journal.objects.filter(external_id=OuterRef("external_id"))
    return LedgerDocument.objects.exclude(status=DocStatus.VOID.value).filter(~Exists(same), ~Exists(moving))


def with_known_key() -> "QuerySet[Any, Any]":
    """Those of them, each with `is_known`: whether its key is one of ours."""
    return nobodys().annotate(is_known=Exists(Journal.objects.filter(key=OuterRef("key"))))


def surplus_drafts() -> "QuerySet[Any, str]":
    """Those of them that are drafts under a key of ours, by the ledger's id, the first one first."""
    drafts = with_known_key().filter(is_known=True, status=DocStatus.DRAFT.value)
    return drafts.order_by("pk").values_list("external_id", flat=True)


def ledger_read_at() -> datetime | None:
    """Until when the mirror of the ledger's journals is complete: when its last good reading began."""
    runs = SyncRun.objects.filter(feed__name=FEED, outcome=SyncRun.Outcome.OK)
    return runs.order_by("-started_at").values_list("started_at", flat=True).first()
