"""An order stops here."""

from datetime import datetime

from django.db import transaction

from exceptions_queue import actions as desk
from exceptions_queue.audit import Actor
from exceptions_queue.moves import move
from orders.actions.allocating import allocate_for
from orders.actions.consolidating import look_waiting
from orders.actions.outcomes import Checked, Refused, Stale
from orders.actions.sending import card_of, take_back
from orders.models import Order
from orders.states import BEFORE_RELEASE, MOVES, OrderState


def cancel_order(order: Order, *, reason: str, actor: Actor, at: datetime, version: int | None = None) -> Checked:
    """Cancel an order that ACS does not have. Its cases close: nothing is wrong with an order that will not be sent.

    Refunding is the shop's. Raises TooLate once the order is in the air, Stale when somebody saved first.
    """
    if not reason.strip():
        raise Refused("Say why the order is cancelled.", "reason")
    with transaction.atomic():
        locked = Order.objects.select_for_update().get(pk=order.pk)
        if version is not None and locked.version != version:
            raise Stale(locked)
        take_back(locked, at=at)
        if locked.state not in BEFORE_RELEASE:
            raise Refused(f"Order {locked.number} is {locked.get_state_display().lower()} already.")
        also = {"version": locked.version + 1}
        move(locked, to=OrderState.CANCELLED, allowed=MOVES, actor=actor, at=at, verb="order cancelled", reason=reason.strip(), also=also)
        allocate_for([locked.pk], at=at)
        closed = frozenset(desk.open_codes(locked))
        desk.reconcile(locked, scope=closed, found={}, card=card_of(locked), at=at)
        look_waiting([locked.pk], at=at)
    return Checked(locked, frozenset(), closed, frozenset())
