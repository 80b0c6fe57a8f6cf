"""Which orders still go to a locker, and how each of them stands."""

from datetime import datetime
from typing import NamedTuple

from django.db.models import QuerySet

from orders.models import Order
from orders.queries.listing import COLUMNS, STILL_OPEN, Row, count, shown
from orders.queries.stages import with_parcel
from orders.states import Destination

SHOWN = 8


class Bound(NamedTuple):
    """The open orders of one locker: how many, and the newest of them."""

    many: str
    rows: list[Row]


def bound_for(point_id: str, *, at: datetime) -> Bound:
    """The open orders whose parcel goes to this locker. Two statements."""
    orders = open_orders(point_id)
    newest = with_parcel(orders).order_by("-placed_at", "-id")[:SHOWN]
    return Bound(count(orders), [shown(row, at) for row in newest.values(*COLUMNS)])


def open_orders(point_id: str) -> QuerySet[Order]:
    """Neither closed nor cancelled, and to be left in this locker."""
    return Order.objects.filter(STILL_OPEN, locker_id=point_id, destination=Destination.LOCKER)
