"""Where register and ledger disagree, both ways, by key and by what they say in money. One statement each way, whatever the number."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.lookups import Exact

from partners.ledger import DocStatus
from partners.models import SyncRun
from returns.models import Journal, LedgerDocument
from returns.states import JournalState

IN_THE_LEDGER = (JournalState.POSTED, JournalState.VERIFIED, JournalState.DRIFTED)
ON_ITS_WAY = (JournalState.DRAFTED, JournalState.SENDING, JournalState.UNKNOWN)
FEED = "ledger.journals"


def to_look_at(also: "QuerySet[Any, Any]") -> list[int]:
    """The ids of the journals that must stand in the ledger and differ from what it shows, of those not verified, which may agree by now,
    and of those in `also`. One statement, its parts beside each other: within one condition each journal would be looked up by itself."""
    agreeing = LedgerDocument.objects.filter(
        Exact(OuterRef("state"), JournalState.VERIFIED),
        external_id=OuterRef("external_id"),
        content_hash=OuterRef("lines_hash"),
        status=DocStatus.POSTED.value,
    )
    ours = Journal.objects.filter(state__in=IN_THE_LEDGER).order_by()
    wanted = ours.filter(~Exists(agreeing)).values_list("pk", flat=True)
    return sorted(wanted.union(ours.filter(pk__in=also).values_list("pk", flat=True)))


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
