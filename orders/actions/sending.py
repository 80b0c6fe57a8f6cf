"""Release to ACS: intent → PUT → GET → compare → released, or a case. Never twice, never while held."""

from collections.abc import Sequence
from datetime import datetime

from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone

from exceptions_queue import actions as desk
from exceptions_queue.audit import Actor, record
from exceptions_queue.catalogue import Code
from exceptions_queue.moves import move
from inventory.sync import note_acs_skus
from lockers.rules import phone
from orders.actions.outcomes import Checked, Refused, TooLate
from orders.models import Order, OrderLine
from orders.problems import Batch, Verdict, find_many
from orders.states import MOVES, Destination, OrderState
from partners import connect, outbox
from partners.acs.records import AcsOrder, OutboundLine, OutboundOrder, differences, from_payload, to_payload
from partners.errors import Conflict, PartnerError, UnknownOutcome
from partners.mappings import fold
from partners.models import Intent

KIND = "acs_release"
RING = "orders.tasks.send_releases"
OUTCOME_SCOPE = frozenset({Code.ORD_REJECTED, Code.ORD_UNCONFIRMED, Code.ORD_NEVER_SENT})
SYSTEM = "system:release"


class DiffersAtAcs(Conflict):
    """ACS holds this order with other content than we sent. `fields` names what differs, never the values."""


# --- deciding -----------------------------------------------------------------------------------------------------------


def queue_releases(verdicts: Sequence[Verdict], batch: Batch, *, at: datetime, actor: Actor) -> int:
    """Write a release intent for each order that is free to go and has none. In observe mode nothing is queued."""
    if not verdicts or connect.mode("acs") != "live":
        return 0
    live = _with_live_intents([verdict.order.number for verdict in verdicts])
    ready = {verdict.order.id: verdict for verdict in verdicts if verdict.order.number not in live}
    orders = Order.objects.filter(pk__in=ready, state=OrderState.READY, release_claimed_at__isnull=True).prefetch_related("lines")
    for order in orders:
        _queue(order, outbound(order, batch, size=ready[order.pk].size), at=at, actor=actor)
    return len(orders)


def _with_live_intents(numbers: list[str]) -> set[str]:
    live = Intent.objects.filter(kind=KIND, business_id__in=numbers).exclude(state__in=Intent.ENDED)
    return set(live.values_list("business_id", flat=True))


def _queue(order: Order, content: OutboundOrder, *, at: datetime, actor: Actor, amend: bool = False) -> None:
    order.release_revision += 1
    order.save(update_fields=["release_revision"])
    outbox.put(
        kind=KIND,
        business_id=order.number,
        payload={"order": to_payload(content), "amend": amend},
        revision=order.release_revision,
        actor=actor,
        at=at,
        ring=RING,
    )


def outbound(order: Order, batch: Batch, *, size: str) -> OutboundOrder:
    """The order in ACS's terms: service and agent by the mapping, locker and parcel size for the spare fields."""
    method = batch.methods[fold(order.delivery_method)]
    to_locker = method.destination == Destination.LOCKER
    return OutboundOrder(
        number=order.number,
        ordered_on=order.placed_at.date(),
        dispatch_on=order.dispatch_on,
        deliver_on=order.deliver_on,
        event_on=order.event_on,
        return_on=order.return_on,
        first_name=order.first_name,
        last_name=order.last_name,
        mobile=phone.judge(order.mobile).e164 or order.mobile,
        email=order.email,
        address1=order.address1,
        address2=order.address2,
        city=order.city,
        county=order.county,
        postcode=order.postcode,
        service=method.service,
        agent=method.agent,
        comments="",
        locker_id=order.locker_id if to_locker else "",
        parcel_size=size if to_locker else "",
        cancelled=False,
        lines=tuple(_line(line) for line in order.lines.all() if line.quantity),
    )


