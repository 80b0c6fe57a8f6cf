"""What people do about an order on its way: take it back while it has not left, or send it again."""

from datetime import datetime

from django.db import transaction

from exceptions_queue import actions as desk
from exceptions_queue.audit import Actor, record
from exceptions_queue.catalogue import Code
from orders.actions.outcomes import Checked, Refused, TooLate
from orders.actions.sending.content import KIND, outbound, queue, with_live_intents
from orders.actions.sending.outcomes import reconcile_outcome
from orders.models import Order
from orders.problems import find_many
from orders.queries.detail import local
from orders.rules import edits
from orders.rules.stage import too_late
from orders.states import OrderState
from partners.models import Intent

ASKED_AGAIN = "ACS is asked again now. Order {} goes to the other locker as soon as ACS shows it."
LOST = {"code": Code.ORD_UNCONFIRMED, "evidence__fault": "lost"}


def take_back(order: Order, *, at: datetime) -> None:
    """Withdraw a release that has not left yet, under the order's lock. Raises TooLate when it is in the air or sent."""
    if order.state == OrderState.RELEASED:
        raise TooLate(too_late(order.acs_status, local(order.acs_status_since), local(order.released_at)))
    waiting = Intent.objects.filter(kind=KIND, business_id=order.number, state=Intent.State.READY, payload__amend=False)
    taken = waiting.update(state=Intent.State.CANCELLED, ended_at=at)
    if not taken and order.release_claimed_at:
        raise TooLate(f"Too late: on its way to ACS since {local(order.release_claimed_at)}. Wait for ACS's answer.")
    Order.objects.filter(pk=order.pk).update(release_claimed_at=None)
    order.release_claimed_at = None


def resend(order: Order, *, actor: Actor, at: datetime, version: int | None = None) -> Checked:
    """Send an order again that ACS refused or shows differently, with what the order says now.

    A refused order goes through the gate again; an order that may be at ACS is amended there by the same number. A locker that
    ACS did not take is asked for again. One that ACS has lost is put there again, unless it had begun with it.
    """
    from orders.actions.reassigning import ask_again
    from orders.actions.review import recheck

    with transaction.atomic():
        locked = Order.objects.select_for_update().get(pk=order.pk)
        record("order sent again", locked, actor=actor, at=at)
        lost = is_lost(locked)
        if ask_again(locked, actor=actor, at=at):
            return Checked(locked, frozenset(), frozenset({Code.ORD_UNCONFIRMED}), frozenset(), ASKED_AGAIN.format(locked.number))
        reconcile_outcome(locked, {}, at=at)
        if lost or (locked.release_claimed_at and locked.state == OrderState.READY):
            _amend(locked, at=at, actor=actor)
    return recheck(locked, actor=actor, at=at)


def is_lost(order: Order) -> bool:
    """Is it found to be at ACS no more? Raises Refused where ACS had begun: what became of the goods only ACS can say."""
    if order.state != OrderState.RELEASED or not desk.subjects_with_open_case(Order).filter(subject_id=order.pk, **LOST).exists():
        return False
    if edits.begun(order.acs_status):
        raise Refused("ACS had begun with this order before it lost it. Ring ACS: sent again, it might be picked twice.")
    return True


def _amend(order: Order, *, at: datetime, actor: Actor) -> None:
    if with_live_intents([order.number]):
        raise TooLate("It is being sent just now. Wait for ACS's answer.")
    verdicts, batch = find_many([order.pk], at=at)
    if not verdicts or verdicts[0].found:
        raise Refused("The order still fails a check. Put that right first.")
    queue(order, outbound(order, batch, size=verdicts[0].size), at=at, actor=actor, amend=True)
