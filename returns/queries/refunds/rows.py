"""Show me: refunds as people read them, in the list and at the garment."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from django.contrib.auth.models import User
from django.db.models import QuerySet

from exceptions_queue.queries.words import name_of
from returns.models import Refund, ReturnItem
from returns.queries.grades import Graded, told
from returns.queries.refunds.approvers import DECIDES, person_of
from returns.queries.refunds.parts import claims_of
from returns.queries.refunds.sold import verdicts_of
from returns.rules.authority import Signature
from returns.rules.money import pounds
from returns.rules.refunding import WORDS, Claim, Verdict, signature, state_after
from returns.states import REFUND_UNSENT, REFUND_WAITS, RefundState

_R = RefundState
PROPOSES = "returns.add_refund"
CHIPS = {
    _R.PROPOSED: ("info", "clock"),
    _R.AWAITING_SECOND: ("info", "user-group"),
    _R.APPROVED: ("info", "check"),
    _R.SENDING: ("info", "arrow-path"),
    _R.UNKNOWN: ("warn", "question-mark-circle"),
    _R.REFUSED: ("bad", "exclamation-triangle"),
    _R.DONE: ("ok", "check-circle"),
    _R.DECLINED: ("quiet", "x-mark"),
}


class Chip(NamedTuple):
    """A state, ready to print. Never by colour alone."""

    word: str
    tone: str
    icon: str


@dataclass(frozen=True)
class Shown:
    """What is said of the money for one garment. `refund` is None where there is none; `first` says who approved it first of two.

    `no` says why this person may not approve it; where they may, `does` says what else their approval takes, "" where it is enough.
    """

    amount: str
    why: str
    graded: Graded
    refund: Refund | None = None
    chip: Chip | None = None
    may_approve: bool = False
    may_decline: bool = False
    may_propose: bool = False
    no: str = ""
    does: str = ""
    first: str = ""


@dataclass(frozen=True)
class _Word:
    """What this person's word on one that waits would be: why it is none, or what it does."""

    no: str = ""
    does: str = ""


def refund_of(pk: int) -> Refund | None:
    return _read().filter(pk=pk).first() if pk < 2**63 else None


def shown_of_page(ids: Collection[int], user: User, *, at: datetime) -> list[Shown]:
    """The refunds of a page, in its order. A fixed number of statements."""
    found = {one.pk: one for one in _read().filter(pk__in=list(ids))}
    refunds = [found[pk] for pk in ids if pk in found]
    words = _words(refunds, user, at)
    return [_of_refund(one, user, words.get(one.pk)) for one in refunds]


def shown_of_items(items: Collection[ReturnItem], user: User, *, at: datetime) -> dict[int, Shown]:
    """{garment: its refund, or why there is none}. Return, order and grade of the garments are read along; a fixed number of statements."""
    refunds = {one.item_id: one for one in _read().filter(item__in=list(items))}
    words, verdicts = _words(list(refunds.values()), user, at), verdicts_of(items, at=at)
    said = {pk: _of_refund(one, user, words.get(one.pk)) for pk, one in refunds.items()}
    return {item.pk: said.get(item.pk) or _of_none(item, verdicts[item.pk][1], user) for item in items}


def _read() -> "QuerySet[Refund]":
    people = ("first_by", "first_for", "decided_by", "decided_for", "proposed_by")
    return Refund.objects.select_related("item__ret__order", "item__grade", *people)


def _words(refunds: Collection[Refund], user: User, at: datetime) -> Mapping[int, _Word]:
    """What this person's word on each would be, for those that wait and somebody who may decide at all."""
    waiting = [one for one in refunds if one.state in REFUND_WAITS]
    if not waiting or not user.has_perm(DECIDES):
        return {}
    person, claims = person_of(user, at=at), claims_of(waiting)
    return {pk: _word(signature(person, claim), claim) for pk, claim in claims.items()}


def _word(signed: Signature | str, claim: Claim) -> _Word:
    if isinstance(signed, str):
        return _Word(no=signed)
    if claim.awaits_second:
        return _Word(does="You approve it as the second of two.")
    if state_after(signed, claim) != _R.AWAITING_SECOND:
        return _Word()
    if signed.is_not_enough_for(claim.amount_pence):
        return _Word(does="It takes two: a second person approves it after you.")
    before = f"{pounds(claim.alone_pence)} of this order was approved by one person alone"
    return _Word(does=f"It takes two: {before}, so a second person approves this after you.")


def _of_none(item: ReturnItem, verdict: Verdict, user: User) -> Shown:
    """Why there is none, and whether this person may propose one."""
    may = verdict.may_be_proposed and user.has_perm(PROPOSES)
    return Shown(pounds(verdict.pence) if verdict.pence else "", WORDS[verdict.why], _graded(item), may_propose=may)


def _graded(item: ReturnItem) -> Graded:
    return told(item.raw_grade, item.grade.target if item.grade else None)


def _of_refund(refund: Refund, user: User, word: _Word | None) -> Shown:
    chip = Chip(str(RefundState(refund.state).label), *CHIPS[RefundState(refund.state)])
    return Shown(
        amount=pounds(refund.amount_pence),
        why=_why(refund),
        graded=_graded(refund.item),
        refund=refund,
        chip=chip,
        may_approve=word is not None and not word.no,
        may_decline=refund.state in REFUND_UNSENT and user.has_perm(DECIDES),
        no=word.no if word else "",
        does=word.does if word else "",
        first=_first(refund),
    )


def _first(refund: Refund) -> str:
    """Who approved it first, and whether the second is still to come; "" where one is enough or nobody has."""
    if refund.first_by is None:
        return ""
    stood_in = f" for {name_of(refund.first_for)}" if refund.first_for else ""
    waits = "; a second person, of any tier, has to approve it too" if refund.state == _R.AWAITING_SECOND else ""
    return f"{name_of(refund.first_by)} approved it first{stood_in}{waits}."


def _why(refund: Refund) -> str:
    """Who or what says that it is due."""
    if refund.proposed_by is None:
        return "The garment was paid for, came back and was graded: what was paid for it is due."
    return f"{name_of(refund.proposed_by)} proposed it: {refund.proposed_why}"