def _line(line: OrderLine) -> OutboundLine:
    return OutboundLine(
        line_id=line.line_id,
        sku=line.sku,
        is_hire=line.is_hire,
        price_pence=line.unit_price_pence,
        quantity=line.quantity,
        measurements=tuple(str(part) for part in line.measurements),
    )


# --- sending: the steps of `outbox.drain` -------------------------------------------------------------------------------


def lock_order(intent: Intent) -> bool:
    """Lock the order before its intent, as everybody does who changes both; False when a colleague is at it just now."""
    rows = Order.objects.filter(number=intent.business_id)
    if connection.features.has_select_for_update_skip_locked:
        rows = rows.select_for_update(skip_locked=True)
    return rows.values_list("pk", flat=True).first() is not None


def claim(intent: Intent, at: datetime) -> bool:
    """May this intent be sent? Called in the transaction that marks it as sending; locks the order and asks again.

    From here on nothing may hold the order: `release_claimed_at` says so to whoever locks the row next.
    """
    order = Order.objects.select_for_update().filter(number=intent.business_id).first()
    if order is None or order.state != OrderState.READY or order.excluded_why:
        return False
    if not order.release_claimed_at and desk.blocking_codes(order, blocks="R"):
        return False
    Order.objects.filter(pk=order.pk).update(release_claimed_at=order.release_claimed_at or at)
    return True


def send(intent: Intent) -> outbox.Receipt:
    """PUT the order and read it back. An order already there with the same content is adopted without a PUT.

    Raises DiffersAtAcs when ACS holds other content, UnknownOutcome when it does not show the order yet, and every
    PartnerError of the client.
    """
    warehouse, wanted = connect.acs(), from_payload(intent.payload["order"])
    there = warehouse.get_order(wanted.number)
    if there is not None and not differences(wanted, there):
        return _receipt(there, already=True)
    if there is not None and not intent.payload["amend"]:
        raise _differs(wanted, there)
    warehouse.put_order(wanted)
    return _read_back(warehouse.get_order(wanted.number), wanted)


def look_up(intent: Intent) -> outbox.Receipt | None:
    """What became of a call without an answer? None when ACS proves not to have the order."""
    wanted = from_payload(intent.payload["order"])
    there = connect.acs().get_order(wanted.number)
    return None if there is None else _read_back(there, wanted)


def still_differs(intent: Intent) -> bool:
    """Ask ACS once more whether it holds what this intent sent. Raises PartnerError."""
    wanted = from_payload(intent.payload["order"])
    there = connect.acs().get_order(wanted.number)
    return there is None or bool(differences(wanted, there))


def _read_back(there: AcsOrder | None, wanted: OutboundOrder) -> outbox.Receipt:
    if there is None:
        raise UnknownOutcome("acs", "ACS took the order but does not show it yet.")
    if differences(wanted, there):
        raise _differs(wanted, there)
    return _receipt(there)


def _differs(wanted: OutboundOrder, there: AcsOrder) -> DiffersAtAcs:
    fields = {name: ["differs"] for name in differences(wanted, there)}
    return DiffersAtAcs("acs", "ACS holds this order with other content.", fields=fields, current=there.number)


def _receipt(there: AcsOrder, *, already: bool = False) -> outbox.Receipt:
    return outbox.Receipt(remote_id=there.number, detail={"status": there.status_raw}, already=already)


def settled(intent: Intent, receipt: outbox.Receipt, at: datetime) -> None:
    """Read back and equal: the order is released. Runs in the receipt's transaction."""
    order = Order.objects.select_for_update().get(number=intent.business_id)
    also = {"released_at": at, "release_claimed_at": order.release_claimed_at or at}
    move(order, to=OrderState.RELEASED, allowed=MOVES, actor=SYSTEM, at=at, verb="order released", also=also)
    reconcile_outcome(order, {}, at=at)
    note_acs_skus(sorted(set(order.lines.values_list("sku", flat=True))), source="accepted_order", at=at)


