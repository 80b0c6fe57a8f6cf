"""Show me: refunds as people read them, in the list and at the garment."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from django.contrib.auth.models import User
from django.db.models import Count, QuerySet

from returns.models import Refund, ReturnItem
from returns.queries import authority
from returns.queries.grades import Graded, told
from returns.queries.refunds.parts import claims_of
from returns.queries.refunds.sold import verdicts_of
from returns.rules.money import pounds
from returns.rules.refunding import WORDS, Verdict, why_not
from returns.states import REFUND_IN_THE_AIR, REFUND_UNSENT, REFUND_WAITS, RefundState

_R = RefundState
DECIDES, PROPOSES = "returns.decide_refund", "returns.add_refund"
# The tabs of the list, each with its states and what is said where it is empty.
TABS: dict[str, tuple[str, tuple[RefundState, ...], str]] = {
    "waiting": ("Waiting", REFUND_WAITS, "No refund waits for a decision. What a grade makes due appears here by itself."),
    "on_the_way": ("On the way", (_R.APPROVED, *REFUND_IN_THE_AIR), "Nothing that was approved is on its way: all of it was given."),
    "given": ("Given", (_R.DONE,), "No money has gone back yet."),
    "declined": ("Declined", (_R.DECLINED,), "Nobody has declined a refund, and no grade has withdrawn one."),
}
CHIPS = {
    _R.PROPOSED: ("info", "clock"),
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
    """What is said of the money for one garment. `refund` is None where there is none; `no` says why this person may not approve it."""

    amount: str
    why: str
    graded: Graded
    refund: Refund | None = None
    chip: Chip | None = None
    may_approve: bool = False
    may_decline: bool = False
    may_propose: bool = False
    no: str = ""


def rows(tab: str) -> "QuerySet[Refund, dict[str, Any]]":
    """The refunds of one tab as a page of keys."""
    found: Any = Refund.objects.filter(state__in=TABS[tab][1])
    drawn: QuerySet[Refund, dict[str, Any]] = found.values("id", "proposed_at")
    return drawn


def counts() -> dict[str, int]:
    """How many stand in each tab. One statement."""
    by_state = dict(Refund.objects.order_by().values_list("state").annotate(Count("pk")))
    return {tab: sum(by_state.get(state, 0) for state in states) for tab, (_, states, _) in TABS.items()}


def refund_of(pk: int) -> Refund | None:
    return _read().filter(pk=pk).first() if pk < 2**63 else None


def shown_of_page(ids: Collection[int], user: User, *, at: datetime) -> list[Shown]:
    """The refunds of a page, in its order. A fixed number of statements."""
    found = {one.pk: one for one in _read().filter(pk__in=list(ids))}
    refunds = [found[pk] for pk in ids if pk in found]
    reasons = _reasons(refunds, user, at)
    return [_of_refund(one, user, reasons) for one in refunds]


def shown_of_items(items: Collection[ReturnItem], user: User, *, at: datetime) -> dict[int, Shown]:
    """{garment: its refund, or why there is none}. Return, order and grade of the garments are read along; a fixed number of statements."""
    refunds = {one.item_id: one for one in _read().filter(item__in=list(items))}
    reasons, verdicts = _reasons(list(refunds.values()), user, at), verdicts_of(items, at=at)
    said = {pk: _of_refund(one, user, reasons) for pk, one in refunds.items()}
    return {item.pk: said.get(item.pk) or _of_none(item, verdicts[item.pk][1], user) for item in items}


def _read() -> "QuerySet[Refund]":
    return Refund.objects.select_related("item__ret__order", "item__grade", "decided_by", "proposed_by")


def _reasons(refunds: Collection[Refund], user: User, at: datetime) -> Mapping[int, str]:
    """Why this person may not approve each, for those that wait and somebody who may decide at all."""
    waiting = [one for one in refunds if one.state in REFUND_WAITS]
    if not waiting or not user.has_perm(DECIDES):
        return {}
    person, claims = authority.person_of(user, at=at), claims_of(waiting)
    return {one.pk: why_not(person, claims[one.pk]) for one in waiting}


def _of_none(item: ReturnItem, verdict: Verdict, user: User) -> Shown:
    """Why there is none, and whether this person may propose one."""
    may = verdict.may_be_proposed and user.has_perm(PROPOSES)
    return Shown(pounds(verdict.pence) if verdict.pence else "", WORDS[verdict.why], _graded(item), may_propose=may)


def _graded(item: ReturnItem) -> Graded:
    return told(item.raw_grade, item.grade.target if item.grade else None)


def _of_refund(refund: Refund, user: User, reasons: Mapping[int, str]) -> Shown:
    chip = Chip(str(RefundState(refund.state).label), *CHIPS[RefundState(refund.state)])
    return Shown(
        amount=pounds(refund.amount_pence),
        why=_why(refund),
        graded=_graded(refund.item),
        refund=refund,
        chip=chip,
        may_approve=refund.pk in reasons and not reasons[refund.pk],
        may_decline=refund.state in REFUND_UNSENT and user.has_perm(DECIDES),
        no=reasons.get(refund.pk, ""),
    )


def _why(refund: Refund) -> str:
    """Who or what says that it is due."""
    if refund.proposed_by is None:
        return "The garment was paid for, came back and was graded: what was paid for it is due."
    return f"{refund.proposed_by.get_full_name() or refund.proposed_by.get_username()} proposed it: {refund.proposed_why}"
