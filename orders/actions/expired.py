"""Holds that nobody looks after: past their date, or owned by a role that nobody has."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.contrib.auth.models import Group
from django.contrib.contenttypes.models import ContentType
from django.db import transaction

from exceptions_queue import actions as desk
from exceptions_queue.catalogue import Code
from exceptions_queue.models import Hold
from orders.actions.sending import card_of
from orders.models import Consolidation, Order
from orders.states import BEFORE_RELEASE

EXPIRED = frozenset({Code.HLD_EXPIRED})


def find_expired(*, at: datetime) -> int:
    """Look at every live hold on an order. Returns how many orders have one that nobody looks after."""
    held = Hold.objects.filter(cleared_at__isnull=True, **_on_orders()).values("subject_id")
    standing = desk.subjects_with_open_case(Order, only=EXPIRED)
    return look_expired(
        {*Order.objects.filter(pk__in=held).values_list("pk", flat=True), *standing.values_list("subject_id", flat=True)}, at=at
    )


def look_expired(ids: Iterable[int], *, at: datetime) -> int:
    """Make the case of each of these orders equal the holds on it. A fixed number of statements; returns how many have it.

    A wait for a missing part has a case of its own about its deadline, so its hold is not looked at here.
    """
    wanted = sorted(ids)
    if not wanted:
        return 0
    with transaction.atomic():
        orders = list(Order.objects.select_for_update().filter(pk__in=wanted).order_by("pk"))
        wrong = _wrong(wanted, at)
        found = {order.pk: wrong.get(order.pk, {}) if order.state in BEFORE_RELEASE else {} for order in orders}
        desk.reconcile_many(Order, [desk.Finding(order.pk, found[order.pk], card_of(order)) for order in orders], scope=EXPIRED, at=at)
    return sum(bool(each) for each in found.values())


def _wrong(ids: list[int], at: datetime) -> dict[int, dict[str, dict[str, Any]]]:
    """By order, the first of its live holds that is past its date or has no owner."""
    staffed = set(Group.objects.filter(user__is_active=True).values_list("name", flat=True))
    waits = Consolidation.objects.filter(ended_at__isnull=True, hold__isnull=False).values("hold_id")
    live = Hold.objects.filter(cleared_at__isnull=True, subject_id__in=ids, **_on_orders()).exclude(pk__in=waits)
    wrong: dict[int, dict[str, dict[str, Any]]] = {}
    for order_id, owner, until in live.order_by("until", "pk").values_list("subject_id", "owner", "until"):
        fault = "past" if until and until <= at else "" if owner in staffed else "no_owner"
        if fault:
            wrong.setdefault(order_id, {Code.HLD_EXPIRED: {"field": "hold", "fault": fault, "owner": owner}})
    return wrong


def _on_orders() -> dict[str, Any]:
    return {"subject_type": ContentType.objects.get_for_model(Order)}
