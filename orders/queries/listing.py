"""The list of orders: keyset pages, formatted strings, no personal data."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import Q, QuerySet

from exceptions_queue.queries import keyset, words
from orders.models import Order
from orders.queries.stages import stage_of_row, with_parcel
from orders.rules.masking import mask_name
from orders.rules.stage import Stage
from orders.states import Destination, OrderState

SIZE = 50
COUNTED_TO = 10_000
COLUMNS = (
    "id",
    "number",
    "state",
    "acs_status",
    "release_claimed_at",
    "excluded_why",
    "destination",
    "locker_id",
    "delivery_method",
    "first_name",
    "last_name",
    "total_pence",
    "placed_at",
    "channel",
    "parcel_state",
    "parcel_carriage",
)
STILL_OPEN = ~Q(state__in=(OrderState.CLOSED, OrderState.CANCELLED))


class Row(NamedTuple):
    """One line of the list, ready to be shown."""

    number: str
    stage: Stage
    customer: str
    to: str
    value: str
    placed: str
    placed_full: str
    channel: str


def page(orders: QuerySet[Order], *, now: datetime, after: str = "", before: str = "") -> keyset.Page[Row]:
    """One page, newest first. One statement."""
    found = keyset.page(with_parcel(orders).values(*COLUMNS), key="placed_at", size=SIZE, after=after, before=before, newest_first=True)
    return keyset.Page([shown(row, now) for row in found.rows], found.previous, found.next, found.is_first)


def count(orders: QuerySet[Order]) -> str:
    """How many there are, exact to 10,000. One statement that stops counting there."""
    counted = orders.order_by()[: COUNTED_TO + 1].count()
    return f"{COUNTED_TO:,}+" if counted > COUNTED_TO else f"{counted:,}"


def shown(row: Mapping[str, Any], now: datetime) -> Row:
    """A row of `COLUMNS`, read through `with_parcel`, in words."""
    locker = row["destination"] == Destination.LOCKER
    return Row(
        number=row["number"],
        stage=stage_of_row(row),
        customer=mask_name(row["first_name"], row["last_name"]),
        to=row["locker_id"] or "no locker" if locker else row["delivery_method"],
        value=words.pounds(row["total_pence"]),
        placed=words.moment(row["placed_at"], now),
        placed_full=words.full(row["placed_at"]),
        channel=row["channel"],
    )
