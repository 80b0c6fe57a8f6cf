"""The five steps of a parcel's way to the courier: which rows each has, how many they are, and what they are worth."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery, Sum

from exceptions_queue.queries import words
from lockers.models import Manifest, Parcel
from lockers.queries.manifests import waiting
from lockers.states import LIVE, NOT_YET_GONE, Carriage, ParcelState
from orders.models import Order
from orders.rules.manifests import READY
from orders.states import Destination, OrderState

SHOWN = 100
SEEN_FOR = timedelta(hours=24)
SHOWS = {
    "to_label": "To label",
    "labelled": "Labelled",
    "manifested": "Manifested",
    "collected": "Collected",
    "scanned": "First scan",
}


@dataclass(frozen=True)
class Column:
    """One step of the way: how many are there, and what they are worth."""

    key: str
    label: str
    count: int
    value: str


def to_label() -> QuerySet[Order]:
    """Picked locker orders without a label that exists."""
    has_one = Parcel.objects.filter(order_number=OuterRef("number"), state__in=(ParcelState.LABELLED, ParcelState.MANIFESTED))
    picked = Order.objects.filter(state=OrderState.RELEASED, destination=Destination.LOCKER, acs_status__in=READY, acs_short=[])
    return picked.filter(~Exists(has_one), store_cancelled_at__isnull=True)


def parcels(show: str, *, at: datetime) -> QuerySet[Parcel]:
    """The parcels of one step. Collected and scanned are those of the last 24 hours."""
    if show == "labelled":
        return waiting()
    return Parcel.objects.filter(of_step(show, at), state=ParcelState.MANIFESTED)


def of_step(show: str, at: datetime) -> Q:
    lately = Q(manifested_at__gt=at - SEEN_FOR)
    return {
        "manifested": Q(carriage__in=NOT_YET_GONE, handed_over_at__isnull=True),
        "collected": lately & Q(carriage=Carriage.HANDED_OVER),
        "scanned": lately & ~Q(carriage__in=(*NOT_YET_GONE, Carriage.HANDED_OVER)),
    }[show]


def columns(*, at: datetime, manifest: Manifest | None = None) -> list[Column]:
    """The five steps, or the last three of one manifest. Two statements."""
    found = _counted(Parcel.objects.filter(manifest=manifest) if manifest else Parcel.objects.filter(state__in=LIVE), at, bool(manifest))
    first = [] if manifest else [_column("to_label", to_label().aggregate(n=Count("pk"), v=Sum("total_pence")))]
    shows = [show for show in SHOWS if show != "to_label" and not (manifest and show == "labelled")]
    return [*first, *(_column(show, {"n": found[f"n_{show}"], "v": found[f"v_{show}"]}) for show in shows)]


def _counted(rows: QuerySet[Parcel], at: datetime, of_one: bool) -> dict[str, Any]:
    worth = rows.annotate(pence=Subquery(Order.objects.filter(number=OuterRef("order_number")).values("total_pence")[:1]))
    asked: dict[str, Any] = {}
    for show in ("labelled", "manifested", "collected", "scanned"):
        of = _labelled() if show == "labelled" else Q(state=ParcelState.MANIFESTED) & (of_step_ever(show) if of_one else of_step(show, at))
        asked |= {f"n_{show}": Count("pk", filter=of), f"v_{show}": Sum("pence", filter=of)}
    return worth.aggregate(**asked)


def _labelled() -> Q:
    return Q(state=ParcelState.LABELLED, handed_over_at__isnull=True, carriage__in=NOT_YET_GONE)


def of_step_ever(show: str) -> Q:
    """As `_of`, however long ago: the steps of one manifest add up to its parcels."""
    if show == "collected":
        return Q(carriage=Carriage.HANDED_OVER)
    gone = ~Q(carriage__in=(*NOT_YET_GONE, Carriage.HANDED_OVER)) | Q(carriage__in=NOT_YET_GONE, handed_over_at__isnull=False)
    return gone if show == "scanned" else Q(carriage__in=NOT_YET_GONE, handed_over_at__isnull=True)


def _column(show: str, found: Mapping[str, Any]) -> Column:
    return Column(show, SHOWS[show], found["n"], words.pounds(found["v"] or 0))


def sheet(manifest: Manifest) -> QuerySet[Parcel, tuple[Any, ...]]:
    """Every parcel of the manifest once: (number, order, locker, size, weight in g), in the order of their numbers."""
    rows = Parcel.objects.filter(manifest=manifest, state=ParcelState.MANIFESTED).order_by("tracking_number", "pk")
    return rows.values_list("tracking_number", "order_number", "point_id", "size", "weight_g")
