"""What may be asked: the fields of the query root."""

from collections.abc import Callable
from typing import Any

from partners.sandbox.shopify.book import Shop
from partners.sandbox.shopify.nodes.fields import number_of_sku
from partners.sandbox.shopify.nodes.fulfilment import fulfilment_order
from partners.sandbox.shopify.nodes.goods import product, products, variant, variants
from partners.sandbox.shopify.nodes.hooks import API_VERSION, installation, subscription
from partners.sandbox.shopify.nodes.order import order, orders
from partners.sandbox.shopify.nodes.place import LOCATION, location, shop_itself
from partners.sandbox.shopify.nodes.sending import sending
from partners.sandbox.shopify.nodes.shapes import Node, gid, number_of, rows
from partners.sandbox.shopify.nodes.stock import inventory_item
from partners.sandbox.shopify.paging import Rows
from partners.sandbox.shopify.search import ORDERS, goods, look

Asked = dict[str, Any]
Note = dict[str, Any]


def query_root(shop: Shop, notes: list[Note]) -> Node:
    """`notes` receives what the search has to say beside the data."""
    return {
        "__typename": "QueryRoot",
        "order": lambda asked: found(shop, asked["id"], "Order"),
        "orders": lambda asked: _orders(shop, asked, notes),
        "ordersCount": lambda asked: _count(len(look(shop.indexed(), asked.get("query") or "", ORDERS).items), asked),
        "product": lambda asked: found(shop, asked["id"], "Product"),
        "products": lambda asked: products(_goods(shop, asked, "products", notes), shop, asked.get("sortKey") or "ID"),
        "productVariant": lambda asked: found(shop, asked["id"], "ProductVariant"),
        "productVariants": lambda asked: variants(_goods(shop, asked, "productVariants", notes), shop, asked.get("sortKey") or "ID"),
        "productVariantsCount": lambda asked: _count(len(_goods(shop, asked, "productVariants", notes)), asked),
        "inventoryItem": lambda asked: found(shop, asked["id"], "InventoryItem"),
        "inventoryItems": lambda asked: _items(_goods(shop, asked, "inventoryItems", notes), shop),
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


def _of_a_sku(show: Callable[[str, Shop], Node | None]) -> Callable[[Shop, int], Node | None]:
    return lambda shop, number: show(shop.sku_of[number], shop) if number in shop.sku_of else None


_FINDERS: dict[str, Callable[[Shop, int], Node | None]] = {
    "Order": _find_order,
    "Fulfillment": _find_sending,
    "FulfillmentOrder": _find_fulfilment,
    "InventoryItem": _of_a_sku(inventory_item),
    "Location": _find_location,
    "Product": _of_a_sku(product),
    "ProductVariant": _of_a_sku(variant),
    "WebhookSubscription": _find_subscription,
}


def _orders(shop: Shop, asked: Asked, notes: list[Note]) -> Rows:
    query = asked.get("query") or ""
    looked = look(shop.indexed(), query, ORDERS)
    notes += [note for note in looked.notes if note not in notes]
    return orders(looked.items, asked.get("sortKey") or "PROCESSED_AT", shop)


def _goods(shop: Shop, asked: Asked, page: str, notes: list[Note]) -> list[str]:
    """The SKUs that are looked for."""
    known = goods(page, lambda one: number_of_sku(one.product.sku, shop))
    looked = look(list(shop.shelf.values()), asked.get("query") or "", known)
    notes += [note for note in looked.notes if note not in notes]
    return [one.product.sku for one in looked.items]


def _items(skus: list[str], shop: Shop) -> Rows:
    return rows("InventoryItemConnection", skus, lambda sku: inventory_item(sku, shop), lambda sku: shop.skus[sku])


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
