"""What a bulk fix would change in each order, or why it leaves one alone. Read set by set; nothing is written here."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from exceptions_queue.catalogue import CATALOGUE, Code
from lockers.rules import phone
from orders.actions.reassigning import standing_of
from orders.models import Order
from orders.problems import read_methods
from orders.queries.nearby import Around, Choice, needed_sizes
from orders.states import Destination, OrderState
from partners.mappings import fold

Orders = Sequence[Order]
Params = Mapping[str, Any]
NO_LOCKER = "No locker near it takes the parcel, as far as we know."


@dataclass(frozen=True)
class Plan:
    """The values one order would get; or `why` it is left alone. `choice` is the locker that it would go to, where that is the point."""

    values: dict[str, Any] = field(default_factory=dict)
    why: str = ""
    choice: Choice | None = None


Plans = dict[int, Plan]


@dataclass(frozen=True)
class BulkFix:
    """One way to put many orders right: the verb of its button, the permission it takes, the codes it is for.

    `at_acs` says that it is for orders that ACS has too: their values change when ACS shows them.
    """

    verb: str
    permission: str
    codes: frozenset[str]
    plan: Callable[[Orders, Params], Plans]
    at_acs: bool = False


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
    """The nearest locker that takes the parcel: to the customer's own choice, else to the postcode. One search per place, not per order."""
    at_acs = [order for order in orders if order.state == OrderState.RELEASED]
    standing = standing_of(at_acs) if at_acs else None
    around, sizes = Around(orders), needed_sizes(orders)
    plans = {}
    for order in orders:
        why = standing.why_not(order) if standing and order.state == OrderState.RELEASED else None
        plans[order.pk] = Plan(why=why.sentence) if why else _going(around.choices(order, sizes[order.pk], limit=1))
    return plans


def _going(found: Sequence[Choice]) -> Plan:
    return Plan({"locker_id": found[0].point.point_id}, choice=found[0]) if found else Plan(why=NO_LOCKER)


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
    "nearest_locker": BulkFix(
        "Send each to the nearest locker", "orders.reassign_order", _offering("orders:change-locker"), _nearest, at_acs=True
    ),
    "convert_to_home": BulkFix("Deliver them to the door", "orders.reroute_order", _offering("orders:convert-to-home"), _home),
}
