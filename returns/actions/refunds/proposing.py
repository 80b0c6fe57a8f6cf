"""Do it: make the refunds of returned garments equal what their grades and their orders say."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from exceptions_queue.audit import record, record_many
from exceptions_queue.moves import move
from partners import connect
from returns.actions.refunds import cases
from returns.models import Refund, ReturnItem
from returns.queries.refunds.sold import to_look_at, verdicts_of
from returns.rules.refunding import WORDS, Sale, Verdict, Why, key_of
from returns.states import REFUND_MOVES, REFUND_UNSENT, RefundState

SYSTEM = "system:returns"
AT_ONCE = 500  # in one transaction: nobody waits for the lock on all of them
_R = RefundState
Judged = Mapping[int, tuple[Sale, Verdict]]
NOT_SIGNED_FIRST: Mapping[str, Any] = {"first_by": None, "first_for": None, "first_at": None}
_UNSIGNED: Mapping[str, Any] = {**NOT_SIGNED_FIRST, "decided_by": None, "decided_for": None}


@dataclass(frozen=True)
class Looked:
    """What a look came to."""

    proposed: int = 0
    withdrawn: int = 0


def look(item_ids: Collection[int], *, at: datetime) -> Looked:
    """Propose what is due for these garments, withdraw what is due no longer, and make their cases true. In the caller's transaction.

    However often the feed says so there is one refund for a garment, and one for each garment sold. What is on its way or given is left
    as it is; what a person declined stays declined. A fixed number of statements, and some for each refund that changes.
    """
    graded = ReturnItem.objects.filter(pk__in=list(item_ids), ret__order__isnull=False).exclude(raw_grade="")
    with transaction.atomic(savepoint=False):
        items = list(graded.select_for_update(of=("self",)).select_related("ret__order", "grade").order_by("pk"))
        if not items:
            return Looked()
        standing = {one.item_id: one for one in Refund.objects.select_for_update().filter(item__in=items).order_by("pk")}
        judged = verdicts_of(items, at=at)
        withdrawn = _follow(standing, judged, at=at)
        made = _propose([item for item in items if item.pk not in standing], judged, at=at)
        cases.reconcile(items, standing | made, judged, at=at)
    return Looked(len(made), withdrawn)


def look_at_returns(ret_ids: Collection[int], *, at: datetime) -> Looked:
    """The same for the garments of these returns."""
    return look(list(ReturnItem.objects.filter(ret__in=list(ret_ids)).exclude(raw_grade="").values_list("pk", flat=True)), at=at)


def look_again(*, at: datetime) -> Looked:
    """The same for whatever may be out of date: an order came, was paid or cancelled, a grade means something else, a price is known."""
    ids, told = to_look_at(at=at), Looked()
    for start in range(0, len(ids), AT_ONCE):
        some = look(ids[start : start + AT_ONCE], at=at)
        told = Looked(told.proposed + some.proposed, told.withdrawn + some.withdrawn)
    return told


def kind_of() -> str:
    """How what becomes due now goes back: by the shop, where it gives money back, else as a credit note of the ledger."""
    return Refund.Kind.STORE_REFUND if connect.shop_refunds() else Refund.Kind.CREDIT_NOTE


def drafted(item: ReturnItem, sale: Sale, verdict: Verdict, *, at: datetime, **more: Any) -> Refund:
    """A refund as it is proposed, not written yet."""
    return Refund(item=item, kind=kind_of(), key=key_of(item.ret.acs_id, item.line_id), proposed_at=at, **more, **_figures(sale, verdict))


def _figures(sale: Sale, verdict: Verdict) -> dict[str, Any]:
    """What a proposal says of the sale: whenever the order says something else before it is approved, it follows."""
    line = {"order_number": sale.order_number, "line_id": sale.line_id, "unit": sale.unit, "sold": sale.sold}
    return line | {"paid_pence": sale.paid_pence, "amount_pence": verdict.pence}


def _propose(items: Iterable[ReturnItem], judged: Judged, *, at: datetime) -> dict[int, Refund]:
    """Insert what is due. The database decides: what somebody else proposed meanwhile, for the garment or the unit, is left out."""
    wanted = [drafted(item, *judged[item.pk], at=at) for item in items if judged[item.pk][1].is_due]
    if not wanted:
        return {}
    Refund.objects.bulk_create(wanted, ignore_conflicts=True)
    stand = Refund.objects.filter(item__in=[one.item_id for one in wanted])
    made = {one.item_id: one for one in stand}
    record_many("refund proposed", [(Refund, one.pk, one.key) for one in made.values()], actor=SYSTEM, at=at)
    return made


# --- what stands already ---------------------------------------------------------------------------------------------------


def _follow(standing: Mapping[int, Refund], judged: Judged, *, at: datetime) -> int:
    """Those that are not on their way yet follow the facts; return how many were withdrawn."""
    withdrawn = 0
    for item_id, refund in standing.items():
        sale, verdict = judged[item_id]
        if refund.state in REFUND_UNSENT:
            withdrawn += _follow_one(refund, sale, verdict, at)
        elif refund.state == _R.DECLINED and refund.decided_by_id is None and verdict.is_due:
            _again(refund, sale, verdict, at)
    return withdrawn


def _follow_one(refund: Refund, sale: Sale, verdict: Verdict, at: datetime) -> int:
    if not _stands(refund, verdict):
        withdraw(refund, why=f"Withdrawn: {WORDS[verdict.why]}", at=at)
        return 1
    told = _figures(sale, verdict)
    if any(getattr(refund, name) != value for name, value in told.items()):
        _change(refund, told, at)
    return 0


def _stands(refund: Refund, verdict: Verdict) -> bool:
    """A person's proposal stands while there is money to give back, whatever the grade; a grade's while it makes it due.

    What has waited here for long is no old story: it was proposed in time."""
    if refund.proposed_by_id is not None:
        return verdict.pence > 0
    return verdict.is_due or (verdict.why == Why.OLD and verdict.pence > 0)


def withdraw(refund: Refund, *, why: str, at: datetime) -> None:
    """Nothing is due any more, and nobody decided so: a later grade may propose it again."""
    columns = {**_UNSIGNED, "decided_at": at, "reason": why[:300]}
    move_refund(refund, to=_R.DECLINED, at=at, verb="refund withdrawn", why=why, also=columns)


def _again(refund: Refund, sale: Sale, verdict: Verdict, at: datetime) -> None:
    columns = _figures(sale, verdict) | {"kind": kind_of(), "decided_at": None, "reason": "", "proposed_at": at}
    try:
        with transaction.atomic():
            move_refund(refund, to=_R.PROPOSED, at=at, verb="refund proposed", also=columns)
    except IntegrityError:  # its unit was proposed for another garment meanwhile
        refund.refresh_from_db()


def _change(refund: Refund, told: Mapping[str, Any], at: datetime) -> None:
    """What nobody signed follows; what was approved as it stood, by one of two or by all, goes back to be signed anew."""
    before = {"amount_pence": refund.amount_pence}
    if refund.state in (_R.AWAITING_SECOND, _R.APPROVED):
        send_back(refund, why="What was paid for it, or which order it is of, has changed.", at=at)
    try:
        with transaction.atomic():
            if Refund.objects.filter(pk=refund.pk, state=refund.state).update(**told):
                after = {"amount_pence": told["amount_pence"]}
                record("refund reckoned anew", refund, actor=SYSTEM, at=at, before=before, after=after)
    except IntegrityError:  # its unit was proposed for another garment meanwhile
        pass
    refund.refresh_from_db()


def send_back(refund: Refund, *, why: str, at: datetime) -> None:
    """Its approval no longer carries: it waits to be approved anew."""
    columns = {**_UNSIGNED, "decided_at": None, "reason": why[:300]}
    move_refund(refund, to=_R.PROPOSED, at=at, verb="refund approval voided", why=why, also=columns)


def move_refund(
    refund: Refund, *, to: RefundState, at: datetime, verb: str, why: str = "", also: Mapping[str, Any] | None = None, actor: Any = SYSTEM
) -> None:
    """Raises IllegalMove where it does not stand there any more."""
    move(refund, to=to, allowed=REFUND_MOVES, actor=actor, at=at, verb=verb, reason=why[:300], also=also)
