"""The tabs of the desk: which write-offs stand on each, how many they are, what they come to, and since when the oldest waits."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Min, Q, QuerySet, Sum

from returns.models import WriteOff
from returns.states import ENDED, IN_THE_AIR, IN_THE_LEDGER, WAITS_FOR_APPROVAL, JournalState, WriteOffState

_S = WriteOffState
_NOT_APPROVED = (_S.DRAFTED, _S.EVIDENCE_NEEDED, *WAITS_FOR_APPROVAL)
_NONE = Q(pk__in=[])
LABELS = {
    "mine": "Awaiting me",
    "others": "Awaiting others",
    "returned": "Returned",
    "approved": "Approved",
    "posted": "Posted",
    "drift": "Drift",
    "ended": "Rejected or reversed",
}
OLDEST_FIRST = ("mine", "others", "returned", "approved")


@dataclass(frozen=True)
class Viewer:
    """Whose desk it is, and what they may do there at all."""

    pk: int
    approves: bool
    completes: bool


@dataclass(frozen=True)
class Tally:
    """How many write-offs stand on each tab; of one of them what they come to in pence, and since when the oldest waits."""

    counts: dict[str, int]
    value_pence: int
    unvalued: int
    oldest_at: datetime | None


def standing(tab: str, viewer: Viewer) -> "QuerySet[WriteOff]":
    """The write-offs of one tab, in no order."""
    return WriteOff.objects.filter(_wheres(viewer)[tab])


def tally(tab: str, viewer: Viewer) -> Tally:
    """One statement for all the tabs."""
    wheres = _wheres(viewer)
    counted = {f"n_{key}": Count("pk", filter=where) for key, where in wheres.items()}
    of_tab = {
        "value": Sum("carrying_pence", filter=wheres[tab]),
        "unvalued": Count("pk", filter=wheres[tab] & Q(carrying_pence__isnull=True)),
        "oldest": Min("raised_at", filter=wheres[tab]),
    }
    found = WriteOff.objects.aggregate(**counted, **of_tab)
    counts = {key: found[f"n_{key}"] for key in wheres}
    return Tally(counts, found["value"] or 0, found["unvalued"], found["oldest"])


def _wheres(viewer: Viewer) -> dict[str, Q]:
    said_mine = Q(state=_S.AWAITING_SECOND, first_by=viewer.pk)
    return {
        "mine": _mine(viewer, said_mine),
        "others": _others(viewer, said_mine),
        "returned": Q(state=_S.QUERIED),
        "approved": Q(state__in=(_S.APPROVED, *IN_THE_AIR)),
        "posted": Q(state__in=IN_THE_LEDGER),
        "drift": Q(journal__state=JournalState.DRIFTED) | Q(reversal__state=JournalState.DRIFTED),
        "ended": Q(state__in=ENDED),
    }


def _mine(viewer: Viewer, said_mine: Q) -> Q:
    """An approver decides what is complete; who only completes has what lacks something, and what was returned to them."""
    if viewer.approves:
        return Q(state__in=WAITS_FOR_APPROVAL) & ~said_mine
    return Q(state__in=(_S.EVIDENCE_NEEDED, _S.QUERIED)) if viewer.completes else _NONE


def _others(viewer: Viewer, said_mine: Q) -> Q:
    if viewer.approves:
        return Q(state__in=(_S.DRAFTED, _S.EVIDENCE_NEEDED)) | said_mine
    return Q(state__in=(_S.DRAFTED, *WAITS_FOR_APPROVAL)) if viewer.completes else Q(state__in=_NOT_APPROVED)
