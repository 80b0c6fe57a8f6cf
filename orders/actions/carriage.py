"""What InPost says of parcels becomes cases of their orders, and closes them."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from exceptions_queue import actions as desk
from exceptions_queue.catalogue import Code
from lockers.models import Parcel
from lockers.rules.tracking import EXPIRING_BEFORE
from lockers.states import LIVE, Carriage, ParcelState
from orders.actions.sending import card_of
from orders.models import Order
from orders.rules.carriage import NO_SCAN_AFTER, ON_THE_WAY, TROUBLE, WAITING, OnTheWay, wrong_on_the_way
from orders.states import AcsStatus, Destination, OrderState
from partners import connect

ANSWER_WITHIN = timedelta(hours=24)
FACTS = ("state", "carriage", "point_id", "now_at_point", "last_code", "manifested_at", "handed_over_at", "collect_by")
NO_PARCEL = {"field": "parcel", "fault": "no_parcel", "acs": "despatched", "inpost": "no parcel"}


def find_on_the_way(*, at: datetime) -> int:
    """Look at every parcel with which something may be wrong by now, and at every order that has such a case. Returns how many
    orders have one."""
    standing = desk.subjects_with_open_case(Order, only=ON_THE_WAY)
    numbers = suspects(at=at).values("order_number")
    ids = set(Order.objects.filter(state=OrderState.RELEASED, number__in=numbers).values_list("pk", flat=True))
    ids |= set(without_parcel(at=at).values_list("pk", flat=True))
    return look_on_the_way(ids | set(standing.values_list("subject_id", flat=True)), at=at)


def suspects(*, at: datetime) -> QuerySet[Parcel]:
    """Live parcels of which a code may be true at this instant."""
    waits = Q(carriage__in=WAITING) & (Q(collect_by__lte=at + EXPIRING_BEFORE) | ~Q(now_at_point=""))
    unscanned = Q(state=ParcelState.MANIFESTED, manifested_at__lte=at - NO_SCAN_AFTER, handed_over_at__isnull=True)
    return Parcel.objects.filter(Q(carriage__in=(*TROUBLE, "redirected", "expiring")) | waits | unscanned, state__in=LIVE)


def unseen(*, at: datetime) -> QuerySet[Order]:
    """Locker orders that ACS says it despatched a day ago, and of whose parcel InPost has said nothing that it could only say with it
    in hand. None where Lockstep only watches InPost: then it knows of no parcels."""
    if connect.mode("inpost") != "live":
        return Order.objects.none()
    of_it = Parcel.objects.filter(order_number=OuterRef("number"))
    seen = of_it.filter(Q(handed_over_at__isnull=False) | ~Q(carriage__in=(Carriage.NONE, Carriage.ANNOUNCED)))
    left = Order.objects.filter(state=OrderState.RELEASED, acs_status=AcsStatus.DESPATCHED, destination=Destination.LOCKER)
    return left.filter(~Exists(seen), acs_status_since__lte=at - NO_SCAN_AFTER)


def without_parcel(*, at: datetime) -> QuerySet[Order]:
    """Those of them that have no parcel here at all, so that nothing else would ever say so."""
    return unseen(at=at).filter(~Exists(Parcel.objects.filter(order_number=OuterRef("number"))))


def look_on_the_way(ids: Iterable[int], *, at: datetime) -> int:
    """Make the cases of these orders equal what InPost says of their live parcels. A fixed number of statements per 5,000."""
    wanted = sorted(ids)
    if not wanted:
        return 0
    with transaction.atomic():
        orders = list(Order.objects.select_for_update().filter(pk__in=wanted).order_by("pk"))
        parcels = _parcels([order.number for order in orders if order.state == OrderState.RELEASED])
        bare = set(without_parcel(at=at).filter(pk__in=wanted).values_list("pk", flat=True))
        findings = [_finding(order, parcels.get(order.number), at, is_bare=order.pk in bare) for order in orders]
        desk.reconcile_many(Order, findings, scope=ON_THE_WAY, at=at)
    return sum(bool(finding.found) for finding in findings)


def _parcels(numbers: list[str]) -> dict[str, OnTheWay]:
    rows = Parcel.objects.filter(order_number__in=numbers, state__in=LIVE).values("order_number", *FACTS)
    return {row.pop("order_number"): OnTheWay(**row) for row in rows}


def _finding(order: Order, parcel: OnTheWay | None, at: datetime, *, is_bare: bool) -> desk.Finding:
    found: dict[str, dict[str, Any]] = wrong_on_the_way(parcel, at) if parcel else {}
    if is_bare:
        found[Code.TRK_NOSCAN] = NO_PARCEL
    window = parcel.collect_by if parcel else None
    due = window if window is not None and window > at else at + ANSWER_WITHIN
    return desk.Finding(order.pk, found, replace(card_of(order), due_at=due))
