"""Tell the shop how far a parcel is that it shows under our number: each step once for an order, only forward, at InPost's own time."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Concat

from lockers.models import Parcel, TrackingEvent
from lockers.states import LIVE
from orders.models import Order
from orders.rules.milestones import KIND, LAST_MILE, REACHED, Way, happened_at, key_of, milestone_of
from orders.states import OrderState
from partners import connect, outbox
from partners.models import Intent
from partners.shop import Milestone

RING = "orders.tasks.tell_shop"
SYSTEM = "system:shop"
AT_ONCE = 500
WAY = ("carriage", "last_code", "carriage_at", "in_locker_at", "collected_at")


def queue_milestones(*, at: datetime) -> int:
    """One intent for each open order whose parcel has come further than the shop was asked to say. What was overtaken is not told."""
    if connect.mode("store") != "live":
        return 0
    return queue_for(Order.objects.filter(state=OrderState.RELEASED), at=at)


def queue_for(orders: QuerySet[Order], *, at: datetime) -> int:
    """The same for these orders, whatever their state, at most 500. A fixed number of statements beside an intent for each.

    The orders are locked before it is asked again what lacks, so that two processes never write the same intent.
    """
    further = Order.objects.exclude(shop_tracking="").filter(Exists(_further()), store_cancelled_at__isnull=True)
    ids = list(further.filter(pk__in=orders.values("pk")).order_by("pk").values_list("pk", flat=True)[:AT_ONCE])
    if not ids:
        return 0
    with transaction.atomic():
        locked = list(Order.objects.select_for_update().filter(pk__in=ids).order_by("pk").values_list("pk", flat=True))
        told = list(further.filter(pk__in=locked).order_by("pk"))
        ways = _ways([order.shop_tracking for order in told])
        for order in told:
            _put(order, ways[order.shop_tracking], at=at)
    return len(told)


def _further() -> QuerySet[Parcel]:
    """The live parcel that the shop shows, where it has reached what the shop was not asked to say, nor anything beyond it."""
    shown = Parcel.objects.filter(tracking_number=OuterRef("shop_tracking"), order_number=OuterRef("number"), state__in=LIVE)
    further = Q()
    for milestone in Milestone:
        further |= _at(milestone) & ~Q(Exists(_asked(milestone)))
    return shown.filter(further)


def _at(milestone: Milestone) -> Q:
    """The parcels of which `milestone_of` says this one."""
    if milestone == Milestone.OUT:
        return Q(carriage__in=REACHED[Milestone.TRANSIT], last_code__in=LAST_MILE)
    there = Q(carriage__in=REACHED[milestone])
    return there & ~Q(last_code__in=LAST_MILE) if milestone == Milestone.TRANSIT else there


def _asked(milestone: Milestone) -> QuerySet[Intent]:
    keys = [Concat(OuterRef("order_number"), Value(f":{step}")) for step in milestone.onwards]
    return Intent.objects.filter(kind=KIND, business_id__in=keys)


def _ways(numbers: Iterable[str]) -> dict[str, Way]:
    """How far these parcels are; for one on the van, since when. Two statements."""
    numbers = list(numbers)
    rows = {row.pop("tracking_number"): row for row in Parcel.objects.filter(tracking_number__in=numbers).values("tracking_number", *WAY)}
    vans = TrackingEvent.objects.filter(tracking_number__in=numbers, code__in=LAST_MILE).order_by("-happened_at")
    for number, since in vans.values_list("tracking_number", "happened_at"):
        if rows[number]["last_code"] in LAST_MILE:
            rows[number]["carriage_at"] = since
    return {number: Way(**row) for number, row in rows.items()}


def _put(order: Order, way: Way, *, at: datetime) -> None:
    milestone = milestone_of(way)
    if milestone is None:  # pragma: no cover - InPost said something else between two statements: it is looked at again in a minute
        return
    since = happened_at(way) or at
    payload: dict[str, Any] = {"number": order.number, "store_id": order.store_id, "tracking": order.shop_tracking}
    payload |= {"milestone": milestone.value, "happened_at": since.isoformat()}
    outbox.put(kind=KIND, business_id=key_of(order.number, milestone), payload=payload, actor=SYSTEM, at=at, ring=RING)


def send(intent: Intent) -> outbox.Receipt:
    """The shop's state is read first, so an unclear outcome may simply be asked for again: what it shows already is success."""
    asked = intent.payload
    remote_id, changed = connect.store().milestone(
        asked["number"],
        store_id=asked["store_id"],
        tracking=asked["tracking"],
        milestone=Milestone(asked["milestone"]),
        happened_at=datetime.fromisoformat(asked["happened_at"]),
    )
    return outbox.Receipt(remote_id=remote_id[:120], already=not changed)
