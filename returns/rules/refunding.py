"""Does a grade make money due, how much, and who may say so? Pure; every refusal is a sentence.

The house's rule: a garment that was sold and paid for, came back, and was graded to be there (A, B, C, clean, repair, beyond repair) is
due what was paid for it, once. A hire is never given back by a grade; a person may propose it, as for what was lost or is an old story.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256

from returns.rules import authority
from returns.rules.authority import Limit, Person, Signature, Signer, StandIn
from returns.rules.money import pounds
from returns.states import REFUND_WAITS, Grade, RefundState

CURRENCY = "GBP"
FRESH = timedelta(days=14)  # what was graded before we looked may have been given back by hand
DUE = frozenset({Grade.A, Grade.B, Grade.C, Grade.CLEAN, Grade.REPAIR, Grade.BER})
_NO_KEY = re.compile(r"[^A-Za-z0-9-]+")


class Why(StrEnum):
    """Why nothing is proposed by itself; DUE where it is."""

    DUE = "due"
    UNGRADED = "ungraded"
    NO_ORDER = "no_order"
    NOT_ORDERED = "not_ordered"
    UNPAID = "unpaid"
    CANCELLED = "cancelled"
    CURRENCY = "currency"
    PRICE = "price"
    TAKEN = "taken"
    GONE = "gone"
    HIRED = "hired"
    LOST = "lost"
    QUARANTINED = "quarantined"
    OLD = "old"


WORDS: Mapping[Why, str] = {
    Why.DUE: "The garment was paid for, came back and was graded: what was paid for it is due.",
    Why.UNGRADED: "Nothing is due before the garment has a grade whose meaning is known.",
    Why.NO_ORDER: "Nobody knows yet which order it belongs to, so nothing is due.",
    Why.NOT_ORDERED: "The order has no such garment, so nothing is due for it by itself. Ask ACS what came back.",
    Why.UNPAID: "The shop does not show the order as paid, so nothing is due.",
    Why.CANCELLED: "The order was cancelled in the shop, which gives its money back itself.",
    Why.CURRENCY: "It was paid in another currency than pounds, so a person has to give the money back in the shop.",
    Why.PRICE: "Nobody knows what was paid for it, so a person has to look in the shop and give back what is due there.",
    Why.TAKEN: "What was sold by this line has its refund already, or ACS tells of this garment twice.",
    Why.GONE: "The shop no longer counts this line: it was given back or taken out there already.",
    Why.HIRED: "It was hired, and a hire is not given back because the garment came back. Propose it where something was wrong with it.",
    Why.LOST: "It is graded as lost. Whether money is due is for a person to say.",
    Why.QUARANTINED: "It is in quarantine. Whether money is due is for a person to say.",
    Why.OLD: "It was graded more than 14 days before anybody here looked, so it may have been given back by hand.",
}
ASKED = frozenset({Why.CURRENCY, Why.PRICE})  # each is a case of finance's
BY_HAND = frozenset({Why.HIRED, Why.LOST, Why.QUARANTINED, Why.OLD})


@dataclass(frozen=True)
class Sale:
    """What is known of the line by which a garment was sold. `line_id` is "" where the order has none, `unit` 0 where each of the `sold`
    has its refund, `is_counted` false where the shop counts the line no more. In pence."""

    order_number: str = ""
    line_id: str = ""
    unit: int = 0
    sold: int = 0
    paid_pence: int = 0
    currency: str = CURRENCY
    is_paid: bool = False
    is_cancelled: bool = False
    is_hire: bool = False
    is_counted: bool = True


@dataclass(frozen=True)
class Verdict:
    """`pence` is what would go back, 0 where that is not to be said; it is due by itself only where `why` is DUE."""

    why: Why
    pence: int = 0

    @property
    def is_due(self) -> bool:
        return self.why == Why.DUE

    @property
    def may_be_proposed(self) -> bool:
        """May a person propose it, who says why?"""
        return self.why in BY_HAND and self.pence > 0


def judge(sale: Sale, *, grade: Grade, graded_at: datetime | None, at: datetime) -> Verdict:
    """Never more than was paid, and nothing where that is not known."""
    if no := _of_the_sale(sale):
        return Verdict(no)
    if grade in (Grade.UNGRADED, Grade.UNKNOWN):
        return Verdict(Why.UNGRADED)
    return Verdict(_of_the_grade(sale, grade, graded_at, at), sale.paid_pence)


def _of_the_sale(sale: Sale) -> Why | None:
    found = (
        (Why.NO_ORDER, not sale.order_number),
        (Why.NOT_ORDERED, not sale.line_id),
        (Why.CANCELLED, sale.is_cancelled),
        (Why.UNPAID, not sale.is_paid),
        (Why.TAKEN, sale.unit < 1),
        (Why.GONE, not sale.is_counted),
        (Why.CURRENCY, sale.currency != CURRENCY and not sale.is_hire),
        (Why.PRICE, sale.paid_pence <= 0 and not sale.is_hire),
        (Why.HIRED, sale.is_hire and (sale.currency != CURRENCY or sale.paid_pence <= 0)),
    )
    return next((why for why, holds in found if holds), None)


def _of_the_grade(sale: Sale, grade: Grade, graded_at: datetime | None, at: datetime) -> Why:
    if sale.is_hire:
        return Why.HIRED
    if grade == Grade.LOST:
        return Why.LOST
    if grade not in DUE:
        return Why.QUARANTINED
    return Why.OLD if graded_at is not None and at - graded_at > FRESH else Why.DUE


# --- who may say so --------------------------------------------------------------------------------------------------------


class Part(StrEnum):
    """A part that somebody has in it already. Whoever has one does not approve the money."""

    PROPOSED = "proposed this refund"
    GRADED = "graded this garment"
    MATCHED = "said which order the return belongs to"
    WROTE_OFF = "raised the garment’s write-off or entered its value"


@dataclass(frozen=True)
class Claim:
    """What decides about one refund. `parts` names who has which part in it, by the person's id; `first` are the first of two approvers
    and whom they stood in for. `alone_pence` is what goes back for the same order besides, on one person's word each."""

    state: str
    amount_pence: int
    parts: Mapping[int, Part] = field(default_factory=dict)
    first: frozenset[int] = field(default_factory=frozenset)
    alone_pence: int = 0

    @property
    def awaits_second(self) -> bool:
        return self.state == RefundState.AWAITING_SECOND

    @property
    def together_pence(self) -> int:
        """An order given back garment by garment is one sum."""
        return self.amount_pence + self.alone_pence


