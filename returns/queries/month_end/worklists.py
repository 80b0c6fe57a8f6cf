"""The write-offs that a month still waits for: what each is worth, since when it waits, and who must act."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Q, QuerySet

from exceptions_queue.queries import keyset
from exceptions_queue.queries import words as desk_words
from inventory.models import Product
from partners import connect
from returns.models import WriteOff
from returns.queries import authority
from returns.queries.desk import who, words
from returns.queries.mismatches import ON_ITS_WAY
from returns.rules.authority import Facts, Limit
from returns.rules.month_end import digest_of
from returns.rules.waiting import last_of_month
from returns.states import BEFORE_APPROVAL, IN_THE_AIR, JournalState, WriteOffState

_S, _J = WriteOffState, JournalState
SHOWN, PAGE = 20, 100
NOT_VERIFIED = (_J.POSTED, _J.DRIFTED)
KINDS = {"approve": "Graded, not approved", "post": "Approved, not posted", "verify": "Posted, not verified"}
NOTHING = {
    "approve": "Everything graded up to the last day of the month is approved or rejected.",
    "post": "Everything approved is posted.",
    "verify": "The ledger shows everything posted as it was approved.",
}


@dataclass(frozen=True)
class Tally:
    """How many write-offs wait, what they come to in pence, how many of them have no value yet, and which they are in short."""

    count: int
    pence: int
    unvalued: int
    of: str


@dataclass(frozen=True)
class Row:
    """One write-off that waits. `why` is what the ledger said, where it refused it."""

    reference: str
    state: words.Chip
    name: str
    sku: str
    value: str
    graded: str
    waiting: str
    since: str
    acts: str
    why: str


def standing(kind: str, month: date) -> "QuerySet[WriteOff]":
    """The write-offs of one list of `KINDS`, in no order: those graded up to the last day of the month, and journals dated in it."""
    last = last_of_month(month)
    if kind == "approve":
        return WriteOff.objects.filter(state__in=BEFORE_APPROVAL, happened_on__lte=last)
    if kind == "post":
        taken_back = Q(reversal__state__in=ON_ITS_WAY, reversal__post_on__range=(month, last))
        return WriteOff.objects.filter(Q(state__in=(_S.APPROVED, *IN_THE_AIR), happened_on__lte=last) | taken_back)
    posted = Q(journal__state__in=NOT_VERIFIED, journal__post_on__range=(month, last))
    return WriteOff.objects.filter(posted | Q(reversal__state__in=NOT_VERIFIED, reversal__post_on__range=(month, last)))


def tally(kind: str, month: date) -> Tally:
    """One statement."""
    found = list(standing(kind, month).values_list("reference", "carrying_pence"))
    worth = [pence for _, pence in found if pence is not None]
    return Tally(len(found), sum(worth), len(found) - len(worth), digest_of(f"{reference}:{pence}" for reference, pence in found))


def page(kind: str, month: date, *, after: str = "", before: str = "") -> keyset.Page[Any]:
    """One page of a list, the oldest first. One statement."""
    found: QuerySet[WriteOff, Any] = standing(kind, month).values("id", "raised_at")
    return keyset.page(found, key="raised_at", size=PAGE, after=after, before=before)


def first_of(kind: str, month: date) -> list[WriteOff]:
    """The first of a list, the oldest first. One statement."""
    return list(_with_parts().filter(pk__in=standing(kind, month).values("pk")).order_by("raised_at", "pk")[:SHOWN])


def by_id(ids: Collection[int]) -> list[WriteOff]:
    """These, in the order given. One statement."""
    found = {one.pk: one for one in _with_parts().filter(pk__in=ids)}
    return [found[pk] for pk in ids if pk in found]


def rows_of(found: Collection[WriteOff], *, at: datetime) -> list[Row]:
    """The rows, in the order given. Two statements whatever their number."""
    names = dict(Product.objects.filter(sku__in={one.sku for one in found} - {""}).values_list("sku", "name"))
    limits = authority.limits(at=at)
    return [_row(one, names.get(one.sku, ""), limits, at) for one in found]


def _with_parts() -> "QuerySet[WriteOff]":
    return WriteOff.objects.select_related("journal", "reversal", "first_by")


def _row(one: WriteOff, name: str, limits: Mapping[str, Limit], at: datetime) -> Row:
    since = _since(one)
    return Row(
        reference=one.reference,
        state=words.chip(one.state),
        name=name,
        sku=one.sku or one.rfid,
        value=words.money(one.carrying_pence),
        graded=f"{one.happened_on.day} {one.happened_on:%b %Y}",
        waiting=desk_words.brief(at - since),
        since=desk_words.full(since),
        acts=_acts(one, limits),
        why=one.journal.why if one.journal and one.state in (_S.APPROVED, *IN_THE_AIR, _S.POSTED) else "",
    )


def _since(one: WriteOff) -> datetime:
    """Since when the step it waits for has been due."""
    if one.reversal and one.reversal.state in (*ON_ITS_WAY, *NOT_VERIFIED):
        return one.reversal.posted_at or one.reversal.made_at
    if one.journal and one.journal.posted_at:
        return one.journal.posted_at
    return one.second_at or one.first_at or one.raised_at


def _acts(one: WriteOff, limits: Mapping[str, Limit]) -> str:
    if one.reversal and one.reversal.state in (*ON_ITS_WAY, *NOT_VERIFIED):
        return _of_reversal(one.reversal.state)
    if one.state == _S.AWAITING_APPROVAL:
        return desk_words.capitalised(who.takes(Facts(one.state, one.carrying_pence), limits))
    if one.state == _S.AWAITING_SECOND:
        return f"A second person than {desk_words.name_of(one.first_by)}" if one.first_by else "A second person"
    if one.journal and one.journal.state == _J.REFUSED:
        return "A finance manager: put right what the ledger named, then post it again"
    if one.journal and one.journal.state == _J.DRIFTED:
        return "A finance manager: the ledger shows something else"
    if one.state == _S.APPROVED and not _posts():
        return "An integration admin: nothing is posted while the ledger is only observed"
    return _WAITS_FOR.get(one.state, "")


def _posts() -> bool:
    return connect.mode("ledger") == "live" and not connect.missing("ledger")


def _of_reversal(state: str) -> str:
    if state == _J.DRIFTED:
        return "A finance manager: the ledger shows its reversal otherwise"
    return "Lockstep: its reversal is on the way" if state in ON_ITS_WAY else "Lockstep: its reversal is to be read back"


_WAITS_FOR: dict[str, str] = {
    _S.DRAFTED: "Warehouse or finance: its evidence is not complete",
    _S.EVIDENCE_NEEDED: "Warehouse or finance: its evidence is not complete",
    _S.QUERIED: "Warehouse or finance: a question is open",
    _S.APPROVED: "Lockstep: it is posted next",
    _S.POSTING: "Lockstep: it is on its way to the ledger",
    _S.POST_UNKNOWN: "Lockstep: it is looked up in the ledger",
    _S.POSTED: "Lockstep: it is compared after the next reading of the ledger",
}
