"""A person says wait, and later go on."""

from datetime import datetime

from django.db import transaction

from exceptions_queue import actions as desk
from exceptions_queue.audit import Actor
from exceptions_queue.models import Hold
from orders.actions.consolidating import look_waiting
from orders.actions.outcomes import Checked, Refused
from orders.actions.review import recheck
from orders.actions.sending import take_back
from orders.models import Order
from orders.states import BEFORE_RELEASE


def hold(
    order: Order, *, reason: str, exit: str, actor: Actor, at: datetime, until: datetime | None = None, version: int | None = None
) -> Checked:
    """Hold an order before release. `exit` says what has to be true for the hold to end. Raises TooLate once it is in the air."""
    if not reason.strip() or not exit.strip():
        raise Refused("Say why it is held and what ends the hold.", "reason")
    with transaction.atomic():
        locked = Order.objects.select_for_update().get(pk=order.pk)
        take_back(locked, at=at)
        if locked.state not in BEFORE_RELEASE:
            raise Refused(f"Order {locked.number} is {locked.get_state_display().lower()}: there is nothing to hold.")
        desk.place_hold(locked, reason=reason.strip(), exit=exit.strip(), owner="cx", actor=actor, at=at, until=until)
        return recheck(locked, actor=actor, at=at)


def clear(order: Order, *, hold: Hold, reason: str, actor: Actor, at: datetime, version: int | None = None) -> Checked:
    """End one hold. Others, and open cases, go on stopping the release."""
    with transaction.atomic():
        locked = Order.objects.select_for_update().get(pk=order.pk)
        desk.clear_hold(hold, actor=actor, at=at, reason=reason)
        look_waiting([locked.pk], at=at)
        return recheck(locked, actor=actor, at=at)
