"""ACS could not pick a part of an order: one case, as long as ACS says so."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import transaction

from exceptions_queue import actions as desk
from exceptions_queue import calendars
from exceptions_queue.catalogue import Code
from orders.actions.sending import card_of
from orders.models import Order
from orders.rules.picking import missing_garments
from orders.states import AcsStatus, OrderState

SHORT = frozenset({Code.ORD_SHORT})

Found = dict[str, dict[str, Any]]


def find_short(*, at: datetime) -> int:
    """Look again at every order that has the case: what ACS says of the others is looked at as it is read. Returns how many have it."""
    standing = Order.objects.filter(pk__in=desk.subjects_with_open_case(Order, only=SHORT))
    return look_short(standing.values_list("pk", flat=True), at=at)


def look_short(ids: Iterable[int], *, at: datetime) -> int:
    """Make the case of each of these orders equal what ACS says was picked. A fixed number of statements; returns how many have it."""
    wanted = sorted(ids)
    if not wanted:
        return 0
    with transaction.atomic():
        orders = list(Order.objects.select_for_update().filter(pk__in=wanted).order_by("pk"))
        found = {order.pk: short_of(order) for order in orders}
        card = card_after_pick(orders if any(found.values()) else [], at=at)
        findings = [desk.Finding(order.pk, found[order.pk], card.get(order.pk) or card_of(order)) for order in orders]
        desk.reconcile_many(Order, findings, scope=SHORT, at=at)
    return sum(bool(each) for each in found.values())


def short_of(order: Order) -> Found:
    """What ACS lacks of this order, by SKU; it may also say "part picked" and not of what."""
    if order.state != OrderState.RELEASED:
        return {}
    told: dict[str, Any] = {"field": "lines", "left": order.acs_status == AcsStatus.DESPATCHED}
    if order.acs_short:
        skus = sorted({str(line["sku"]) for line in order.acs_short})
        return {Code.ORD_SHORT: told | {"fault": "short", "skus": skus[:5], "garments": missing_garments(order.acs_short)}}
    return {Code.ORD_SHORT: told | {"fault": "not_named"}} if order.acs_status == AcsStatus.PART_PICKED else {}


def card_after_pick(orders: Sequence[Order], *, at: datetime) -> dict[int, desk.Card]:
    """The desk's card of each order at ACS: due by what still makes the next collection. One statement."""
    if not orders:
        return {}
    due = calendars.default_clock(at=at).packed_due(at=at)
    return {order.pk: replace(card_of(order), due_at=due.due_at, cutoff_at=due.cutoff_at) for order in orders}
