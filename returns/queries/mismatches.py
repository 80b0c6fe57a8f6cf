"""Where register and ledger disagree, both ways, by key and by what they say in money. One statement, whatever the number."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.db import connection
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery

from partners.ledger import DocStatus
from partners.models import SyncRun
from returns.models import Journal, LedgerDocument
from returns.states import JournalState

IN_THE_LEDGER = (JournalState.POSTED, JournalState.VERIFIED, JournalState.DRIFTED)
ON_ITS_WAY = (JournalState.DRAFTED, JournalState.SENDING, JournalState.UNKNOWN)
FEED = "ledger.journals"


def _named(states: Iterable[str]) -> str:
    return ", ".join(f"'{state}'" for state in states)


_DIFFERS = f"""j.state IN ({_named(IN_THE_LEDGER)})
    AND (j.state <> '{JournalState.VERIFIED.value}' OR d.id IS NULL OR d.status <> '{DocStatus.POSTED.value}'
         OR d.content_hash <> j.lines_hash)"""
_NOBODYS = f"d.status NOT IN ('{DocStatus.VOID.value}', '{DocStatus.DRAFT.value}')"
_OURS, _THEIRS = f"{Journal._meta.db_table} j", f"{LedgerDocument._meta.db_table} d"
# Our own names all; the ORM knows no join from both sides, and two joins take twice as long. SQLite knows it from 3.39 on only.
_APART = {
    "postgresql": f"""SELECT j.id, d.id FROM {_OURS} FULL JOIN {_THEIRS} ON d.external_id = j.external_id
        WHERE ({_DIFFERS}) OR (j.id IS NULL AND {_NOBODYS})""",  # noqa: S608
    "sqlite": f"""SELECT j.id, d.id FROM {_OURS} LEFT JOIN {_THEIRS} ON d.external_id = j.external_id WHERE {_DIFFERS}
        UNION ALL SELECT NULL, d.id FROM {_THEIRS} LEFT JOIN {_OURS} ON d.external_id = j.external_id
        WHERE j.id IS NULL AND {_NOBODYS}""",  # noqa: S608
}


def apart() -> tuple[list[int], list[int]]:
    """What is worth a look: the ids of journals that differ from what the ledger shows, or are not verified and may agree by now; and of
    documents that are no journal of ours, neither void nor drafts. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(_APART[connection.vendor])
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


def _compared() -> QuerySet[Journal]:
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


def differing_in(first: date, last: date, *, read_at: datetime | None) -> QuerySet[Journal]:
    """Of the journals dated from `first` to `last`, those that the ledger shows otherwise, or no longer. One that was posted after the
    last reading is judged by what was read back then."""
    unseen, agrees = Q(their_hash=None), Q(their_hash=F("lines_hash"), their_status=DocStatus.POSTED.value)
    gone = Q(posted_at__lt=read_at) if read_at else Q(pk__in=[])
    otherwise = ~Q(shown_hash="") & ~Q(shown_hash=F("lines_hash"))
    found = _compared().filter(post_on__range=(first, last))
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
