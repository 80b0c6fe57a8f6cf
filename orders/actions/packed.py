"""ACS packed a parcel: compare it with our estimate, learn from it, and say where the two differ."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import OuterRef, Subquery
from django.utils import timezone

from exceptions_queue import actions as desk
from exceptions_queue.catalogue import Code
from exceptions_queue.models import ExceptionCase
from exceptions_queue.states import CaseState
from inventory.actions import learn_sizes, note_packed
from inventory.models import Product, SizeCorrection
from orders.actions.sending import card_of
from orders.models import Order, OrderLine
from orders.problems import Batch, read_batch
from orders.problems.packed import alone, taught, variance
from orders.states import Destination

VARIANCE = frozenset({Code.DIM_VARIANCE})


def look_packed(ids: Iterable[int], *, first: Iterable[int], at: datetime) -> None:
    """Compare what ACS has just said of these parcels with our estimate. `first`: those measured for the first time, which teach.

    A fixed number of statements. Looked at when ACS speaks, and not again: what a person answers stays answered.
    """
    wanted = sorted(ids)
    if not wanted:
        return
    with transaction.atomic():
        orders = list(Order.objects.select_for_update().filter(pk__in=wanted).order_by("pk"))
        batch = read_batch(wanted, methods={}, today=timezone.localdate(at))
        desk.reconcile_many(Order, [_finding(order, batch) for order in orders], scope=VARIANCE, at=at)
        learn_sizes(_lessons(orders, set(first), batch), at=at)
        note_packed(_alone(orders, set(first), batch), at=at)


def _finding(order: Order, batch: Batch) -> desk.Finding:
    to_locker = order.destination == Destination.LOCKER and not order.acs_short
    evidence = variance(batch.lines.get(order.pk, []), order.acs_packed, limits=batch.settings.limits) if to_locker else {}
    return desk.Finding(order.pk, {Code.DIM_VARIANCE: evidence} if evidence else {}, card_of(order))


def _lessons(orders: Sequence[Order], first: set[int], batch: Batch) -> dict[str, list[int]]:
    """What each parcel measured for the first time teaches; one that lacks a garment teaches nothing."""
    lessons: dict[str, list[int]] = {}
    for order in orders:
        lesson = taught(batch.lines.get(order.pk, []), order.acs_packed) if order.pk in first and not order.acs_short else None
        if lesson:
            lessons.setdefault(lesson[0], []).append(lesson[1])
    return lessons


def _alone(orders: Sequence[Order], first: set[int], batch: Batch) -> dict[str, list[tuple[int, int, int, int]]]:
    """What each parcel with one garment in it measured, by its SKU, when it was measured for the first time."""
    measured: dict[str, list[tuple[int, int, int, int]]] = {}
    for order in orders:
        found = alone(batch.lines.get(order.pk, []), order.acs_packed) if order.pk in first and not order.acs_short else None
        if found:
            measured.setdefault(found[0], []).append(found[1])
    return measured


def close_answered(*, at: datetime) -> int:
    """Close the case of every parcel of which a person has since corrected a product or accepted its learnt size."""
    cases = ExceptionCase.objects.filter(code=Code.DIM_VARIANCE, state=CaseState.OPEN, **_about())
    opened = dict(cases.values_list("subject_id", "opened_at"))
    if not opened:
        return 0
    answered = sorted({pk for pk, *said in _said_since(cases.values("subject_id")) if any(when and when > opened[pk] for when in said)})
    with transaction.atomic():
        orders = Order.objects.select_for_update().filter(pk__in=answered).order_by("pk")
        desk.reconcile_many(Order, [desk.Finding(order.pk, {}, card_of(order)) for order in orders], scope=VARIANCE, at=at)
    return len(answered)


def _said_since(order_ids: Any) -> Iterable[tuple[Any, ...]]:
    """(order, when its product changed, when its learnt size was accepted) for each line."""
    changed = Product.objects.filter(sku=OuterRef("sku")).values("changed_at")[:1]
    accepted = SizeCorrection.objects.filter(sku=OuterRef("sku")).values("accepted_at")[:1]
    return OrderLine.objects.filter(order_id__in=order_ids).values_list("order_id", Subquery(changed), Subquery(accepted))


def _about() -> dict[str, Any]:
    return {"subject_type": ContentType.objects.get_for_model(Order)}
