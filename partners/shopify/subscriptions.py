"""Does Shopify still tell us of changed orders? It drops whoever does not answer for four hours."""

from typing import Any

from partners.errors import Rejected, Unreadable
from partners.shopify import documents
from partners.shopify.graphql import PARTNER, Shopify

TOPICS = ("ORDERS_CREATE", "ORDERS_UPDATED", "ORDERS_CANCELLED", "ORDERS_EDITED")
# The message is only a hint, and the order is read again: no name, address or number needs to travel in it.
HINT = ["id", "admin_graphql_api_id", "name", "updated_at"]
MOST_PAGES = 20


def subscribe(shop: Shopify, callback: str) -> tuple[str, ...]:
    """Add what is missing for `callback`; the topics added. Raises Rejected for an address that Shopify would not take."""
    if not callback.startswith("https://"):
        raise Rejected(PARTNER, "Shopify sends to https addresses only. Set SHOPIFY_WEBHOOK_ADDRESS to one.")
    there = _topics(shop, callback)
    return tuple(topic for topic in TOPICS if topic not in there and _add(shop, topic, callback))


def _add(shop: Shopify, topic: str, callback: str) -> bool:
    """False when somebody else added it meanwhile: Shopify has no code for that, so what stands there decides."""
    try:
        return shop.change(documents.SUBSCRIBE, topic=topic, to=_to(topic, callback))
    except Rejected:
        if topic in _topics(shop, callback):
            return False
        raise


def _to(topic: str, callback: str) -> dict[str, Any]:
    """An edit's message has a shape of its own, without personal data."""
    return {"uri": callback, "format": "JSON"} | ({} if topic == "ORDERS_EDITED" else {"includeFields": HINT})


def _topics(shop: Shopify, callback: str) -> set[str]:
    found: set[str] = set()
    after: str | None = None
    for _ in range(MOST_PAGES):
        connection = shop.read(documents.SUBSCRIPTIONS, topics=list(TOPICS), after=after).get("webhookSubscriptions")
        nodes = connection.get("nodes") if isinstance(connection, dict) else None
        if not isinstance(connection, dict) or not isinstance(nodes, list):
            break
        found |= {str(node.get("topic")) for node in nodes if isinstance(node, dict) and node.get("uri") == callback}
        page = connection.get("pageInfo")
        if not isinstance(page, dict) or not page.get("hasNextPage"):
            return found
        after = page.get("endCursor")
    raise Unreadable(PARTNER, "Shopify's list of subscriptions cannot be read.")
