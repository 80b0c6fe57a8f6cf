"""What a bulk fix would change in each order, or why it leaves one alone. Read set by set; nothing is written here."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from exceptions_queue.catalogue import CATALOGUE, Code
from lockers import queries as lockers
from lockers.models import Point
from lockers.rules import phone
from orders.models import GateDecision, Order
from orders.problems import read_methods
from orders.states import Destination
from partners.mappings import fold

Orders = Sequence[Order]
Params = Mapping[str, Any]


@dataclass(frozen=True)
class Plan:
    """The values one order would get; or `why` it is left alone."""

    values: dict[str, Any] = field(default_factory=dict)
    why: str = ""


Plans = dict[int, Plan]


@dataclass(frozen=True)
class BulkFix:
    """One way to put many orders right: the verb of its button, the permission of the single fix, the codes it is for."""

    verb: str
    permission: str
    codes: frozenset[str]
    plan: Callable[[Orders, Params], Plans]


def _nothing_to_change(orders: Orders, params: Params) -> Plans:
    return {order.pk: Plan() for order in orders}


def _proposed_mobile(orders: Orders, params: Params) -> Plans:
    return {order.pk: _mobile(order) for order in orders}


def _mobile(order: Order) -> Plan:
    """Only a correction that changes no digit; where there is none, a person asks the customer."""
    verdict = phone.judge(order.mobile)
    if verdict.ok:
        return Plan(why="Its mobile number is right already.")
    proposed = phone.judge(verdict.proposal)
    return Plan({"mobile": proposed.e164}) if proposed.ok else Plan(why="No safe correction of its mobile number is known.")


def _home(orders: Orders, params: Params) -> Plans:
    method = read_methods().get(fold(str(params.get("delivery_method", ""))))
    if method is None or method.destination != Destination.HOME:
        return {order.pk: Plan(why="The delivery method is no home delivery any more.") for order in orders}
    values = {"delivery_method": params["delivery_method"], "destination": Destination.HOME.value}
    return {order.pk: Plan(why="It goes home already.") if order.destination == Destination.HOME else Plan(values) for order in orders}


def _nearest(orders: Orders, params: Params) -> Plans:
    """The nearest locker that takes the parcel: to the one chosen, else to the postcode. One search per place, not per order."""
    chosen = {point.point_id: point for point in Point.objects.filter(point_id__in={order.locker_id for order in orders})}
    sizes = _sizes(orders)
    middle, search = cache(lockers.middle_of), cache(_search)
    plans = {}
    for order in orders:
        point = chosen.get(order.locker_id)
        known = point is not None and bool(point.latitude or point.longitude)
        place = (point.latitude, point.longitude) if point and known else middle(order.postcode)
        found = search(*place, sizes.get(order.pk, ""), order.locker_id) if place else None
        plans[order.pk] = Plan({"locker_id": found}) if found else Plan(why="No locker near it takes the parcel, as far as we know.")
    return plans


def _search(latitude: float, longitude: float, size: str, but_not: str) -> str | None:
    found = lockers.nearest(latitude, longitude, size=size, limit=1, but_not=but_not)
    return found[0].point.point_id if found else None


def _sizes(orders: Orders) -> dict[int, str]:
    """The compartment each needs, by its last look at the gate. One statement."""
    decisions = GateDecision.objects.filter(order__in=[order.pk for order in orders], gate=GateDecision.Gate.RELEASE)
    return {pk: str(size or "") for pk, size in decisions.order_by("pk").values_list("order_id", "inputs__size")}


def _offering(url_name: str) -> frozenset[str]:
    """The codes whose own fix it is."""
    return frozenset(code for code, kind in CATALOGUE.items() if any(fix.url_name == url_name for fix in kind.fixes))


KINDS = {
    "recheck": BulkFix(
        "Check them again",
        "orders.recheck_order",
        frozenset(code for code, kind in CATALOGUE.items() if kind.recheck == "orders:recheck"),
        _nothing_to_change,
    ),
    "use_proposed_mobile": BulkFix("Use the proposed numbers", "orders.correct_order", frozenset({Code.VAL_MOB_FORMAT}), _proposed_mobile),
    "nearest_locker": BulkFix("Send each to the nearest locker", "orders.reroute_order", _offering("orders:change-locker"), _nearest),
    "convert_to_home": BulkFix("Deliver them to the door", "orders.reroute_order", _offering("orders:convert-to-home"), _home),
}
