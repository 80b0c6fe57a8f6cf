"""Mirror our holds in the shop, so that nobody ships around them, and follow the shop's cancellations."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q

from exceptions_queue import actions as desk
from exceptions_queue.audit import Actor
from orders.actions.editing import ask_to_stop
from orders.actions.ending import cancel_order
from orders.actions.outcomes import Refused, TooLate
from orders.actions.sending import last_words, look, out, with_live_intents
from orders.models import Order
from orders.rules.edits import LET_GO, NOT_BEGUN
from orders.states import BEFORE_RELEASE, OrderState
from partners import connect, outbox
from partners.errors import PartnerError
from partners.models import Intent

KIND = "shop_hold"
RING = "orders.tasks.send_holds"
SYSTEM = "system:shop"
AT_ONCE = 500


def queue_holds(*, at: datetime) -> int:
    """One intent per order whose hold the shop should show and does not, or shows and should not."""
    if connect.mode("store") != "live":
        return 0
    lacking = Order.objects.filter(state=OrderState.HELD, shop_held_at__isnull=True)
    surplus = Order.objects.filter(shop_held_at__isnull=False).exclude(state=OrderState.HELD)
    orders = [*lacking.order_by("pk")[:AT_ONCE], *surplus.order_by("pk")[:AT_ONCE]]
    live = Intent.objects.filter(kind=KIND, business_id__in=[order.number for order in orders]).exclude(state__in=Intent.ENDED)
    busy = set(live.values_list("business_id", flat=True))
    return sum(_queue(order, at=at) for order in orders if order.number not in busy)


def _queue(order: Order, *, at: datetime) -> int:
    with transaction.atomic():
        codes = sorted(desk.blocking_codes(order, blocks="R")) if order.state == OrderState.HELD else []
        outbox.put(
            kind=KIND,
            business_id=order.number,
            payload={"store_id": order.store_id, "held": order.state == OrderState.HELD, "reason": ", ".join(codes)[:200]},
            revision=int(at.timestamp()),
            actor=SYSTEM,
            at=at,
            ring=RING,
        )
    return 1


def send(intent: Intent) -> outbox.Receipt:
    """Place or lift the hold in the shop. A hold with the same handle is already so: success."""
    shop, handle, store_id = connect.store(), f"lockstep-{intent.business_id}"[:64], intent.payload["store_id"]
    if intent.payload["held"]:
        note = f"Held by Lockstep: {intent.payload['reason']}"
        shop.hold(intent.business_id, store_id=store_id, handle=handle, reason="OTHER", note=note)
    else:
        shop.release(intent.business_id, store_id=store_id, handle=handle)
    return outbox.Receipt(remote_id=handle, detail={"held": intent.payload["held"]})


def look_up(intent: Intent) -> outbox.Receipt | None:
    """Placing and lifting by handle may be repeated without harm, so an unclear outcome is simply done again."""
    return None


def settled(intent: Intent, receipt: outbox.Receipt, at: datetime) -> None:
    Order.objects.filter(number=intent.business_id).update(shop_held_at=at if intent.payload["held"] else None)


def failed(intent: Intent, error: PartnerError, at: datetime) -> None:
    """The hold stands here all the same; the connection's own case says that the shop refuses us."""


def follow_cancellations(*, at: datetime, actor: Actor = SYSTEM) -> int:
    """Cancel what the shop cancelled before ACS had it, and ask ACS once to stop what it has. What is in the air waits."""
    cancelled = 0
    for order in Order.objects.filter(store_cancelled_at__isnull=False, state__in=BEFORE_RELEASE):
        try:
            cancel_order(order, reason="Cancelled in the shop", actor=actor, at=at)
        except (TooLate, Refused):
            continue
        cancelled += 1
    return cancelled + recall_cancelled(at=at, actor=actor)


def recall_cancelled(*, at: datetime, actor: Actor = SYSTEM) -> int:
    """One attempt for each order: what ACS does not stop is for a person to decide."""
    if connect.mode("acs") != "live":
        return 0
    there = Q(state=OrderState.RELEASED) | Q(state=OrderState.READY, release_claimed_at__isnull=False)
    orders = Order.objects.filter(there, store_cancelled_at__isnull=False, acs_status__in=NOT_BEGUN).order_by("pk")[:AT_ONCE]
    last = last_words([order.number for order in orders])
    waiting = [order for order in orders if (word := last.get(order.number)) and not word.is_live and not word.is_recall]
    return sum(_recall(order, at=at, actor=actor) for order in waiting)


def _recall(order: Order, *, at: datetime, actor: Actor) -> bool:
    with transaction.atomic():
        locked = Order.objects.select_for_update().get(pk=order.pk)
        if not out(locked) or with_live_intents([locked.number]) or locked.shop_when_sent.get(LET_GO):
            return False
        asked = ask_to_stop(locked, actor=actor, at=at, reason="Cancelled in the shop")
        look([locked.pk], at=at)
        return asked
