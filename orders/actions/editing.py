"""The shop says something else than ACS was told: have ACS change it, have ACS stop it, or let it go as it is."""

from dataclasses import replace
from datetime import datetime

from django.db import transaction

from exceptions_queue.audit import Actor, record
from exceptions_queue.catalogue import sentence
from orders.actions.outcomes import Checked, Refused, Stale, TooLate
from orders.actions.sending import KIND, amended, last_words, local, look, out, outbound, queue, take, with_live_intents
from orders.actions.sending.edited import Last, is_cancelled
from orders.models import Order
from orders.problems import Verdict, find_many, read_methods
from orders.rules import edits
from orders.rules.stage import too_late
from partners import connect
from partners.acs.records import AcsOrder, OutboundOrder, differences, from_payload
from partners.mappings import fold
from partners.models import Intent

ASKED = "ACS is asked now. The case closes by itself when ACS shows order {} as the shop has it."
STOPPING = "ACS is asked to stop order {} now. What it answers shows here within a minute."


def accept_as_sent(order: Order, *, reason: str, actor: Actor, at: datetime, version: int) -> Checked:
    """Let the order go as ACS has it. One that the shop cancelled keeps its case until ACS says that it left.

    Raises Refused while nothing differs, or while a cancelled order could still be stopped.
    """
    if not reason.strip():
        raise Refused("Say why it may go as ACS has it.", "reason")
    with transaction.atomic():
        locked, last = _locked(order, version)
        _let_go(locked, last)
        locked.version += 1
        locked.save(update_fields=["shop_when_sent", "version"])
        record("order let go as sent", locked, actor=actor, at=at, reason=reason.strip())
        return _checked(locked, f"Order {locked.number} goes as ACS has it.", at=at)


def _let_go(order: Order, last: Last | None) -> None:
    standing = dict(order.shop_when_sent)
    if is_cancelled(order, last):
        if not edits.begun(order.acs_status) and not (last and last.is_recall and last.was_refused):
            raise Refused("ACS has not begun as far as we know. Ask it to stop the order first.")
        order.shop_when_sent = standing | {edits.LET_GO: "yes"}
    elif edits.edited(order.number, order.shop, standing):
        order.shop_when_sent = standing | edits.digests(order.number, order.shop)
    else:
        raise Refused(f"The shop says the same of order {order.number} as ACS was told.")


def amend(order: Order, *, actor: Actor, at: datetime, version: int) -> Checked:
    """Ask ACS to change the order to what the shop says now, while ACS has not begun. Settled by the read-back only.

    Raises TooLate once ACS has begun or while something is on its way, Refused when the changed order would fail a check.
    """
    with transaction.atomic():
        locked, last = _locked(order, version)
        fields = _fields_to_change(locked, last)
        content = as_edited(locked, fields, at=at)
        values = {name: locked.shop[name] for name in fields}
        queue(locked, content, at=at, actor=actor, amend=True, take=values)
        record("change asked of ACS", locked, actor=actor, at=at, after={"fields": fields})
        return _checked(locked, ASKED.format(locked.number), at=at)


def recall(order: Order, *, reason: str, actor: Actor, at: datetime, version: int) -> Checked:
    """Ask ACS to stop the order, while it has not begun. Whether it did, the read-back says. Refunding is the shop's."""
    if not reason.strip():
        raise Refused("Say why ACS is to stop it.", "reason")
    with transaction.atomic():
        locked, _ = _locked(order, version)
        _can_ask(locked)
        if edits.begun(locked.acs_status):
            raise TooLate(too_late(locked.acs_status, local(locked.acs_status_since), local(locked.released_at)))
        if not ask_to_stop(locked, actor=actor, at=at, reason=reason.strip()):
            raise Refused(f"What ACS was told of order {locked.number} is not known here. Ring ACS.")
        return _checked(locked, STOPPING.format(locked.number), at=at)


def ask_to_stop(order: Order, *, actor: Actor, at: datetime, reason: str) -> bool:
    """Queue the recall of a locked order, with what ACS was last told. False where that is not known."""
    told = Intent.objects.filter(kind=KIND, business_id=order.number, state__in=(Intent.State.DONE, Intent.State.DEAD))
    content = told.order_by("-revision").values_list("payload__order", flat=True).first()
    if content is None:
        return False
    queue(order, replace(from_payload(content), cancelled=True), at=at, actor=actor, amend=True, recall=True)
    record("recall asked of ACS", order, actor=actor, at=at, reason=reason)
    return True


def as_edited(order: Order, fields: list[str], *, at: datetime) -> OutboundOrder:
    """The order as ACS would have to hold it by what the shop says now. Raises Refused when that fails a check.

    The change is made, looked at, and taken back: the checks read the database.
    """
    with transaction.atomic():
        changed = Order.objects.get(pk=order.pk)
        take(changed, {name: order.shop[name] for name in fields})
        verdicts, batch = find_many([order.pk], at=at)
        known = fold(changed.delivery_method) in read_methods()
        content = outbound(changed, batch, size=verdicts[0].size) if verdicts and known else None
        transaction.set_rollback(True)
    if content is None or verdicts[0].found:
        raise Refused(_why_not(verdicts))
    return content


def _why_not(verdicts: list[Verdict]) -> str:
    if not verdicts or not verdicts[0].found:
        return "The order as the shop has it now cannot be checked. Recall it, or let it go as ACS has it."
    code, evidence = next(iter(verdicts[0].found.items()))
    return f"As the shop has it now, it could not be sent: {sentence(code, evidence)}"


def _fields_to_change(order: Order, last: Last | None) -> list[str]:
    if is_cancelled(order, last):
        raise Refused("The shop cancelled this order: there is nothing to change, only to stop.")
    fields = edits.edited(order.number, order.shop, order.shop_when_sent)
    if not fields:
        raise Refused(f"The shop says the same of order {order.number} as ACS was told.")
    _can_ask(order)
    if edits.begun(order.acs_status):
        raise TooLate(too_late(order.acs_status, local(order.acs_status_since), local(order.released_at)))
    return fields


def _can_ask(order: Order) -> None:
    if not out(order):
        raise Refused(f"Order {order.number} is {order.get_state_display().lower()}: ACS has nothing to change.")
    if connect.mode("acs") != "live":
        raise Refused("Lockstep only watches ACS here (MODE_ACS=observe). Ring ACS.")
    if with_live_intents([order.number]):
        raise TooLate("It is being sent just now. Wait for ACS's answer.")


def _locked(order: Order, version: int) -> tuple[Order, Last | None]:
    locked = Order.objects.select_for_update().get(pk=order.pk)
    if locked.version != version:
        raise Stale(locked)
    return locked, last_words([locked.number]).get(locked.number)


def _checked(order: Order, said: str, *, at: datetime) -> Checked:
    look([order.pk], at=at)
    return Checked(order, frozenset(), frozenset(), frozenset(), said)


def adopt(order: Order, there: AcsOrder, *, at: datetime) -> bool:
    """ACS was changed by other hands and shows the order as the shop has it by now: then so do we."""
    fields = edits.edited(order.number, order.shop, order.shop_when_sent)
    if not fields or order.store_cancelled_at:
        return False
    try:
        wanted = as_edited(order, fields, at=at)
    except Refused:
        return False
    if differences(wanted, there):
        return False
    now = {"take": {name: order.shop[name] for name in fields}, "shop": edits.digests(order.number, order.shop)}
    amended(order, now, at=at)
    return True
