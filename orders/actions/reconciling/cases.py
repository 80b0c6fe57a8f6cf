"""The desk's cases about what shop and ACS say differently. Each closes as soon as the two agree, not at the next run."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse

from exceptions_queue import actions as desk
from exceptions_queue.catalogue import Code
from exceptions_queue.models import ExceptionCase
from orders.actions.carriage import find_on_the_way
from orders.actions.reading import ALIVE
from orders.actions.reconciling import differing
from orders.actions.sending import LOST, card_of, find_edited
from orders.actions.watching import UNCONFIRMED, Found, find_never_sent, make_equal
from orders.models import Order, ReconcileFinding
from orders.rules.reconciling import acs_says, shop_says
from orders.states import Difference

STRANGER = frozenset({Code.ORD_STRANGER})


def make_true(*, at: datetime) -> int:
    """Make every case about a difference equal what is so now; return how many orders have one of those that are found here alone.

    What others look for by the minute they look for now too, so that a run names no order without its case; only the comparison of
    manifests, which asks InPost, comes in its own time.
    """
    find_never_sent(at=at)
    find_edited(at=at)
    find_on_the_way(at=at)
    return _ours(at=at)


def look_again(*, at: datetime) -> int:
    """The same for what stands open, by the minute, so that what was put right closes within it. Three statements where nothing is."""
    lost = _open_lost().exists()
    orders = desk.subjects_with_open_case(Order, only=ALIVE).exists()
    strange = desk.subjects_with_open_case(ReconcileFinding, only=STRANGER).exists()
    return _ours(at=at) if lost or orders or strange else 0


def _ours(*, at: datetime) -> int:
    alive = make_equal(differing.alive(at=at), ALIVE, _alive, at=at)
    return alive + _make_lost(at=at) + _make_strangers(at=at)


def _alive(order: Order) -> Found:
    cancelled = order.store_cancelled_at is not None
    shop = shop_says(paid=order.paid_at is not None, cancelled=cancelled, cancelled_here=True)
    acs = acs_says(order.acs_status, order.acs_status_raw)
    return {Code.ORD_ALIVE: {"field": "order", "fault": "alive", "shop": shop, "acs": acs}}


def _open_lost() -> "QuerySet[ExceptionCase, Any]":
    return desk.subjects_with_open_case(Order).filter(**LOST)


def _make_lost(*, at: datetime) -> int:
    """An order that has the code for another reason keeps it as it is: whoever works on it looks at ACS anyway."""
    found: Found = {Code.ORD_UNCONFIRMED: {"field": "order", "fault": "lost", "shop": "paid", "acs": "nothing"}}
    with transaction.atomic():
        standing = set(_open_lost().values_list("subject_id", flat=True))
        others = desk.subjects_with_open_case(Order, only=UNCONFIRMED).exclude(**LOST)
        wrong = set(differing.lost(at=at).exclude(pk__in=others).values_list("pk", flat=True))
        orders = Order.objects.select_for_update().filter(pk__in=wrong | standing).order_by("pk")
        findings = [desk.Finding(order.pk, found if order.pk in wrong else {}, card_of(order)) for order in orders]
        desk.reconcile_many(Order, findings, scope=UNCONFIRMED, at=at)
    return len(wrong)


def _make_strangers(*, at: datetime) -> int:
    """The case stands on the row that found the number. One whose row has ended is over."""
    named = differing.strangers(at=at)
    with transaction.atomic():
        open_ones = desk.subjects_with_open_case(ReconcileFinding, only=STRANGER).values_list("subject_id", flat=True)
        live = ReconcileFinding.objects.filter(kind=Difference.STRANGER, ended_run__isnull=True)
        rows = ReconcileFinding.objects.select_for_update().filter(pk__in={*open_ones, *live.values_list("pk", flat=True)}).order_by("pk")
        desk.reconcile_many(ReconcileFinding, [_stranger(row, named) for row in rows], scope=STRANGER, at=at)
    return len(named)


def _stranger(row: ReconcileFinding, named: Collection[str]) -> desk.Finding:
    wrong = row.ended_run_id is None and row.number in named
    found: Found = {Code.ORD_STRANGER: {"field": "order", "fault": row.fault, "shop": row.shop, "acs": row.acs}} if wrong else {}
    return desk.Finding(row.pk, found, desk.Card(label=str(row), url=reverse("orders:reconcile"), order_number=row.number))
