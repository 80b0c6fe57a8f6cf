"""What may be asked: the fields of the query root."""

from collections.abc import Callable
from typing import Any

from partners.sandbox.shopify.book import Shop
from partners.sandbox.shopify.language import Fault
from partners.sandbox.shopify.nodes.fulfilment import fulfilment_order
from partners.sandbox.shopify.nodes.hooks import API_VERSION, installation, subscription
from partners.sandbox.shopify.nodes.order import order, orders
from partners.sandbox.shopify.nodes.place import LOCATION, location, shop_itself
from partners.sandbox.shopify.nodes.sending import sending
from partners.sandbox.shopify.nodes.shapes import Node, gid, rows
from partners.sandbox.shopify.paging import Rows
from partners.sandbox.shopify.search import look

Asked = dict[str, Any]
Note = dict[str, Any]


def query_root(shop: Shop, notes: list[Note]) -> Node:
    """`notes` receives what the search has to say beside the data."""
    return {
        "__typename": "QueryRoot",
        "order": lambda asked: found(shop, asked["id"], "Order"),
        "orders": lambda asked: _orders(shop, asked, notes),
        "ordersCount": lambda asked: _count(len(look(shop.indexed(), asked.get("query") or "").sales), asked),
        "fulfillment": lambda asked: found(shop, asked["id"], "Fulfillment"),
        "fulfillmentOrder": lambda asked: found(shop, asked["id"], "FulfillmentOrder"),
        "node": lambda asked: found(shop, asked["id"]),
        "nodes": lambda asked: [found(shop, one) for one in asked["ids"]],
        "shop": lambda asked: shop_itself(shop) | _of_the_shop(shop, notes),
        "location": lambda asked: found(shop, asked.get("id") or gid("Location", LOCATION), "Location"),
        "locations": lambda asked: _locations(shop),
        "currentAppInstallation": lambda asked: installation(shop),
        "publicApiVersions": lambda asked: [API_VERSION],
        "webhookSubscription": lambda asked: found(shop, asked["id"], "WebhookSubscription"),
        "webhookSubscriptions": lambda asked: _subscriptions(shop, asked),
        "webhookSubscriptionsCount": lambda asked: _count(len(shop.postman.subscriptions), asked),
    }


def _of_the_shop(shop: Shop, notes: list[Note]) -> Node:
    return {"orders": lambda asked: _orders(shop, asked, notes), "locations": lambda asked: _locations(shop)}


def number_of(named: str, type_name: str) -> int:
    """Raises Fault, as the real one does, where this is the id of something else."""
    kind, _, number = named.partition("?")[0].removeprefix("gid://shopify/").partition("/")
    if kind != type_name or not number.isdecimal() or int(number) == 0:
        raise Fault(f"Invalid id: {named}", extra={"code": "RESOURCE_NOT_FOUND"})
    return int(number)


def found(shop: Shop, named: str, only: str = "") -> Node | None:
    """The node of this id, None where there is none. Raises Fault where `only` another type may be asked for."""
    kind = named.removeprefix("gid://shopify/").partition("/")[0]
    if only or kind in _FINDERS:
        return _FINDERS[only or kind](shop, number_of(named, only or kind))
    return None


def _find_order(shop: Shop, number: int) -> Node | None:
    return order(shop.sales[number], shop) if number in shop.sales else None


def _find_fulfilment(shop: Shop, number: int) -> Node | None:
    pair = shop.fulfilments.get(number)
    return fulfilment_order(pair[1], pair[0], shop) if pair else None


def _find_sending(shop: Shop, number: int) -> Node | None:
    pair = shop.sendings.get(number)
    return sending(pair[1], pair[0], shop) if pair else None


def _find_location(shop: Shop, number: int) -> Node | None:
    return location(shop) if number == LOCATION else None


def _find_subscription(shop: Shop, number: int) -> Node | None:
    one = shop.postman.subscriptions.get(number)
    return subscription(one) if one else None


_FINDERS: dict[str, Callable[[Shop, int], Node | None]] = {
    "Order": _find_order,
    "Fulfillment": _find_sending,
    "FulfillmentOrder": _find_fulfilment,
    "Location": _find_location,
    "WebhookSubscription": _find_subscription,
}


def _orders(shop: Shop, asked: Asked, notes: list[Note]) -> Rows:
    query = asked.get("query") or ""
    looked = look(shop.indexed(), query)
    notes += [note for note in looked.notes if note not in notes]
    return orders(looked.sales, asked.get("sortKey") or "PROCESSED_AT", shop)


def _count(number: int, asked: Asked) -> Node:
    limit = asked.get("limit")
    most = number if limit is None else min(number, limit)
    return {"__typename": "Count", "count": most, "precision": "EXACT" if most == number else "AT_LEAST"}


def _locations(shop: Shop) -> Rows:
    return rows("LocationConnection", [LOCATION], lambda number: location(shop), lambda number: number)


def _subscriptions(shop: Shop, asked: Asked) -> Rows:
    """Only the app's own are shown, as ever."""
    topics, uri = asked.get("topics"), asked.get("uri") or asked.get("callbackUrl")
    kept = [one for one in shop.postman.subscriptions.values() if (not topics or one.topic in topics) and (not uri or one.uri == uri)]
    return rows("WebhookSubscriptionConnection", kept, subscription, lambda one: one.id)
