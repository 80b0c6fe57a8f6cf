"""Send the parcel to another locker. Before the release a column changes; afterwards ACS is asked, and what it shows counts.

The order of things: what is labelled for the old locker is made void first, so that it cannot get onto a manifest; then ACS is
asked; when it shows the new locker, so do we; and only then is a new label asked for. While ACS is being asked, none is.
"""

from collections.abc import Mapping, Sequence
from copy import copy
from datetime import datetime
from typing import Any

from django.db import transaction

from exceptions_queue import actions as desk
from exceptions_queue.audit import Actor, record_many
from lockers.actions import lock_live, void_many
from lockers.models import Point
from orders.actions import messages
from orders.actions.corrections import change_locker
from orders.actions.outcomes import Checked, Refused, Stale
from orders.actions.reassigning.judging import Standing, standing_of
from orders.actions.sending import ELSEWHERE, OUTCOME_SCOPE, card_of, last_elsewhere, outbound, queue_many
from orders.models import Order
from orders.problems import Batch
from orders.rules import edits
from orders.states import OrderState

ASKED = "ACS is asked now. Order {} goes to locker {} as soon as ACS shows it."
AND_LABEL = " Its old label is void; the new one is made by itself."


def reassign_locker(order: Order, *, locker_id: str, actor: Actor, at: datetime, version: int) -> Checked:
    """Send the parcel to another locker, until it is on a closed manifest, and draft a message to the customer.

    Before the release the order changes here and is checked again. Afterwards ACS is asked: the order follows when ACS shows it.
    Raises Refused with a sentence where the locker cannot take the parcel or its label is being made, TooLate where the order
    has gone too far, Stale when somebody saved first.
    """
    with transaction.atomic():
        locked = Order.objects.select_for_update().get(pk=order.pk)
        if locked.state != OrderState.RELEASED:
            return _here(locked, locker_id=locker_id, actor=actor, at=at, version=version)
        if locked.version != version:
            raise Stale(locked)
        standing = standing_of([locked], parcels=lock_live([locked.number]))
        point = _point(locked, locker_id, standing)
        ask_acs({locked: point}, standing, actor=actor, at=at, after={"locker_id": point.point_id})
    told = ASKED.format(locked.number, point.point_id) + (AND_LABEL if locked.number in standing.parcels else "")
    return Checked(locked, frozenset(), frozenset(), frozenset(), told)


def _here(order: Order, *, locker_id: str, actor: Actor, at: datetime, version: int) -> Checked:
    before = order.locker_id
    checked = change_locker(order, locker_id=locker_id, actor=actor, at=at, version=version)
    if checked.order.locker_id != before:
        messages.draft_locker_changed([checked.order], actor=actor, at=at)
    return checked


def _point(order: Order, locker_id: str, standing: Standing) -> Point:
    """The locker meant, once everything has been said against it. Raises Refused and TooLate."""
    if why := standing.why_not(order):
        raise why
    locker_id = locker_id.strip().upper()
    if not locker_id:
        raise Refused("Pick one of the lockers, or type the ID of another.", "locker_id")
    point = Point.objects.filter(point_id=locker_id).first()
    if point is None:
        raise Refused(f"InPost does not list a locker {locker_id[:40]}. Check the ID or choose one below.", "locker_id")
    if point.point_id == order.locker_id and not _did_not_go(order):
        raise Refused(f"Order {order.number} goes to locker {point.point_id} already.", "locker_id")
    if why_not := standing.why_not_there(order, point):
        raise Refused(why_not, "locker_id")
    return point


def _did_not_go(order: Order) -> bool:
    """ACS did not take another locker: then the first one can be asked for again, so that both sides are sure of it."""
    last = last_elsewhere(order)
    return last is not None and last.state == last.State.DEAD


def ask_acs(wanted: Mapping[Order, Point], standing: Standing, *, actor: Actor, at: datetime, after: Mapping[str, Any]) -> None:
    """Make the parcels void, ask ACS, and draft the messages, for locked orders of which nothing stands against it.

    Runs in the caller's transaction. A fixed number of statements per 500 orders, and a few per locker that parcels leave or go to.
    """
    if not wanted:
        return
    orders = list(wanted)
    for order in orders:
        order.version += 1
    Order.objects.bulk_update(orders, ["version"], batch_size=500)
    _void(wanted, standing, actor=actor, at=at)
    _queue(wanted, standing, actor=actor, at=at)
    subjects = [(Order, order.pk, order.number) for order in orders]
    record_many("locker change asked of ACS", subjects, actor=actor, at=at, after=after)
    nothing = [desk.Finding(order.pk, {}, card_of(order)) for order in orders]
    desk.reconcile_many(Order, nothing, scope=OUTCOME_SCOPE, at=at)  # what ACS did not do before is asked anew
    messages.draft_locker_changed(orders, going={order.pk: point for order, point in wanted.items()}, actor=actor, at=at)


def _void(wanted: Mapping[Order, Point], standing: Standing, *, actor: Actor, at: datetime) -> None:
    parcels = [standing.parcels[order.number] for order in wanted if order.number in standing.parcels]
    void_many(parcels, why="The parcel goes to another locker", actor=actor, at=at)


def _queue(wanted: Mapping[Order, Point], standing: Standing, *, actor: Actor, at: datetime) -> None:
    batch = Batch(orders=[], lines={}, places={}, methods=dict(standing.methods), acs_list_exists=False, mirror_loaded=True)
    asked = []
    for order, point in wanted.items():
        changed = copy(order)
        changed.locker_id = point.point_id
        content = outbound(changed, batch, size=standing.sizes[order.pk])
        asked.append((order, content, _more(order, point)))
    queue_many(asked, at=at, actor=actor)


def _more(order: Order, point: Point) -> dict[str, Any]:
    """Of the shop's word only that on the locker counts as dealt with: a person chose another one on purpose."""
    locker = {name: value for name, value in order.shop.items() if name == "locker_id"}
    return {"amend": True, ELSEWHERE: True, "take": {"locker_id": point.point_id}, "shop": edits.digests(order.number, locker)}


def ask_again(order: Order, *, actor: Actor, at: datetime) -> Sequence[Order]:
    """Ask ACS once more for the locker that it did not take. The order is locked. Empty where nothing is left to ask for.

    Raises Refused and TooLate as `reassign_locker`.
    """
    if order.state != OrderState.RELEASED or not _did_not_go(order):
        return []
    last = last_elsewhere(order)
    standing = standing_of([order], parcels=lock_live([order.number]))
    point = _point(order, str(last.payload["take"]["locker_id"]) if last else "", standing)
    ask_acs({order: point}, standing, actor=actor, at=at, after={"locker_id": point.point_id})
    return [order]
