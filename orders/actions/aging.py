"""A label that was made and is not used: after some working days InPost may refuse it."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from exceptions_queue import actions as desk
from exceptions_queue import calendars
from exceptions_queue.catalogue import Code
from lockers.models import Parcel
from lockers.states import NOT_YET_GONE, ParcelState
from orders.actions.sending import card_of
from orders.models import Order
from orders.states import OrderState

SCOPE = frozenset({Code.LBL_EXPIRING})


def find_old(*, at: datetime) -> int:
    """Make the cases about old labels equal what stands unused; return how many orders have one. A fixed number of statements."""
    clock = calendars.default_clock(at=at)
    old = _old(clock.working_days_before(settings.LABEL_GOOD_DAYS, at=at))
    standing = set(desk.subjects_with_open_case(Order, only=SCOPE).values_list("subject_id", flat=True))
    named = Order.objects.filter(number__in=old, state=OrderState.RELEASED).values_list("pk", flat=True)
    ids = standing | set(named)
    if not ids:
        return 0
    due = clock.packed_due(at=at)
    with transaction.atomic():
        orders = list(Order.objects.select_for_update().filter(pk__in=ids).order_by("pk"))
        findings = [
            desk.Finding(order.pk, _found(order, old), replace(card_of(order), due_at=due.due_at, cutoff_at=due.cutoff_at))
            for order in orders
        ]
        desk.reconcile_many(Order, findings, scope=SCOPE, at=at)
    return sum(bool(finding.found) for finding in findings)


def _old(before: datetime) -> dict[str, datetime]:
    """When the label of each order was made whose parcel should have left by now."""
    unused = Parcel.objects.filter(state=ParcelState.LABELLED, carriage__in=NOT_YET_GONE, handed_over_at__isnull=True)
    return {number: made for number, made in unused.filter(labelled_at__lte=before).values_list("order_number", "labelled_at") if made}


def _found(order: Order, old: dict[str, datetime]) -> dict[str, dict[str, Any]]:
    if order.state != OrderState.RELEASED or order.number not in old:
        return {}
    made = timezone.localtime(old[order.number]).strftime("%-d %B")
    return {Code.LBL_EXPIRING: {"field": "label", "fault": "old", "made": made, "days": settings.LABEL_GOOD_DAYS}}