def signature(person: Person, claim: Claim) -> Signature | str:
    """How this person would approve it: under their own limit where that reaches, else for somebody; or why they may not.

    The limits are those of write-offs; `person.may` is the right to decide about refunds.
    """
    if claim.state not in REFUND_WAITS:
        return not_waiting(claim.state)
    if not person.may:
        return "Your role does not let you decide about refunds."
    if no := _no_part(person.pk, claim, "You", "are"):
        return no
    own = _under(person, claim)
    if isinstance(own, Signature):
        return own
    others = [_for(each, claim) for each in person.stands_in]
    found = next((each for each in others if isinstance(each, Signature)), None)
    return found or next((each for each in others if isinstance(each, str)), own)


def state_after(signed: Signature, claim: Claim) -> RefundState:
    """Where this signature takes it: to whoever gives it, or to a second person first."""
    is_enough = claim.awaits_second or not signed.is_not_enough_for(claim.together_pence)
    return RefundState.APPROVED if is_enough else RefundState.AWAITING_SECOND


def no_longer(claim: Claim, first: Signer, second: Signer | None = None) -> str:
    """Why what was approved before is not to be given any more, in a sentence; "" where it still is. `first` is who signed alone, where
    there is no second."""
    signed = [person for signer in (first, second) if signer for person in signer if person]
    if any(person.pk in claim.parts for person in signed):
        return "Who approved it has another part in it."
    gone = authority.no_longer(claim.amount_pence, first, second)
    return f"{gone[:1].upper()}{gone[1:]}." if gone else ""


_NOT_WAITING = {
    RefundState.APPROVED: "It is approved already.",
    RefundState.DECLINED: "It was declined.",
    RefundState.SENDING: "It is on its way.",
    RefundState.UNKNOWN: "It is on its way, and what became of it is being looked up.",
    RefundState.DONE: "It was given already.",
}


def not_waiting(state: str) -> str:
    """Why a refund in this state is not up for a decision."""
    return _NOT_WAITING.get(RefundState(state), "")


def _no_part(pk: int, claim: Claim, who: str, are: str) -> str:
    """Why this person has a part in it already that keeps them from approving."""
    if part := claim.parts.get(pk):
        return f"{who} {part.value}, so someone else must approve it."
    if claim.awaits_second and pk in claim.first:
        return f"{who} {are} its first approver already, so someone else must be the second."
    return ""


def _reaches(limit: Limit, claim: Claim) -> bool:
    return authority.reaches(limit, claim.amount_pence, is_second=claim.awaits_second)


def _under(person: Person, claim: Claim) -> Signature | str:
    if person.limit is None:
        return "Your roles give you no limit to approve under."
    if not _reaches(person.limit, claim):
        return f"It is {pounds(claim.amount_pence)}, and your limit is {pounds(person.limit.limit_pence)}: it needs a higher tier."
    return Signature(person.limit)


def _for(each: StandIn, claim: Claim) -> Signature | str:
    if no := _no_part(each.giver, claim, f"{each.name}, for whom you stand in,", "is"):
        return no
    if not _reaches(each.limit, claim):
        reach = pounds(each.limit.limit_pence)
        return f"It is {pounds(claim.amount_pence)}, and for {each.name} you may approve {reach}: it needs a higher tier."
    return Signature(each.limit, each.giver)


# --- by what it is found again ---------------------------------------------------------------------------------------------


def key_of(acs_id: str, line_id: str) -> str:
    """ "ref:RMA-70001-3f9a2c41:1": one for each returned garment for ever, of the letters that every partner takes, 46 at most."""
    named = _NO_KEY.sub("-", acs_id).strip("-")[:30]
    told = sha256(f"{acs_id}\x1f{line_id}".encode()).hexdigest()[:8]
    return f"ref:{named}-{told}:1"
