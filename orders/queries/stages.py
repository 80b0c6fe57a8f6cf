"""The stage of orders in the database: as a filter, as two columns beside a row, and counted. The same definition as the badge."""

from collections import Counter
from collections.abc import Mapping
from typing import Any, TypeVar

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery

from lockers.models import Parcel
from lockers.states import LIVE
from orders.models import Order
from orders.rules.stage import NOT_YET, STAGES, Stage, Where, stage

COLUMNS = ("state", "acs_status", "release_claimed_at", "excluded_why", "parcel_state", "parcel_carriage")
Rows = TypeVar("Rows", bound=QuerySet[Any, Any])


def of_stage(key: str) -> Q:
    """The orders in one stage; all of them for a stage that does not exist."""
    return _of(STAGES[key]) if key in STAGES else Q()


def _of(where: Where) -> Q:
    wanted = Q(state=where.state)
    if where.acs is not None:
        wanted &= Q(acs_status__in=where.acs)
    if where.claimed is not None:
        wanted &= Q(release_claimed_at__isnull=not where.claimed)
    if where.excluded is not None:
        wanted &= ~Q(excluded_why="") if where.excluded else Q(excluded_why="")
    return wanted & _of_parcel(where)


def _of_parcel(where: Where) -> Q:
    """Asked of the one live parcel of each order, by its unique index."""
    live = Parcel.objects.filter(order_number=OuterRef("number"), state__in=LIVE)
    if where.parcel == ():
        return ~Q(Exists(live))
    if where.parcel is not None:
        return Q(Exists(live.filter(state__in=where.parcel, carriage__in=NOT_YET)))
    if where.carriage is None:
        return Q()
    if where.carriage == NOT_YET:  # with a parcel that InPost does not have, or with none
        return ~Q(Exists(live.exclude(carriage__in=NOT_YET)))
    return Q(Exists(live.filter(carriage__in=where.carriage)))


def with_parcel(orders: Rows) -> Rows:
    """Each order with the state of its live parcel and what InPost says of it; None where there is none."""
    live = Parcel.objects.filter(order_number=OuterRef("number"), state__in=LIVE)
    return orders.annotate(parcel_state=Subquery(live.values("state")[:1]), parcel_carriage=Subquery(live.values("carriage")[:1]))


def stage_of_row(row: Mapping[str, Any]) -> Stage:
    """The stage of a mapping of `COLUMNS`, read through `with_parcel`."""
    return stage(
        row["state"],
        row["acs_status"],
        parcel=row["parcel_state"] or "",
        carriage=row["parcel_carriage"] or "",
        claimed=bool(row["release_claimed_at"]),
        excluded=bool(row["excluded_why"]),
    )


def counts() -> Counter[str]:
    """How many orders that have not ended are in each stage. One statement."""
    facts = {"claimed": Q(release_claimed_at__isnull=False), "excluded": ~Q(excluded_why="")}
    columns = ("state", "acs_status", "parcel_state", "parcel_carriage", *facts)
    going = with_parcel(Order.objects.filter(~Q(state__in=("cancelled", "closed")))).annotate(**facts).order_by()
    found: Counter[str] = Counter()
    for state, acs_status, parcel, carriage, claimed, excluded, many in going.values_list(*columns).annotate(many=Count("pk")):
        found[stage(state, acs_status, parcel=parcel or "", carriage=carriage or "", claimed=claimed, excluded=excluded).key] += many
    return found
