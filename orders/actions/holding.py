"""A person says wait, and later go on."""

from datetime import datetime

from django.db import transaction

from exceptions_queue import actions as desk
from exceptions_queue.audit import Actor
from exceptions_queue.models import Hold
from orders.actions.consolidating import look_waiting
from orders.actions.expired import look_expired
from orders.actions.outcomes import Checked, Refused
from orders.actions.review import recheck
from orders.actions.sending import take_back
from orders.models import Consolidation, Order
from orders.queries.detail import every_hold
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
        look_expired([locked.pk], at=at)
        return recheck(locked, actor=actor, at=at)


def extend_holds(
    order: Order, *, until: datetime, owner: str, reason: str, actor: Actor, at: datetime, version: int | None = None
) -> Checked:
    """Give every hold that a person placed on this order a new date and an owner; a wait for a missing part keeps its own.

    Raises Refused for a date that has passed, and when nothing holds the order.
    """
    if until <= at:
        raise Refused("Give a day that is still to come.", "until")
    if not reason.strip():
        raise Refused("Say why it is held on.", "reason")
    with transaction.atomic():
        locked = Order.objects.select_for_update().get(pk=order.pk)
        waits = Consolidation.objects.filter(order=locked, ended_at__isnull=True, hold__isnull=False).values("hold_id")
        live = list(every_hold(locked).filter(cleared_at__isnull=True).exclude(pk__in=waits))
        if not live:
            raise Refused(f"No hold stands on order {locked.number} any more.")
        for hold in live:
            desk.extend_hold(hold, until=until, owner=owner, actor=actor, at=at, reason=reason.strip())
        look_expired([locked.pk], at=at)
        said = f"Order {locked.number} stays held. Whoever looks after it is asked again when the new date has passed."
        return Checked(locked, frozenset(), frozenset(), frozenset(), said)
