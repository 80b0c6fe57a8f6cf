"""The steps of `outbox.drain` for refunds: intent, claim while the approval carries, give, receipt; and what nobody knows is looked up."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime

from django.db import connection, transaction
from django.db.models import Count, Exists, Max, OuterRef, Q
from django.utils import timezone

from partners import connect, outbox
from partners.errors import PartnerError
from partners.models import Intent
from returns.actions.refunds import cases, talking
from returns.actions.refunds.proposing import SYSTEM, move_refund, send_back
from returns.models import Refund, ReturnItem
from returns.queries.refunds.approvers import no_longer_approved
from returns.states import REFUND_IN_THE_AIR, RefundState

KINDS = (Refund.Kind.STORE_REFUND, Refund.Kind.CREDIT_NOTE)
PARTNERS = {Refund.Kind.STORE_REFUND: "store", Refund.Kind.CREDIT_NOTE: "ledger"}
RING = "returns.tasks.give_refunds"
AT_ONCE = 200
Clock = Callable[[], datetime]
_R = RefundState


def may_give(kind: str) -> bool:
    """Live, and connected: in observe mode nothing is sent, nor even prepared."""
    partner = PARTNERS[Refund.Kind(kind)]
    return connect.mode(partner) == "live" and not connect.missing(partner) and not connect.why_not_built(partner)


def queue_approved(*, at: datetime) -> int:
    """Write an intent for each approved refund that has none on its way; return how many. Two statements for each kind, and the intents."""
    return sum(_queue(kind, at) for kind in KINDS if may_give(kind))


def _queue(kind: str, at: datetime) -> int:
    live = Intent.objects.filter(kind=kind, business_id=OuterRef("key")).exclude(state__in=Intent.ENDED)
    with transaction.atomic():
        approved = Refund.objects.filter(~Exists(live), kind=kind, state=_R.APPROVED).order_by("decided_at", "pk")
        skips = connection.features.has_select_for_update_skip_locked
        rows = list((approved.select_for_update(skip_locked=True, of=("self",)) if skips else approved)[:AT_ONCE])
        if not rows:
            return 0
        # Asked once more under the lock: whoever held it until now may have queued some of these meanwhile.
        before = Intent.objects.filter(kind=kind, business_id__in=[one.key for one in rows]).order_by().values_list("business_id")
        told = before.annotate(last=Max("revision"), living=Count("pk", filter=~Q(state__in=Intent.ENDED)))
        last = {key: (revision, living) for key, revision, living in told}
        free = [(one, last.get(one.key, (0, 0))) for one in rows]
        wanted = [(one.key, revision + 1, {"amount_pence": one.amount_pence}) for one, (revision, living) in free if not living]
        outbox.put_many(kind=kind, wanted=wanted, actor=SYSTEM, at=at, ring=RING)
    return len(wanted)


def drain_refunds(*, clock: Clock, quarantine_s: float = outbox.QUARANTINE_S, limit: int = 200) -> dict[str, int]:
    """Give the refunds that are due and look up those whose answer was lost. Safe in several processes at once; not in a transaction.

    A kind whose partner is not live waits. `quarantine_s` must outlive any call that is still on its way.
    """
    told: Counter[str] = Counter()
    for kind in KINDS:
        if may_give(kind):
            told.update(_drain(kind, clock, quarantine_s, limit))
    return dict(told)


def _drain(kind: str, clock: Clock, quarantine_s: float, limit: int) -> dict[str, int]:
    return outbox.drain(
        kind,
        send=lambda intent: talking.give(_refund(intent), op_key=intent.op_key, today=timezone.localdate(clock())),
        look_up=lambda intent: talking.look_up(_refund(intent)),
        lock=_lock,
        may_send=may_send,
        settled=settled,
        failed=failed,
        clock=clock,
        quarantine_s=quarantine_s,
        limit=limit,
    )


def may_send(intent: Intent, at: datetime) -> bool:
    """Only what stands approved, for the amount that was approved, by people who still may: otherwise it goes back to be decided."""
    refund = _refund(intent)
    if refund.state in REFUND_IN_THE_AIR:  # it was proved that nothing of it stands there
        if refund.state == _R.UNKNOWN:
            move_refund(refund, to=_R.SENDING, at=at, verb="refund sending")
        return True
    if refund.state != _R.APPROVED or refund.amount_pence != intent.payload["amount_pence"]:
        return False
    if why := no_longer_approved(refund, at=at):
        send_back(refund, why=why, at=at)
        cases.look([refund.item_id], at=at)
        return False
    move_refund(refund, to=_R.SENDING, at=at, verb="refund sending")
    return True


def settled(intent: Intent, receipt: outbox.Receipt, at: datetime) -> None:
    """It stands there: given, and its case closes."""
    refund = _refund(intent)
    columns = {"external_id": receipt.remote_id[:64], "given_at": at, "reason": ""}
    move_refund(refund, to=_R.DONE, at=at, verb="refund given", also=columns)
    cases.look([refund.item_id], at=at)


def failed(intent: Intent, error: PartnerError, at: datetime) -> None:
    """They said no, and nothing of it stands there: a person decides once more, with their words before them."""
    refund = _refund(intent)
    move_refund(refund, to=_R.REFUSED, at=at, verb="refund refused", why=error.sentence, also={"reason": error.sentence[:300]})
    cases.look([refund.item_id], at=at)


def find_in_doubt(*, at: datetime) -> int:
    """Make refunds and cases say what is in doubt; return how many are. A fixed number of statements, and some for each new one."""
    lost = Intent.objects.filter(kind=OuterRef("kind"), business_id=OuterRef("key"), state=Intent.State.UNKNOWN)
    with transaction.atomic():
        sending = Refund.objects.filter(Exists(lost), state=_R.SENDING).order_by("pk")
        for refund in sending.select_for_update(of=("self",)):
            move_refund(refund, to=_R.UNKNOWN, at=at, verb="refund unknown")
        unknown = list(Refund.objects.filter(state=_R.UNKNOWN).values_list("item", flat=True))
        cases.look(unknown, at=at)
    return len(unknown)


def _lock(intent: Intent) -> bool:
    """The garment and then its refund, in the order in which people lock them; without waiting."""
    if not connection.features.has_select_for_update_skip_locked:
        return True
    items = ReturnItem.objects.filter(refund__key=intent.business_id)
    return bool(items.select_for_update(skip_locked=True, of=("self",))) and bool(
        Refund.objects.filter(key=intent.business_id).select_for_update(skip_locked=True, of=("self",))
    )


def _refund(intent: Intent) -> Refund:
    return Refund.objects.select_related("item__ret", "item__grade").get(key=intent.business_id)
