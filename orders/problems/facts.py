"""The facts that the release gate reads, as plain tuples: four statements for any number of orders.

ORM objects would cost ten times the rules themselves, so the hot path reads columns.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import NamedTuple

from django.db import connection
from django.db.models import CharField, OuterRef, Q, Subquery, TextField, Value

from lockers.models import Point
from orders.models import Order, RuleSetting
from orders.rules import settings
from orders.rules.settings import DELIVERED, RuleSettings
from orders.states import OrderState
from partners import mappings
from partners.models import CodeMapping

LOOK_ALIKE_WINDOW = timedelta(hours=24)


class Facts(NamedTuple):
    """One order's columns, in the order they are selected."""

    id: int
    number: str
    state: str
    destination: str
    delivery_method: str
    locker_id: str
    mobile: str
    email: str
    first_name: str
    last_name: str
    address1: str
    city: str
    postcode: str
    country: str
    dispatch_on: date | None
    deliver_on: date | None
    event_on: date | None
    return_on: date | None
    is_hire: bool
    customs_contents: str
    customs_value_pence: int | None
    kept_beside: str
    customer_key: str
    channel: str
    total_pence: int
    inputs_hash: str
    duplicate_of: str | None


class Line(NamedTuple):
    """One order line beside what the product master and ACS know of its SKU. Lengths mm, weight g; None is unknown."""

    sku: str
    quantity: int
    length_mm: int | None
    width_mm: int | None
    height_mm: int | None
    weight_g: int | None
    rigid: bool | None
    origin_country: str | None
    known_to_acs: bool
    factor: int | None = None  # how much of its volume counts, in thousandths, where a learnt size was accepted


class Place(NamedTuple):
    """One mirrored InPost point."""

    point_id: str
    status: str
    is_locker: bool
    collect_excluded: bool
    functions: list[str]
    sizes: dict[str, str]
    gone_at: datetime | None


@dataclass(frozen=True)
class Method:
    """What a shop's delivery method means at ACS."""

    service: str
    agent: str
    destination: str


@dataclass(frozen=True)
class Batch:
    """Everything the rules need for some orders, and what holds for all of them."""

    orders: list[Facts]
    lines: dict[int, list[Line]]
    places: dict[str, Place]
    methods: dict[str, Method]
    acs_list_exists: bool
    mirror_loaded: bool
    today: date = field(default=date.min)
    settings: RuleSettings = DELIVERED


def read_batch(ids: Sequence[int], *, methods: dict[str, Method], today: date) -> Batch:
    """Read the facts of the orders `ids`: orders with their look-alikes, lines with products, points."""
    orders, in_force = _read_orders(ids)
    lines, acs_list_exists = _read_lines(ids)
    places = _read_places({row.locker_id for row in orders if row.locker_id})
    missing = any(row.locker_id and row.locker_id not in places for row in orders)
    return Batch(
        orders=orders,
        lines=lines,
        places=places,
        methods=methods,
        acs_list_exists=acs_list_exists,
        mirror_loaded=bool(places) or not missing or Point.objects.exists(),
        today=today,
        settings=in_force,
    )


def read_methods() -> dict[str, Method]:
    """Every mapped delivery method by its folded code. One statement."""
    return {
        folded: Method(service=row["target"], agent=row["flags"].get("agent", ""), destination=row["flags"].get("destination", ""))
        for folded, row in mappings.targets("acs", CodeMapping.Kind.DELIVERY_METHOD).items()
        if row["target"]
    }


def _read_orders(ids: Sequence[int]) -> tuple[list[Facts], RuleSettings]:
    """The orders, and the settings in force, which ride along as a column that is the same in every row."""
    columns = [name for name in Facts._fields if name != "duplicate_of"]
    rows = list(Order.objects.filter(pk__in=ids).order_by("pk").values_list(*columns, _look_alike(), _in_force()))
    return [Facts._make(row[:-1]) for row in rows], settings_of(rows[0][-1] if rows else None)


def _in_force() -> Subquery:
    """As text, or every row would be parsed."""
    newest = RuleSetting.objects.order_by("-version")
    return Subquery(newest.values("in_force")[:1], output_field=TextField())


def settings_of(in_force: str | None) -> RuleSettings:
    """The settings from the column `in_force` as the database gives it: None where nobody has published any."""
    return settings.of(json.loads(in_force)) if in_force else DELIVERED


def _look_alike() -> Subquery:
    """The earliest earlier order of the same customer with the same contents and address, inside the window."""
    earlier = (
        Order.objects.filter(customer_key=OuterRef("customer_key"), contents_key=OuterRef("contents_key"))
        .filter(Q(placed_at__lt=OuterRef("placed_at")) & Q(placed_at__gte=OuterRef("placed_at") - Value(LOOK_ALIKE_WINDOW)))
        .exclude(Q(state=OrderState.CANCELLED) | Q(customer_key="") | Q(number=OuterRef("kept_beside")))
        .order_by("placed_at")
    )
    return Subquery(earlier.values("number")[:1], output_field=CharField())


# Raw because neither side has a foreign key to the other: a SKU may be sold before anyone has described it.
_LINES = """
SELECT l.order_id, l.sku, l.quantity, p.length_mm, p.width_mm, p.height_mm, p.weight_g, p.rigid, p.origin_country,
       a.id IS NOT NULL, c.accepted_factor, EXISTS (SELECT 1 FROM inventory_acssku WHERE source = 'setup_list')
FROM orders_orderline l
LEFT JOIN inventory_product p ON p.sku = l.sku
LEFT JOIN inventory_acssku a ON a.sku = l.sku
LEFT JOIN inventory_sizecorrection c ON c.sku = l.sku
WHERE l.order_id IN ({places}) AND l.quantity > 0
ORDER BY l.order_id, l.id
"""


def _read_lines(ids: Sequence[int]) -> tuple[dict[int, list[Line]], bool]:
    lines: dict[int, list[Line]] = defaultdict(list)
    acs_list_exists = False
    if not ids:
        return lines, acs_list_exists
    with connection.cursor() as cursor:
        cursor.execute(_LINES.format(places=",".join(str(int(pk)) for pk in ids)))
        for order_id, *columns, acs_list_exists in cursor.fetchall():  # noqa: B007 - the last column is the same in every row
            lines[order_id].append(Line._make(columns))
    return lines, bool(acs_list_exists)


def _read_places(point_ids: Iterable[str]) -> dict[str, Place]:
    wanted = list(point_ids)
    if not wanted:
        return {}
    rows = Point.objects.filter(point_id__in=wanted).values_list(*Place._fields)
    return {row[0]: Place._make(row) for row in rows}
