"""Say in the shop how far a parcel is: find the fulfilment that shows our number, read its events, add the one that lacks."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from partners.errors import Rejected, Unreadable
from partners.shop import Milestone
from partners.shopify import documents
from partners.shopify.graphql import PARTNER, NoSuchThing, Shopify
from partners.values import identifier

STATUSES = {
    Milestone.TRANSIT: "IN_TRANSIT",
    Milestone.DELAYED: "DELAYED",
    Milestone.OUT: "OUT_FOR_DELIVERY",
    Milestone.TRIED: "ATTEMPTED_DELIVERY",
    Milestone.READY: "READY_FOR_PICKUP",
    Milestone.FAILED: "FAILURE",
    Milestone.DELIVERED: "DELIVERED",
}
MOST_PAGES = 5


class Milestones:
    """The events of one shop's fulfilments. `fulfilment_of` finds the fulfilment of an order that shows a tracking number, "" for none."""

    def __init__(self, shop: Shopify, fulfilment_of: Callable[[str, str], str]) -> None:
        self._shop, self._fulfilment_of = shop, fulfilment_of

    def reach(self, store_id: str, *, tracking: str, milestone: Milestone, happened_at: datetime) -> tuple[str, bool]:
        """(the fulfilment's id, whether anything changed). A fulfilment that says so, or says more, already is success.

        Raises Rejected where the shop does not show this number: nothing is said of a parcel that is not ours.
        """
        fulfilment = self._fulfilment_of(store_id, tracking)
        if not fulfilment:
            raise Rejected(PARTNER, "The shop shows no fulfilment with this tracking number, so nothing can be said of its way.")
        if self._said(fulfilment) & {STATUSES[step] for step in milestone.onwards}:
            return fulfilment, False
        told = {"fulfillmentId": fulfilment, "status": STATUSES[milestone], "happenedAt": _stamp(happened_at)}
        self._shop.change(documents.MILESTONE, own_right=True, event=told)
        return fulfilment, True

    def _said(self, fulfilment: str) -> set[str]:
        """The statuses of all its events so far, whoever said them."""
        found: set[str] = set()
        after: str | None = None
        for _ in range(MOST_PAGES):
            nodes, after = self._events(fulfilment, after)
            found |= {identifier(str(node.get("status"))) for node in nodes}
            if after is None:
                return found
        raise Unreadable(PARTNER, "This fulfilment has more events than can be read.")

    def _events(self, fulfilment: str, after: str | None) -> tuple[list[dict[str, Any]], str | None]:
        try:
            one = self._shop.read(documents.MILESTONES, id=fulfilment, after=after).get("fulfillment")
        except NoSuchThing:
            one = None
        if not isinstance(one, dict):
            raise Rejected(PARTNER, "The shop no longer has this fulfilment, or does not show it to us.")
        events = one.get("events")
        nodes = events.get("nodes") if isinstance(events, dict) else None
        page = events.get("pageInfo") if isinstance(events, dict) else None
        if not isinstance(nodes, list) or not all(isinstance(node, dict) for node in nodes) or not isinstance(page, dict):
            raise Unreadable(PARTNER, "The fulfilment's events cannot be read.")
        return nodes, str(page.get("endCursor")) if page.get("hasNextPage") else None


def _stamp(instant: datetime) -> str:
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
