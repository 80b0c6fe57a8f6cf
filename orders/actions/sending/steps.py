"""The steps of `outbox.drain`: claim, PUT, read back, settle."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import connection

from exceptions_queue import actions as desk
from exceptions_queue.audit import record
from exceptions_queue.catalogue import Code
from exceptions_queue.moves import move
from inventory.sync import note_acs_skus
from lockers.queries.handing import KIND as LABEL
from orders.actions.allocating import allocate_for
from orders.actions.sending.edited import catch_up, end, look, out, take
from orders.actions.sending.elsewhere import ELSEWHERE, did_not_go, may_go_elsewhere, went_elsewhere
from orders.actions.sending.outcomes import reconcile_outcome
from orders.models import Order
from orders.rules import edits
from orders.rules.edits import NOT_BEGUN
from orders.states import MOVES, OrderState
from partners import connect, outbox
from partners.acs.records import AcsOrder, OutboundOrder, differences, from_payload
from partners.errors import Conflict, PartnerError, UnknownOutcome
from partners.models import Intent
from partners.ports import Warehouse

SYSTEM = "system:release"


class DiffersAtAcs(Conflict):
    """ACS holds this order with other content than we sent. `fields` names what differs, never the values."""


def lock_order(intent: Intent) -> bool:
    """Lock the order before its intent, as everybody does who changes both; False while a colleague is at it, or while ACS is being
    told where its label is."""
    label = Intent.objects.filter(kind=LABEL, business_id__startswith=f"{intent.business_id}/", state__in=Intent.IN_THE_AIR)
    return lock_row(intent.business_id) and not label.exists()


def lock_row(number: str) -> bool:
    """Lock an order without waiting; False when somebody has it."""
    rows = Order.objects.filter(number=number)
    if connection.features.has_select_for_update_skip_locked:
        rows = rows.select_for_update(skip_locked=True)
    return rows.values_list("pk", flat=True).first() is not None


def claim(intent: Intent, at: datetime) -> bool:
    """May this intent be sent? Called in the transaction that marks it as sending; locks the order and asks again.

    From here on nothing may hold the order: `release_claimed_at` says so to whoever locks the row next.
    """
    order = Order.objects.select_for_update().filter(number=intent.business_id).first()
    if order is None or order.excluded_why:
        return False
    if intent.payload.get("recall"):
        return out(order)
    if order.state == OrderState.RELEASED and intent.payload.get(ELSEWHERE):
        return may_go_elsewhere(order)
    if order.state == OrderState.RELEASED:
        return bool(intent.payload["amend"]) and order.acs_status in NOT_BEGUN and not order.store_cancelled_at
    return order.state == OrderState.READY and _claim(order, at)


def _claim(order: Order, at: datetime) -> bool:
    if not order.release_claimed_at and (order.store_cancelled_at or desk.blocking_codes(order, blocks="R")):
        return False
    Order.objects.filter(pk=order.pk).update(release_claimed_at=order.release_claimed_at or at)
    return True


def send(intent: Intent) -> outbox.Receipt:
    """PUT the order and read it back. An order already there with the same content is adopted without a PUT.

    Raises DiffersAtAcs when ACS holds other content, UnknownOutcome when it does not show the order yet, and every
    PartnerError of the client.
    """
    warehouse, wanted = connect.acs(), from_payload(intent.payload["order"])
    if intent.payload.get("recall"):
        return _recall(warehouse, wanted)
    there = warehouse.get_order(wanted.number)
    if there is not None and not differences(wanted, there):
        return _receipt(there, already=True)
    if there is not None and not intent.payload["amend"]:
        raise _differs(wanted, there)
    warehouse.put_order(_with_label(wanted, there))
    return _read_back(warehouse.get_order(wanted.number), wanted)


def _recall(warehouse: Warehouse, wanted: OutboundOrder) -> outbox.Receipt:
    """Ask ACS to stop. It says yes whatever happens, and goes on with what it has begun: only the read-back counts."""
    there = warehouse.get_order(wanted.number)
    if _is_stopped(there):
        return _stopped(there, already=True)
    warehouse.put_order(_with_label(wanted, there))
    there = warehouse.get_order(wanted.number)
    if not _is_stopped(there):
        raise DiffersAtAcs("acs", "ACS has begun and goes on with this order.", fields={"cancelled": ["differs"]}, current=wanted.number)
    return _stopped(there)


def _with_label(wanted: OutboundOrder, there: AcsOrder | None) -> OutboundOrder:
    """ACS keeps where the label is, whatever else of the order changes."""
    return replace(wanted, label_url=there.content.label_url) if there else wanted


def _is_stopped(there: AcsOrder | None) -> bool:
    return there is None or there.content.cancelled


def _stopped(there: AcsOrder | None, *, already: bool = False) -> outbox.Receipt:
    return _receipt(there, already=already) if there else outbox.Receipt(already=True)


def look_up(intent: Intent) -> outbox.Receipt | None:
    """What became of a call without an answer? None when ACS proves not to have the order."""
    wanted = from_payload(intent.payload["order"])
    there = connect.acs().get_order(wanted.number)
    if intent.payload.get("recall"):
        return _stopped(there) if _is_stopped(there) else None
    return None if there is None else _read_back(there, wanted)


def still_differs(intent: Intent) -> bool:
    """Ask ACS once more whether it holds what this intent sent. Raises PartnerError."""
    wanted = from_payload(intent.payload["order"])
    there = connect.acs().get_order(wanted.number)
    if intent.payload.get("recall"):
        return not _is_stopped(there)
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
    """Read back and equal: the order is released, changed or stopped, as was asked. Runs in the receipt's transaction."""
    order = Order.objects.select_for_update().get(number=intent.business_id)
    if intent.payload.get("recall"):
        if out(order):
            end(order, reason="Stopped at ACS", at=at)
        return
    if intent.payload.get(ELSEWHERE):
        went_elsewhere(order, intent.payload, at=at)
    elif order.state == OrderState.RELEASED:
        amended(order, intent.payload, at=at)
        reconcile_outcome(order, {}, at=at)
    else:
        _released(order, intent.payload, at=at)
    note_acs_skus(sorted(set(order.lines.values_list("sku", flat=True))), source="accepted_order", at=at)
    look([order.pk], at=at)


