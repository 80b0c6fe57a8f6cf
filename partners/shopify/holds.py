"""Holds and tags: read what stands, change only what differs, and touch nothing that others have placed."""

import re
from typing import Any

from partners.errors import Rejected, Unreadable
from partners.shopify import documents
from partners.shopify.graphql import PARTNER, NoSuchThing, Shopify
from partners.values import clean_text, identifier

REASONS = frozenset(
    {
        "AWAITING_PAYMENT",
        "HIGH_RISK_OF_FRAUD",
        "INCORRECT_ADDRESS",
        "INVENTORY_OUT_OF_STOCK",
        "UNKNOWN_DELIVERY_DATE",
        "AWAITING_RETURN_ITEMS",
        "OTHER",
    }
)
OVER = frozenset({"CLOSED", "CANCELLED", "INCOMPLETE"})
SO_ALREADY = frozenset({"DUPLICATE_FULFILLMENT_HOLD_HANDLE"})
LONGEST_HANDLE, LONGEST_NOTE = 64, 500
MOST_PAGES = 20
_GID = re.compile(r"(?:gid://shopify/Order/)?(\d{1,20})", re.ASCII)


def gid_of(store_id: str) -> str | None:
    """The order's id as the API wants it, from either way of writing it; None for what Shopify cannot have given out."""
    written = _GID.fullmatch(store_id.strip())
    return f"gid://shopify/Order/{written[1]}" if written else None


class Holds:
    """The holds and tags of one shop's orders. Every method answers whether anything changed."""

    def __init__(self, shop: Shopify) -> None:
        self._shop = shop

    def place(self, store_id: str, *, handle: str, reason: str, note: str) -> bool:
        """A hold by this handle on every fulfilment that is not over. Raises Rejected when one of them cannot be held."""
        hold = {
            "reason": reason if reason in REASONS else "OTHER",
            "reasonNotes": clean_text(note, limit=LONGEST_NOTE).text,
            "notifyMerchant": False,
            "handle": handle[:LONGEST_HANDLE],
        }
        open_ones = [one for one in self._fulfilments(store_id) if one.get("status") not in OVER and not _ours(one, handle)]
        possible = [one for one in open_ones if "HOLD" in _actions(one)]
        placed = [self._shop.change(documents.HOLD, already=SO_ALREADY, id=one["id"], hold=hold) for one in possible]
        if len(possible) < len(open_ones):
            raise Rejected(PARTNER, f"The shop takes no hold for all of this order: part of it is {_statuses(open_ones, possible)} there.")
        return any(placed)

    def lift(self, store_id: str, *, handle: str) -> bool:
        """End our own holds by this handle, by their ids: without ids all holds would go, also those of others."""
        lifted = False
        for one in self._fulfilments(store_id):
            if holds := _ours(one, handle):
                lifted |= self._shop.change(documents.RELEASE, id=one["id"], holds=holds)
        return lifted

    def tag(self, store_id: str, *, add: tuple[str, ...], remove: tuple[str, ...]) -> bool:
        """Shopify's tags do not tell capitals from small letters."""
        order = self._order(documents.TAGS, store_id)
        there = {str(tag).casefold() for tag in order.get("tags") or ()}
        lacking = [tag for tag in add if tag.casefold() not in there]
        surplus = [tag for tag in remove if tag.casefold() in there]
        if lacking:
            self._shop.change(documents.TAG, id=order["id"], tags=lacking)
        if surplus:
            self._shop.change(documents.UNTAG, id=order["id"], tags=surplus)
        return bool(lacking or surplus)

    def _fulfilments(self, store_id: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        after: str | None = None
        for _ in range(MOST_PAGES):
            connection = self._order(documents.STANDING, store_id, after=after).get("fulfillmentOrders")
            nodes = connection.get("nodes") if isinstance(connection, dict) else None
            if not isinstance(nodes, list) or not all(isinstance(node, dict) and isinstance(node.get("id"), str) for node in nodes):
                break
            found += nodes
            page = connection.get("pageInfo") if isinstance(connection, dict) else None
            if not isinstance(page, dict) or not page.get("hasNextPage"):
                return found
            after = page.get("endCursor")
        raise Unreadable(PARTNER, "The order's fulfilments cannot be read.")

    def _order(self, document: str, store_id: str, **variables: Any) -> dict[str, Any]:
        gid = gid_of(store_id)
        if gid is None:
            raise Rejected(PARTNER, "This order did not come from Shopify: it has no id of Shopify's.")
        try:
            order = self._shop.read(document, id=gid, **variables).get("order")
        except NoSuchThing:
            order = None
        if order is None:
            raise Rejected(PARTNER, "The shop does not have this order, or does not show it to us.")
        if not isinstance(order, dict) or not isinstance(order.get("id"), str) or not isinstance(order.get("tags", []), list):
            raise Unreadable(PARTNER, "The order is not as agreed.")
        return order


def _ours(one: dict[str, Any], handle: str) -> list[str]:
    """The ids of our own holds by this handle: others may use the same word."""
    holds = one.get("fulfillmentHolds")
    listed = [hold for hold in holds if isinstance(hold, dict)] if isinstance(holds, list) else []
    wanted = handle[:LONGEST_HANDLE]
    return [str(hold.get("id")) for hold in listed if hold.get("handle") == wanted and hold.get("heldByRequestingApp") is True]


def _statuses(open_ones: list[dict[str, Any]], possible: list[dict[str, Any]]) -> str:
    left = {identifier(str(one.get("status"))).lower().replace("_", " ") for one in open_ones if one not in possible}
    return " or ".join(sorted(left))


def _actions(one: dict[str, Any]) -> set[str]:
    actions = one.get("supportedActions")
    return {str(action.get("action")) for action in actions if isinstance(action, dict)} if isinstance(actions, list) else set()
