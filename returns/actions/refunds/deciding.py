"""Do it: approve, decline, propose by hand. Whoever may not is told why; nobody is exempt."""

from datetime import datetime

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction

from exceptions_queue.audit import record
from exceptions_queue.moves import IllegalMove, move
from returns.actions.outcomes import Refused
from returns.actions.refunds import cases
from returns.actions.refunds.proposing import drafted, move_refund
from returns.models import Refund, ReturnItem
from returns.queries import authority
from returns.queries.refunds.parts import claims_of
from returns.queries.refunds.sold import verdicts_of
from returns.rules.authority import Signature
from returns.rules.money import pounds
from returns.rules.refunding import WORDS, not_waiting, signature
from returns.states import REFUND_MOVES, REFUND_UNSENT, RefundState

DECIDES, PROPOSES = "returns.decide_refund", "returns.add_refund"
QUICKER = "A colleague was quicker: look at it again."
GONE = "There is no such refund."


def approve(pk: int, *, pence: int, actor: User, at: datetime) -> Refund:
    """Approve one for the amount that was seen; the shop or the ledger is asked for it within a minute. Raises Refused.

    What has changed since, or this person may not approve, is left as it stands with the reason.
    """
    with transaction.atomic():
        refund = _one(pk, actor)
        signed = _signed(refund, pence, actor, at)
        columns = {"decided_by": actor, "decided_at": at, "reason": ""}
        why = f"For the person with id {signed.for_whom}." if signed.for_whom else ""
        try:
            move(
                refund,
                to=RefundState.APPROVED,
                allowed=REFUND_MOVES,
                actor=actor,
                at=at,
                verb="refund approved",
                reason=why,
                also=columns,
                where={"amount_pence": pence},
            )
        except IllegalMove as late:
            raise Refused(QUICKER) from late
        cases.look([refund.item_id], at=at)
    return refund


def decline(pk: int, *, reason: str, actor: User, at: datetime) -> Refund:
    """End one that is not on its way: no money goes back. Raises Refused without a reason."""
    said = _said(reason, "Say why no money goes back.")
    with transaction.atomic():
        refund = _one(pk, actor)
        if refund.state not in REFUND_UNSENT:
            raise Refused(not_waiting(refund.state))
        columns = {"decided_by": actor, "decided_at": at, "reason": said}
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
    """The refund, locked after its garment as the feed locks them, for somebody who may decide about refunds."""
    if not actor.has_perm(DECIDES):
        raise Refused("Your role does not let you decide about refunds.")
    rows = Refund.objects.filter(pk=pk) if pk < 2**63 else Refund.objects.none()
    list(ReturnItem.objects.select_for_update().filter(refund__in=rows).order_by("pk"))
    found = rows.select_for_update(of=("self",)).select_related("item").first()
    if found is None:
        raise Refused(GONE)
    return found


def _signed(refund: Refund, pence: int, actor: User, at: datetime) -> Signature:
    claim = claims_of([refund])[refund.pk]
    signed = signature(authority.person_of(actor, at=at), claim)
    if isinstance(signed, str):
        raise Refused(signed)
    if refund.amount_pence != pence:
        raise Refused(f"It is {pounds(refund.amount_pence)} now and was {pounds(pence)} when you looked: look at it again.")
    return signed


def _said(text: str, otherwise: str) -> str:
    if not (said := text.replace("\x00", "").strip()):
        raise Refused(otherwise, "reason")
    return said[:300]
