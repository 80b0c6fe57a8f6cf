"""What ACS lacks of an order, and how the desk shows an order that ACS has."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from exceptions_queue import actions as desk
from exceptions_queue.calendars import Due
from exceptions_queue.catalogue import Code
from orders.actions.sending import card_of
from orders.models import Order
from orders.rules.picking import missing_garments
from orders.states import AcsStatus, OrderState

SHORT = frozenset({Code.ORD_SHORT})

Found = dict[str, dict[str, Any]]
Missing = Sequence[Mapping[str, Any]]


def is_short(order: Order, agreed: Missing) -> bool:
    """ACS has a part of this order only, and the customer has not agreed to just that part."""
    if order.state != OrderState.RELEASED or order.acs_status == AcsStatus.CANCELLED:
        return False
    if order.acs_short:
        return not covers(agreed, order.acs_short)
    return bool(order.acs_status == AcsStatus.PART_PICKED and not agreed)


def covers(agreed: Missing, short: Iterable[Mapping[str, Any]]) -> bool:
    """Every garment that lacks is one the customer agreed to do without."""
    given_up = {line["line_id"]: line["wanted"] - line["picked"] for line in agreed}
    return all(line["wanted"] - line["picked"] <= given_up.get(line["line_id"], 0) for line in short)


def short_of(order: Order, agreed: Missing) -> Found:
    """What ACS lacks of this order, by SKU; it may also say "part picked" and not of what."""
    if not is_short(order, agreed):
        return {}
    told: dict[str, Any] = {"field": "lines", "left": order.acs_status == AcsStatus.DESPATCHED}
    return {Code.ORD_SHORT: told | lacking(order.acs_short)}


def lacking(missing: Missing) -> dict[str, Any]:
    """The evidence for what lacks: SKUs and a number, or that nobody named it."""
    if not missing:
        return {"fault": "not_named"}
    skus = sorted({str(line["sku"]) for line in missing})
    return {"fault": "short", "skus": skus[:5], "garments": missing_garments(missing)}


def card_after_pick(order: Order, due: Due) -> desk.Card:
    """Due by what still makes the next collection."""
    return replace(card_of(order), due_at=due.due_at, cutoff_at=due.cutoff_at)
