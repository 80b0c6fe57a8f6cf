"""Do it: approve, decline, propose by hand. Whoever may not is told why; nobody is exempt."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction

from exceptions_queue.audit import record
from exceptions_queue.moves import IllegalMove, move
from returns.actions.outcomes import Refused
from returns.actions.refunds import cases
from returns.actions.refunds.proposing import NOT_SIGNED_FIRST, drafted, move_refund
from returns.models import Refund, ReturnItem
from returns.queries.refunds.approvers import DECIDES, person_of
from returns.queries.refunds.parts import claims_of
from returns.queries.refunds.sold import verdicts_of
from returns.rules.authority import Signature
from returns.rules.money import pounds
from returns.rules.refunding import WORDS, Claim, not_waiting, signature, state_after
from returns.states import REFUND_MOVES, REFUND_UNSENT, RefundState

PROPOSES = "returns.add_refund"
QUICKER = "A colleague was quicker: look at it again."
GONE = "There is no such refund."


def approve(pk: int, *, pence: int, actor: User, at: datetime) -> Refund:
    """Approve one for the amount that was seen; the shop or the ledger is asked for it within a minute. Raises Refused.

    Where the limit asks for two people the first one's approval only takes it to the second. What has changed since, or this person may
    not approve, is left as it stands with the reason.
    """
    with transaction.atomic():
        refund = _one(pk, actor)
        claim = claims_of([refund])[refund.pk]
        signed = _signed(claim, pence, actor, at)
        _sign(refund, claim, signed, actor=actor, at=at)
        cases.look([refund.item_id], at=at)
    return refund


def decline(pk: int, *, reason: str, actor: User, at: datetime) -> Refund:
    """End one that is not on its way: no money goes back. Raises Refused without a reason."""
    said = _said(reason, "Say why no money goes back.")
    with transaction.atomic():
        refund = _one(pk, actor)
        if refund.state not in REFUND_UNSENT:
            raise Refused(not_waiting(refund.state))
        columns = {"decided_by": actor, "decided_for": None, "decided_at": at, "reason": said}
        move_refund(refund, to=RefundState.DECLINED, actor=actor, at=at, verb="refund declined", why=said, also=columns)
        cases.look([refund.item_id], at=at)
    return refund


def propose(item_pk: int, *, reason: str, actor: User, at: datetime) -> Refund:
    """Propose by hand what no grade makes due, such as a hire that came back unwearable; whoever proposes it does not approve it.

    Raises Refused for who may not, without a reason, and where there is nothing that could go back.
    """
    if not actor.has_perm(PROPOSES):
        raise Refused("Your role does not let you propose refunds.")
    said = _said(reason, "Say why money is due.")
    with transaction.atomic():
        item = _item(item_pk)
        sale, verdict = verdicts_of([item], at=at)[item.pk]
        if not verdict.may_be_proposed:
            raise Refused(WORDS[verdict.why])
        if Refund.objects.filter(item=item).exists():
            raise Refused("There is a refund of this garment already: look at it again.")
        refund = drafted(item, sale, verdict, at=at, proposed_by=actor, proposed_why=said)
        _insert(refund)
        record("refund proposed", refund, actor=actor, at=at, reason=said)
        cases.look([item.pk], at=at)
    return refund


def _insert(refund: Refund) -> None:
    try:
        with transaction.atomic():
            refund.save(force_insert=True)
    except IntegrityError as taken:
        raise Refused(QUICKER) from taken


def _item(pk: int) -> ReturnItem:
    rows = ReturnItem.objects.select_for_update(of=("self",)).select_related("ret__order", "grade")
    item = rows.filter(pk=pk).first() if pk < 2**63 else None
    if item is None:
        raise Refused("There is no such garment.")
    return item


def _one(pk: int, actor: User) -> Refund:
    """The refund, locked after its garment as the feed locks them, for somebody who may decide about refunds.

    Every garment of its order that has a refund is locked too: two approved at once would each pass for the only one.
    """
    if not actor.has_perm(DECIDES):
        raise Refused("Your role does not let you decide about refunds.")
    rows = Refund.objects.filter(pk=pk) if pk < 2**63 else Refund.objects.none()
    of_the_order = ReturnItem.objects.filter(refund__order_number__in=rows.values("order_number"))
    list(of_the_order.select_for_update(of=("self",)).order_by("pk").values_list("pk", flat=True))
    found = rows.select_for_update(of=("self",)).select_related("item").first()
    if found is None:
        raise Refused(GONE)
    return found


def _signed(claim: Claim, pence: int, actor: User, at: datetime) -> Signature:
    signed = signature(person_of(actor, at=at), claim)
    if isinstance(signed, str):
        raise Refused(signed)
    if claim.amount_pence != pence:
        raise Refused(f"It is {pounds(claim.amount_pence)} now and was {pounds(pence)} when you looked: look at it again.")
    return signed


def _sign(refund: Refund, claim: Claim, signed: Signature, *, actor: User, at: datetime) -> None:
    """Move it by a conditional update, for the amount that was signed."""
    to = state_after(signed, claim)
    try:
        move(
            refund,
            to=to,
            allowed=REFUND_MOVES,
            actor=actor,
            at=at,
            verb="refund approved" if to == RefundState.APPROVED else "refund approved first",
            reason=f"For the person with id {signed.for_whom}." if signed.for_whom else "",
            also=_signature(claim, to, signed.for_whom, actor, at),
            where={"amount_pence": claim.amount_pence},
        )
    except IllegalMove as late:
        raise Refused(QUICKER) from late


def _signature(claim: Claim, to: str, for_whom: int | None, actor: User, at: datetime) -> Mapping[str, Any]:
    """What a signature writes. The first of two takes the place of whatever was signed before; the second stands beside the first."""
    if to == RefundState.AWAITING_SECOND:
        mine = {"first_by": actor, "first_for_id": for_whom, "first_at": at}
        return {**mine, "decided_by": None, "decided_for": None, "decided_at": None, "reason": ""}
    before = {} if claim.awaits_second else NOT_SIGNED_FIRST
    return {**before, "decided_by": actor, "decided_for_id": for_whom, "decided_at": at, "reason": ""}


def _said(text: str, otherwise: str) -> str:
    if not (said := text.replace("\x00", "").strip()):
        raise Refused(otherwise, "reason")
    return said[:300]
