"""Mirror our holds in the shop, so that nobody ships around them, and follow the shop's cancellations."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from exceptions_queue import actions as desk
from exceptions_queue.audit import Actor
from exceptions_queue.catalogue import CATALOGUE, Code
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
TAG = "lockstep-held"
REFUSED_FOR = timedelta(hours=1)
ABOUT_THE_ADDRESS = frozenset(
    {Code.VAL_ADDR, Code.VAL_LOCKER_MISSING, Code.VAL_LOCKER_UNKNOWN, Code.LOC_CLOSED, Code.LOC_SIZE},
)


def queue_holds(*, at: datetime) -> int:
    """One intent per order whose hold the shop should show and does not, or shows and should not.

    However many holds and cases stop an order here, the shop shows one, and lifts it when the last of them has ended.
    """
    if connect.mode("store") != "live":
        return 0
    lacking = Order.objects.filter(state=OrderState.HELD, shop_held_at__isnull=True)
    surplus = Order.objects.filter(shop_held_at__isnull=False).exclude(state=OrderState.HELD)
    orders = [*lacking.order_by("pk")[:AT_ONCE], *surplus.order_by("pk")[:AT_ONCE]]
    asked = _asked([order.number for order in orders])
    due = [order for order in orders if _is_due(order, asked.get(order.number), at)]
    codes = desk.blocking_codes_many(Order, [order.pk for order in due], blocks="R")
    for order in due:
        revision = asked[order.number].revision + 1 if order.number in asked else 1
        _queue(order, sorted(codes[order.pk]), revision=revision, at=at)
    return len(due)


def _asked(numbers: list[str]) -> dict[str, Intent]:
    """The last thing asked of the shop for each order. One statement."""
    intents = Intent.objects.filter(kind=KIND, business_id__in=numbers).order_by("revision")
    return {intent.business_id: intent for intent in intents}


def _is_due(order: Order, last: Intent | None, at: datetime) -> bool:
    """Not while it is being asked, and what the shop has refused is asked again after an hour only."""
    if last is None or last.state == Intent.State.DONE:
        return True
    if last.state not in Intent.ENDED:
        return False
    same = last.payload["held"] == (order.state == OrderState.HELD)
    return not same or last.ended_at is None or last.ended_at < at - REFUSED_FOR


def _queue(order: Order, codes: list[str], *, revision: int, at: datetime) -> None:
    held = order.state == OrderState.HELD
    payload = {"store_id": order.store_id, "held": held, "reason": _why(codes)[:200], "class": _class(codes)}
    outbox.put(kind=KIND, business_id=order.number, payload=payload, revision=revision, actor=SYSTEM, at=at, ring=RING)


def _why(codes: list[str]) -> str:
    """For the shop's staff, who do not know our codes."""
    return "; ".join(CATALOGUE[code].title if code in CATALOGUE else "A colleague holds it" for code in codes)


def _class(codes: list[str]) -> str:
    """The shop's own word for it."""
    return "INCORRECT_ADDRESS" if codes and set(codes) <= ABOUT_THE_ADDRESS else "OTHER"


def send(intent: Intent) -> outbox.Receipt:
    """Place or lift the hold in the shop, and the tag that its staff filter by. What is so already is success."""
    shop, number, asked = connect.store(), intent.business_id, intent.payload
    handle, store_id = f"lockstep-{number}"[:64], asked["store_id"]
    if asked["held"]:
        note = f"Held by Lockstep: {asked['reason']}"
        shop.hold(number, store_id=store_id, handle=handle, reason=asked.get("class", "OTHER"), note=note)
        shop.tag(number, store_id=store_id, add=(TAG,))
    else:
        shop.release(number, store_id=store_id, handle=handle)
        shop.tag(number, store_id=store_id, remove=(TAG,))
    return outbox.Receipt(remote_id=handle, detail={"held": asked["held"]})


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
