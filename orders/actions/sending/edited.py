"""The shop changed or cancelled an order that ACS has: one case, as long as ACS holds something else than the shop says."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q

from exceptions_queue import actions as desk
from exceptions_queue.catalogue import Code
from exceptions_queue.moves import move
from orders.actions.allocating import allocate_for
from orders.actions.sending.content import KIND
from orders.actions.sending.outcomes import card_of
from orders.models import Order, OrderLine
from orders.problems import read_methods
from orders.queries.detail import local
from orders.rules import edits
from orders.rules.stage import done_at_acs
from orders.states import MOVES, AcsStatus, OrderState
from partners.mappings import fold
from partners.models import Intent

EDITED = frozenset({Code.VAL_EDITED})
SYSTEM = "system:shop"

Found = dict[str, dict[str, Any]]


class Last:
    """The last thing asked of ACS for one order."""

    def __init__(self, state: str, payload: Mapping[str, Any]) -> None:
        self.is_recall = bool(payload.get("recall"))
        self.is_amendment = bool(payload.get("take")) and not payload.get("elsewhere")
        self.is_live = state not in Intent.ENDED
        self.was_refused = state == Intent.State.DEAD


def out(order: Order) -> bool:
    """At ACS, or in the air to it."""
    return order.state == OrderState.RELEASED or (order.state == OrderState.READY and order.release_claimed_at is not None)


def find_edited(*, at: datetime) -> int:
    """Look again at every order that has the case, and at what the shop cancelled and ACS has. Returns how many have the case.

    What the shop changes is looked at as it is mirrored, and what is released as it is settled.
    """
    there = Q(state=OrderState.RELEASED) | Q(state=OrderState.READY, release_claimed_at__isnull=False)
    cancelled = Order.objects.filter(there, store_cancelled_at__isnull=False).exclude(acs_status=AcsStatus.DESPATCHED)
    standing = Order.objects.filter(pk__in=desk.subjects_with_open_case(Order, only=EDITED))
    return look({*cancelled.values_list("pk", flat=True), *standing.values_list("pk", flat=True)}, at=at)


def look(ids: Iterable[int], *, at: datetime) -> int:
    """Make the case of each of these orders equal the facts; what ACS has cancelled for us ends. A fixed number of statements,
    and two for each order that ends. Returns how many have the case."""
    ids = list(ids)
    if not ids:
        return 0
    with transaction.atomic():
        orders = list(Order.objects.select_for_update().filter(pk__in=ids).order_by("pk"))
        last = last_words([order.number for order in orders])
        ended = [order for order in orders if _has_ended_at_acs(order, last.get(order.number))]
        for order in ended:
            _stop(order, reason="Cancelled in the shop and at ACS", at=at)
        allocate_for([order.pk for order in ended], at=at)
        less = _went_back(orders)
        findings = [desk.Finding(order.pk, found(order, last.get(order.number), less=order.pk in less), card_of(order)) for order in orders]
        desk.reconcile_many(Order, findings, scope=EDITED, at=at)
    return sum(bool(finding.found) for finding in findings)


def last_words(numbers: Iterable[str]) -> dict[str, Last]:
    """The last thing asked of ACS for each order. One statement."""
    asked = Intent.objects.filter(kind=KIND, business_id__in=list(numbers)).exclude(state=Intent.State.CANCELLED).order_by("revision")
    return {number: Last(state, payload) for number, state, payload in asked.values_list("business_id", "state", "payload")}


def _went_back(orders: Iterable[Order]) -> set[int]:
    """The orders that left ACS and of which the shop counts the same as was sent or less: what comes back and is refunded it counts no
    more, and ACS has nothing to change. One statement, where any left."""
    left = {order.pk: order for order in orders if order.acs_status == AcsStatus.DESPATCHED and edits.LINES in order.shop}
    sent: dict[int, dict[str, int]] = {pk: {} for pk in left}
    rows = OrderLine.objects.filter(order__in=list(left)).values_list("order", "line_id", "quantity") if left else ()
    for pk, line_id, quantity in rows:
        sent[pk][line_id] = quantity
    return {pk for pk, order in left.items() if edits.is_less(order.shop[edits.LINES], than=sent[pk])}


def found(order: Order, last: Last | None, *, less: bool = False) -> Found:
    """What ACS holds that the shop no longer says: field names and a fault class, never a value. `less` says that of its contents only
    what came back is missing."""
    if not out(order):
        return {}
    if is_cancelled(order, last):
        evidence = _of_cancellation(order, last)
        return {Code.VAL_EDITED: evidence} if evidence else {}
    fields = [name for name in edits.edited(order.number, order.shop, order.shop_when_sent) if not (less and name == edits.LINES)]
    return {Code.VAL_EDITED: _of_edit(order, fields, last)} if fields else {}


def is_cancelled(order: Order, last: Last | None) -> bool:
    """The shop cancelled it, or a person asked ACS to stop it."""
    return order.store_cancelled_at is not None or bool(last and last.is_recall)


def _of_edit(order: Order, fields: list[str], last: Last | None) -> dict[str, Any]:
    told = {"field": fields[0], "fields": list(edits.names_of(fields))}
    if last and last.is_amendment and last.is_live:
        return told | {"fault": "amending"}
    if edits.begun(order.acs_status):
        return told | {"fault": "begun", "done": done(order)}
    return told | {"fault": "refused" if last and last.is_amendment and last.was_refused else "edited"}


def _of_cancellation(order: Order, last: Last | None) -> dict[str, Any]:
    told: dict[str, Any] = {"field": edits.CANCELLED}
    if order.shop_when_sent.get(edits.LET_GO):
        return {} if order.acs_status == AcsStatus.DESPATCHED else told | {"fault": "let_go", "done": done(order)}
    if last and last.is_recall and last.is_live:
        return told | {"fault": "recalling"}
    if edits.begun(order.acs_status) or (last and last.is_recall and last.was_refused):
        return told | {"fault": "too_late", "done": done(order)}
    return told | {"fault": "cancelled"}


def done(order: Order) -> str:
    """What ACS has done with it and when: "picked 14:02 on 9 June"; "" where it has not said."""
    return done_at_acs(order.acs_status, local(order.acs_status_since))


def _has_ended_at_acs(order: Order, last: Last | None) -> bool:
    return out(order) and order.acs_status == AcsStatus.CANCELLED and is_cancelled(order, last)


def end(order: Order, *, reason: str, at: datetime) -> None:
    """ACS has stopped the order, so it ends here; nothing is wrong with it any more."""
    _stop(order, reason=reason, at=at)
    allocate_for([order.pk], at=at)


def _stop(order: Order, *, reason: str, at: datetime) -> None:
    move(order, to=OrderState.CANCELLED, allowed=MOVES, actor=SYSTEM, at=at, verb="order cancelled", reason=reason)
    desk.reconcile(order, scope=frozenset(desk.open_codes(order)), found={}, card=card_of(order), at=at)


def take(order: Order, values: Mapping[str, Any]) -> None:
    """Use what the shop says of these facts from now on."""
    for name, value in values.items():
        if name != edits.LINES:
            setattr(order, name, edits.as_date(value) if name in edits.DATES else value)
    method = read_methods().get(fold(order.delivery_method))
    order.destination = method.destination if method else order.destination
    order.version += 1
    order.save(update_fields=[*(name for name in values if name != edits.LINES), "destination", "version"])
    if edits.LINES in values:
        order.lines.all().delete()
        OrderLine.objects.bulk_create(OrderLine(order=order, **line) for line in values[edits.LINES])


def catch_up(order: Order, intent: Intent, *, at: datetime) -> None:
    """It is ours again: what the shop changed while it was in the air counts now, and what waits with the old content is withdrawn."""
    fields = edits.edited(order.number, order.shop, intent.payload.get("shop", {}))
    if fields:
        take(order, {name: order.shop[name] for name in fields})
        allocate_for([order.pk] if edits.LINES in fields else [], at=at)
        waiting = Intent.objects.filter(kind=KIND, business_id=order.number, state=Intent.State.READY)
        waiting.update(state=Intent.State.CANCELLED, ended_at=at)
