"""Where register and ledger disagree, both ways, by key and by what they say in money. Two statements, whatever the number."""

from datetime import date, datetime
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery

from partners.ledger import DocStatus
from partners.models import SyncRun
from returns.models import Journal, LedgerDocument
from returns.states import JournalState

IN_THE_LEDGER = (JournalState.POSTED, JournalState.VERIFIED, JournalState.DRIFTED)
ON_ITS_WAY = (JournalState.DRAFTED, JournalState.SENDING, JournalState.UNKNOWN)
FEED = "ledger.journals"


def compared() -> QuerySet[Journal]:
    """Journals that must stand in the ledger, each with what it shows: `their_hash`, `their_status`, `their_lines`, `their_day`."""
    shown = LedgerDocument.objects.filter(external_id=OuterRef("external_id"))
    told = {
        "their_hash": "content_hash",
        "their_status": "status",
        "their_lines": "lines",
        "their_day": "dated_on",
        "their_raw": "raw_status",
    }
    asked = {name: Subquery(shown.values(column)[:1]) for name, column in told.items()}
    return Journal.objects.filter(state__in=IN_THE_LEDGER).annotate(**asked)


def to_look_at(also: "QuerySet[Any, Any]") -> QuerySet[Journal]:
    """Those of them that differ, those not verified, which may agree by now, and `also`: the ids of those that have a case."""
    agrees = Q(their_hash=F("lines_hash"), their_status=DocStatus.POSTED.value, state=JournalState.VERIFIED)
    return compared().filter(~agrees | Q(their_hash=None) | Q(pk__in=also))


def nobodys() -> QuerySet[LedgerDocument]:
    """Documents with a key of ours that are no journal of ours: of an unknown key, or a second one under a known key. Not void ones, nor
    those whose journal is still on its way."""
    moving = Journal.objects.filter(key=OuterRef("key"), state__in=ON_ITS_WAY)
    same = Journal.objects.filter(external_id=OuterRef("external_id"))
    return LedgerDocument.objects.exclude(status=DocStatus.VOID.value).filter(~Exists(same), ~Exists(moving))


def of_known_keys() -> "QuerySet[LedgerDocument, str]":
    """Those of them whose key is one of ours, by the ledger's id."""
    ours = Journal.objects.filter(key=OuterRef("key"))
    return nobodys().filter(Exists(ours)).values_list("external_id", flat=True)


def differing_in(first: date, last: date, *, read_at: datetime | None) -> QuerySet[Journal]:
    """Of the journals dated from `first` to `last`, those that the ledger shows otherwise, or no longer. One that was posted after the
    last reading is judged by what was read back then."""
    unseen, agrees = Q(their_hash=None), Q(their_hash=F("lines_hash"), their_status=DocStatus.POSTED.value)
    gone = Q(posted_at__lt=read_at) if read_at else Q(pk__in=[])
    otherwise = ~Q(shown_hash="") & ~Q(shown_hash=F("lines_hash"))
    found = compared().filter(post_on__range=(first, last))
    return found.filter((unseen & (gone | otherwise)) | (Q(their_hash__isnull=False) & ~agrees))


def money_in(first: date, last: date) -> QuerySet[LedgerDocument]:
    """The ledger's side: its documents with a key of ours that it dates from `first` to `last`, but for drafts and void ones."""
    return LedgerDocument.objects.exclude(status__in=(DocStatus.VOID.value, DocStatus.DRAFT.value)).filter(dated_on__range=(first, last))


def strangers_in(first: date, last: date) -> QuerySet[LedgerDocument]:
    """Of those, the ones that are no journal of ours of these days. `our_day` is under which day ours stands, where there is one, and
    `is_ours` whether the key is of a journal of ours."""
    same = Journal.objects.filter(external_id=OuterRef("external_id"))
    moving = Journal.objects.filter(key=OuterRef("key"), state__in=ON_ITS_WAY)
    told = money_in(first, last).annotate(
        our_day=Subquery(same.values("post_on")[:1]), is_ours=Exists(Journal.objects.filter(key=OuterRef("key")))
    )
    return told.filter(~Exists(same.filter(post_on__range=(first, last))), ~Exists(moving))


def ledger_read_at() -> datetime | None:
    """Until when the mirror of the ledger's journals is complete: when its last good reading began."""
    runs = SyncRun.objects.filter(feed__name=FEED, outcome=SyncRun.Outcome.OK)
    return runs.order_by("-started_at").values_list("started_at", flat=True).first()
