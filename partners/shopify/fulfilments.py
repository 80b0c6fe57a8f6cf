"""Say in the shop that an order has left, with its tracking number: read what stands, do only what lacks, read it back."""

from typing import Any

from partners.errors import Conflict, Rejected, Unreadable
from partners.shopify import documents
from partners.shopify.graphql import PARTNER, NoSuchThing, Shopify
from partners.shopify.holds import gid_of
from partners.values import identifier

COMPANY = "InPost"
OVER = frozenset({"CLOSED", "CANCELLED", "INCOMPLETE"})
FAILED = frozenset({"CANCELLED", "ERROR", "FAILURE"})


class Fulfilments:
    """What of one shop's orders has left."""

    def __init__(self, shop: Shopify) -> None:
        self._shop = shop

    def ship(self, store_id: str, *, tracking: str, url: str, instead_of: str, notify: bool) -> tuple[str, bool]:
        """(the fulfilment's id, whether anything changed). A number that stands there already is success. `instead_of` is the number
        we gave before, the only one that is overwritten. Raises Conflict where the shop shows somebody else's."""
        order = self._order(store_id)
        if there := _by_number(order, tracking):
            return there, False
        told = {"number": tracking, "url": url, "company": COMPANY}
        if instead_of and (ours := _by_number(order, instead_of)):
            self._shop.change(documents.TRACKING, id=ours, tracking=told, notify=notify)
        else:
            self._create(order, told, notify)
        if there := _by_number(self._order(store_id), tracking):
            return there, True
        raise Unreadable(PARTNER, "The shop took the tracking number and does not show it.")

    def showing(self, store_id: str, tracking: str) -> str:
        """The id of the order's fulfilment that shows this number; "" where none does."""
        return _by_number(self._order(store_id), tracking)

    def _create(self, order: dict[str, Any], told: dict[str, str], notify: bool) -> None:
        parts = _nodes(order, "fulfillmentOrders")
        open_ones = [one for one in parts if one.get("status") not in OVER]
        if any("CREATE_FULFILLMENT" not in _actions(one) for one in open_ones):
            raise Rejected(PARTNER, "The shop holds a part of this order, so it cannot be shown as sent there. End the hold in the shop.")
        if not open_ones:
            raise Conflict(PARTNER, "The shop shows this order as sent already, with another tracking number than ours or with none.")
        lines = [{"fulfillmentOrderId": one["id"]} for one in open_ones]
        sent = {"lineItemsByFulfillmentOrder": lines, "trackingInfo": told, "notifyCustomer": notify}
        self._shop.change(documents.FULFIL, fulfilment=sent)

    def _order(self, store_id: str) -> dict[str, Any]:
        gid = gid_of(store_id)
        if gid is None:
            raise Rejected(PARTNER, "This order did not come from Shopify: it has no id of Shopify's.")
        try:
            order = self._shop.read(documents.SENT, id=gid).get("order")
        except NoSuchThing:
            order = None
        if not isinstance(order, dict):
            raise Rejected(PARTNER, "The shop does not have this order, or does not show it to us.")
        return order


def _by_number(order: dict[str, Any], tracking: str) -> str:
    """The id of the fulfilment that shows this number; "" where none does."""
    listed = order.get("fulfillments")
    for one in listed if isinstance(listed, list) else []:
        if isinstance(one, dict) and one.get("status") not in FAILED and tracking in _numbers(one):
            return identifier(str(one.get("id")))
    return ""


def _numbers(one: dict[str, Any]) -> list[str]:
    told = one.get("trackingInfo")
    return [str(each.get("number")) for each in told if isinstance(each, dict)] if isinstance(told, list) else []


def _nodes(order: dict[str, Any], name: str) -> list[dict[str, Any]]:
    connection = order.get(name)
    nodes = connection.get("nodes") if isinstance(connection, dict) else None
    if not isinstance(nodes, list) or not all(isinstance(node, dict) and isinstance(node.get("id"), str) for node in nodes):
        raise Unreadable(PARTNER, "The order's fulfilments cannot be read.")
    return nodes


def _actions(one: dict[str, Any]) -> set[str]:
    actions = one.get("supportedActions")
    return {str(action.get("action")) for action in actions if isinstance(action, dict)} if isinstance(actions, list) else set()
