"""The stage of orders in the database: as a filter, as two columns beside a row, and counted. The same definition as the badge."""

from collections import Counter
from collections.abc import Mapping
from typing import Any, TypeVar

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.lookups import In, IsNull

from lockers.models import Parcel
from lockers.states import LIVE, Carriage
from orders.models import Order
from orders.rules.stage import NOT_YET, STAGES, Stage, Where, stage
from orders.states import OrderState

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
    """Asked of the one live parcel of each order, by its unique index.

    EXISTS lets PostgreSQL start from the few parcels in a rare condition. Where most parcels of all years are in it, or have to be
    ruled out, a scalar subquery keeps it to the orders asked for: the history is never read.
    """
    state, carriage = _live("state"), _live("carriage")
    if where.parcel == ():
        return Q(IsNull(state, True))
    if where.parcel is not None:
        return Q(Exists(_parcel().filter(state__in=where.parcel, carriage__in=NOT_YET)))
    if where.carriage is None:
        return Q()
    if where.carriage == NOT_YET:  # with a parcel that InPost does not have, or with none
        return ~Q(Exists(_parcel().exclude(carriage__in=NOT_YET)))
    if where.carriage == (Carriage.COLLECTED,):
        return Q(In(carriage, list(where.carriage)))
    return Q(Exists(_parcel().filter(carriage__in=where.carriage)))


def _parcel() -> QuerySet[Parcel]:
    return Parcel.objects.filter(order_number=OuterRef("number"), state__in=LIVE)


def _live(column: str) -> Subquery:
    return Subquery(_parcel().values(column)[:1])


def with_parcel(orders: Rows) -> Rows:
    """Each order with the state of its live parcel and what InPost says of it; None where there is none."""
    return orders.annotate(parcel_state=_live("state"), parcel_carriage=_live("carriage"))


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
    """How many orders that have not ended are in each stage. One statement: a join by number, for which the ORM wants a key."""
    found: Counter[str] = Counter()
    with connection.cursor() as cursor:
        cursor.execute(_COUNTED, [*LIVE, OrderState.CANCELLED, OrderState.CLOSED])
        for state, acs_status, claimed, excluded, parcel, carriage, many in cursor.fetchall():
            at = stage(state, acs_status, parcel=parcel or "", carriage=carriage or "", claimed=bool(claimed), excluded=bool(excluded))
            found[at.key] += many
    return found


_COUNTED = f"""
SELECT o.state, o.acs_status, o.release_claimed_at IS NOT NULL, o.excluded_why <> '', p.state, p.carriage, count(*)
FROM {Order._meta.db_table} o
LEFT JOIN {Parcel._meta.db_table} p ON p.order_number = o.number AND p.state IN (%s, %s, %s)
WHERE NOT o.state IN (%s, %s)
GROUP BY 1, 2, 3, 4, 5, 6
"""  # noqa: S608 - the names of our own tables