def _released(order: Order, payload: Mapping[str, Any], *, at: datetime) -> None:
    also = {
        "released_at": at,
        "release_claimed_at": order.release_claimed_at or at,
        "shop_when_sent": payload.get("shop", {}),
        "acs_locker_id": _locker_at_acs(order, payload),
    }
    move(order, to=OrderState.RELEASED, allowed=MOVES, actor=SYSTEM, at=at, verb="order released", also=also)
    reconcile_outcome(order, {}, at=at)


def _locker_at_acs(order: Order, payload: Mapping[str, Any]) -> str | None:
    """The locker that ACS showed as it was read back: the one we sent, for the two were compared."""
    sent = payload.get("order")
    return str(sent["locker_id"]).strip()[:64] if sent else order.acs_locker_id


def amended(order: Order, payload: Mapping[str, Any], *, at: datetime) -> None:
    """ACS shows the order as the shop has it by now: so do we."""
    changed = payload.get("take", {})
    take(order, changed)
    allocate_for([order.pk] if edits.LINES in changed else [], at=at)
    order.shop_when_sent, order.acs_locker_id = payload["shop"], _locker_at_acs(order, payload)
    order.save(update_fields=["shop_when_sent", "acs_locker_id"])
    record("order changed at ACS", order, actor=SYSTEM, at=at, after={"fields": sorted(changed)})


def failed(intent: Intent, error: PartnerError, at: datetime) -> None:
    """ACS refused, or holds something else: a case names it. Runs in the transaction that ends the intent.

    Refused → the order is ours again and held. Different → it may be at ACS, so it stays claimed until somebody decides.
    """
    order = Order.objects.select_for_update().get(number=intent.business_id)
    if intent.payload.get(ELSEWHERE):
        did_not_go(order, intent, error, at=at)
        return
    if intent.payload.get("recall") or order.state == OrderState.RELEASED:
        look([order.pk], at=at)
        return
    fields = sorted(getattr(error, "fields", {}) or {})[:10]
    if isinstance(error, DiffersAtAcs):
        reconcile_outcome(order, {Code.ORD_UNCONFIRMED: {"field": "order", "fault": "differs", "fields": fields}}, at=at)
        return
    Order.objects.filter(pk=order.pk).update(release_claimed_at=None)
    order.refresh_from_db()
    catch_up(order, intent, at=at)
    reconcile_outcome(
        order, {Code.ORD_REJECTED: {"field": "order", "fault": "refused", "fields": fields, "why": error.sentence[:200]}}, at=at
    )
    if order.state == OrderState.READY:
        move(order, to=OrderState.HELD, allowed=MOVES, actor=SYSTEM, at=at, verb="order held", reason="ACS refused it")


def deferred(intent: Intent, error: PartnerError, at: datetime) -> None:
    """Nothing left for ACS and we try later: until then the order may be held or corrected again.

    What may be at ACS already stays claimed: an amendment is about an order that ACS has.
    """
    order = Order.objects.select_for_update().get(number=intent.business_id)
    if order.state == OrderState.READY and not intent.payload["amend"]:
        Order.objects.filter(pk=order.pk).update(release_claimed_at=None)
        order.release_claimed_at = None
        catch_up(order, intent, at=at)