def failed(intent: Intent, error: PartnerError, at: datetime) -> None:
    """ACS refused, or holds something else: a case names it. Runs in the transaction that ends the intent.

    Refused → the order is ours again and held. Different → it may be at ACS, so it stays claimed until somebody decides.
    """
    order = Order.objects.select_for_update().get(number=intent.business_id)
    fields = sorted(getattr(error, "fields", {}) or {})[:10]
    if isinstance(error, DiffersAtAcs):
        reconcile_outcome(order, {Code.ORD_UNCONFIRMED: {"field": "order", "fault": "differs", "fields": fields}}, at=at)
        return
    Order.objects.filter(pk=order.pk).update(release_claimed_at=None)
    order.refresh_from_db()
    reconcile_outcome(
        order, {Code.ORD_REJECTED: {"field": "order", "fault": "refused", "fields": fields, "why": error.sentence[:200]}}, at=at
    )
    if order.state == OrderState.READY:
        move(order, to=OrderState.HELD, allowed=MOVES, actor=SYSTEM, at=at, verb="order held", reason="ACS refused it")


def deferred(intent: Intent, error: PartnerError, at: datetime) -> None:
    """Nothing left for ACS and we try later: until then the order may be held or corrected again."""
    Order.objects.filter(number=intent.business_id, state=OrderState.READY).update(release_claimed_at=None)


def reconcile_outcome(order: Order, found: dict[str, dict[str, object]], *, at: datetime) -> None:
    """Make the open cases about the sending itself equal `found`."""
    desk.reconcile(order, scope=OUTCOME_SCOPE, found=found, card=card_of(order), at=at)


def card_of(order: Order) -> desk.Card:
    return desk.Card(
        label=f"Order {order.number}",
        url=reverse("orders:detail", kwargs={"number": order.number}),
        order_number=order.number,
        channel=order.channel,
        value_pence=order.total_pence,
        customer_key=order.customer_key,
        locker_id=order.locker_id,
    )


# --- what people do about it --------------------------------------------------------------------------------------------


def take_back(order: Order, *, at: datetime) -> None:
    """Withdraw a release that has not left yet, under the order's lock. Raises TooLate when it is in the air or sent."""
    if order.state == OrderState.RELEASED:
        raise TooLate(f"Too late: released to ACS at {_local(order.released_at)}. Ask ACS to stop it.")
    waiting = Intent.objects.filter(kind=KIND, business_id=order.number, state=Intent.State.READY)
    taken = waiting.update(state=Intent.State.CANCELLED, ended_at=at)
    if not taken and order.release_claimed_at:
        raise TooLate(f"Too late: on its way to ACS since {_local(order.release_claimed_at)}. Wait for ACS's answer.")
    Order.objects.filter(pk=order.pk).update(release_claimed_at=None)
    order.release_claimed_at = None


def resend(order: Order, *, actor: Actor, at: datetime, version: int | None = None) -> Checked:
    """Send an order again that ACS refused or shows differently, with what the order says now.

    A refused order goes through the gate again; an order that may be at ACS is amended there by the same number.
    """
    from orders.actions.review import recheck

    with transaction.atomic():
        locked = Order.objects.select_for_update().get(pk=order.pk)
        record("order sent again", locked, actor=actor, at=at)
        reconcile_outcome(locked, {}, at=at)
        if locked.release_claimed_at and locked.state == OrderState.READY:
            _amend(locked, at=at, actor=actor)
    return recheck(locked, actor=actor, at=at)


def _amend(order: Order, *, at: datetime, actor: Actor) -> None:
    if _with_live_intents([order.number]):
        raise TooLate("It is being sent just now. Wait for ACS's answer.")
    verdicts, batch = find_many([order.pk], at=at)
    if not verdicts or verdicts[0].found:
        raise Refused("The order still fails a check. Put that right first.")
    _queue(order, outbound(order, batch, size=verdicts[0].size), at=at, actor=actor, amend=True)


def _local(instant: datetime | None) -> str:
    return timezone.localtime(instant).strftime("%H:%M on %-d %B") if instant else "an unknown time"
