"""Shopify's Admin API as docs/partners/shopify.md describes it, in a page: orders by pages, holds, tags, subscriptions."""

import json
import re
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from partners.http import Wire
from partners.shopify.client import ShopifyStore
from tests.partners.fake_web import Asked, FakeWeb, Reply

TOKEN = "shpat_word"
PATH = "/admin/api/2026-07/graphql.json"
JSON = {"Content-Type": "application/json; charset=utf-8"}
NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
SCOPES = ("read_orders", "write_orders", "read_customers", "write_merchant_managed_fulfillment_orders")
COST = {
    "requestedQueryCost": 142,
    "actualQueryCost": None,
    "throttleStatus": {"maximumAvailable": 2000.0, "currentlyAvailable": 42, "restoreRate": 100.0},
}

PLENTY = {"requestedQueryCost": 10, "throttleStatus": {"maximumAvailable": 2000.0, "currentlyAvailable": 1990, "restoreRate": 100.0}}


def page(*nodes: Any, more: str | None = None) -> dict[str, Any]:
    return {"pageInfo": {"hasNextPage": more is not None, "endCursor": more}, "nodes": list(nodes)}


def line(number: int, **facts: Any) -> dict[str, Any]:
    money = {"shopMoney": {"amount": "84.0", "currencyCode": "GBP"}}
    plain = {"id": f"gid://shopify/LineItem/{number}", "sku": f"DRS-{number}", "name": "Midi dress", "quantity": 1, "currentQuantity": 1}
    return plain | {"requiresShipping": True, "customAttributes": [], "discountedUnitPriceSet": money} | facts


def fulfilment(number: int, status: str = "OPEN", *holds: dict[str, Any], actions: tuple[str, ...] = ("HOLD", "MOVE")) -> dict[str, Any]:
    named = {"id": f"gid://shopify/FulfillmentOrder/{number}", "status": status, "requestStatus": "UNSUBMITTED"}
    facts = {"destination": None, "deliveryMethod": None, "supportedActions": [{"action": action} for action in actions]}
    return named | facts | {"fulfillmentHolds": list(holds)}


def order(number: int = 1, **facts: Any) -> dict[str, Any]:
    """An order node as `documents.ORDER` asks for it."""
    ship = {"firstName": "Ada", "lastName": "Byron", "company": None, "address1": "1 High Street", "address2": None, "city": "Leeds"}
    ship |= {"province": None, "provinceCode": None, "zip": "LS1 4AB", "countryCodeV2": "GB", "phone": "07700 900123"}
    plain = {
        "id": f"gid://shopify/Order/{number}",
        "name": f"#LS-{number}",
        "sourceName": "web",
        "createdAt": "2026-11-23T09:14:00Z",
        "processedAt": "2026-11-23T09:14:20Z",
        "updatedAt": "2026-11-23T09:15:00Z",
        "cancelledAt": None,
        "displayFinancialStatus": "PAID",
        "tags": [],
        "note": None,
        "email": "ada@example.com",
        "phone": None,
        "currencyCode": "GBP",
        "currentTotalPriceSet": {"shopMoney": {"amount": "84.0", "currencyCode": "GBP"}},
        "customAttributes": [{"key": "Locker ID", "value": "UK00001234"}],
        "customer": None,
        "shippingAddress": ship,
        "billingAddress": None,
        "shippingLine": {"title": "InPost Locker", "code": "inpost_locker", "phone": None},
        "lineItems": page(line(1)),
        "metafields": page(),
        "fulfillmentOrders": page(fulfilment(number)),
    }
    return plain | facts


@dataclass
class FakeShopify:
    """`orders` is what the shop has. `page_size` and `list_size` bound its pages, `most_orders` what one query may cost."""

    orders: dict[str, dict[str, Any]] = field(default_factory=dict)
    subscriptions: list[dict[str, Any]] = field(default_factory=list)
    scopes: tuple[str, ...] = SCOPES
    versions: tuple[str, ...] = ("2026-04", "2026-07", "2026-10")
    page_size: int = 50
    list_size: int = 30
    most_orders: int = 50
    asked: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def add(self, *orders: dict[str, Any]) -> "FakeShopify":
        self.orders |= {order["id"]: order for order in orders}
        return self

    def reply(self, asked: Asked) -> Reply:
        if asked.headers.get("x-shopify-access-token") != TOKEN:
            return 401, JSON, b'{"errors":"[API] Invalid API key or access token (unrecognized login or wrong password)"}'
        if asked.path != PATH or asked.method != "POST":
            return 404, JSON, b'{"errors":"Not Found"}'
        body = json.loads(asked.body)
        name, said = re.match(r"\s*\w+ (\w+)", body["query"])[1], body["variables"]
        self.asked.append((name, said))
        return answer(getattr(self, f"on_{name.lower()}")(**said))

    def names(self) -> list[str]:
        return [name for name, _ in self.asked]

    def on_orders(self, first: int, after: str | None, since: str | None) -> dict[str, Any]:
        if first > self.most_orders:
            return refusal("MAX_COST_EXCEEDED", "Query cost is 1702, which exceeds the single query max cost limit (1000).")
        least = re.search(r"'(.*)'", since)[1] if since else ""
        found = sorted((o for o in self.orders.values() if o["updatedAt"] >= least), key=lambda o: o["updatedAt"])
        start, size = int(after or 0), min(first, self.page_size)
        more = str(start + size) if start + size < len(found) else None
        return data(orders=page(*(self._shown(one) for one in found[start : start + size]), more=more))

    def on_order(self, id: str) -> dict[str, Any]:
        return data(order=self._shown(self.orders[id]) if id in self.orders else None)

    def on_morelines(self, id: str, after: str) -> dict[str, Any]:
        nodes, start = self.orders[id]["lineItems"]["nodes"], int(after)
        more = str(start + self.list_size) if start + self.list_size < len(nodes) else None
        return data(order={"rest": page(*nodes[start : start + self.list_size], more=more)})

    def _shown(self, one: dict[str, Any]) -> dict[str, Any]:
        nodes = one["lineItems"]["nodes"]
        shown = page(*nodes[: self.list_size], more=str(self.list_size) if len(nodes) > self.list_size else None)
        return deepcopy(one) | {"lineItems": shown}

    def on_standing(self, id: str, after: str | None) -> dict[str, Any]:
        one = self.orders.get(id)
        return data(order=one and {"id": id, "fulfillmentOrders": one["fulfillmentOrders"]})

    def on_hold(self, id: str, hold: dict[str, Any]) -> dict[str, Any]:
        one = self._fulfilment(id)
        if any(held["handle"] == hold["handle"] and held["heldByRequestingApp"] for held in one["fulfillmentHolds"]):
            return done(errors=[error("DUPLICATE_FULFILLMENT_HOLD_HANDLE", "The handle is already in use.", "fulfillmentHold", "handle")])
        one["fulfillmentHolds"].append({"id": f"{id}/{hold['handle']}", "handle": hold["handle"], "heldByRequestingApp": True})
        one["status"] = "ON_HOLD"
        return done(fulfillmentHold={"id": f"{id}/{hold['handle']}", "handle": hold["handle"]})

    def on_release(self, id: str, holds: list[str]) -> dict[str, Any]:
        one = self._fulfilment(id)
        one["fulfillmentHolds"] = [held for held in one["fulfillmentHolds"] if held["id"] not in holds]
        one["status"] = "ON_HOLD" if one["fulfillmentHolds"] else "OPEN"
        return done(fulfillmentOrder={"id": id, "status": one["status"]})

    def _fulfilment(self, id: str) -> dict[str, Any]:
        return next(one for order in self.orders.values() for one in order["fulfillmentOrders"]["nodes"] if one["id"] == id)

    def on_tags(self, id: str) -> dict[str, Any]:
        one = self.orders.get(id)
        return data(order=one and {"id": id, "tags": one["tags"]})

    def on_tag(self, id: str, tags: list[str]) -> dict[str, Any]:
        self.orders[id]["tags"] += tags
        return done(node={"id": id})

    def on_untag(self, id: str, tags: list[str]) -> dict[str, Any]:
        self.orders[id]["tags"] = [tag for tag in self.orders[id]["tags"] if tag not in tags]
        return done(node={"id": id})

    def on_subscriptions(self, topics: list[str], after: str | None) -> dict[str, Any]:
        return data(webhookSubscriptions=page(*(one for one in self.subscriptions if one["topic"] in topics)))

    def on_subscribe(self, topic: str, to: dict[str, Any]) -> dict[str, Any]:
        self.subscriptions.append({"id": f"gid://shopify/WebhookSubscription/{topic}", "topic": topic, "uri": to["uri"]})
        return done(webhookSubscription=self.subscriptions[-1])

    def on_access(self) -> dict[str, Any]:
        versions = [{"handle": version, "supported": True} for version in self.versions]
        scopes = {"accessScopes": [{"handle": scope} for scope in self.scopes]}
        return data(shop={"name": "Lovely Dresses"}, currentAppInstallation=scopes, publicApiVersions=versions)


def data(**fields: Any) -> dict[str, Any]:
    return {"data": fields, "extensions": {"cost": PLENTY}}


def done(*, errors: list[dict[str, Any]] | None = None, **fields: Any) -> dict[str, Any]:
    return data(answer=fields | {"userErrors": errors or []})


def error(code: str | None, message: str, *path: str) -> dict[str, Any]:
    return {"field": list(path), "message": message} | ({"code": code} if code else {})


def refusal(code: str | None, message: str = "No.", *, cost: Any = COST, **extensions: Any) -> dict[str, Any]:
    """A 200 that refuses at the top."""
    extensions = ({"code": code} if code else {}) | extensions
    return {"errors": [{"message": message, "extensions": extensions}], "extensions": {"cost": cost}}


def answer(body: Any) -> Reply:
    return 200, JSON, json.dumps(body).encode()


def store_of(web: FakeWeb, *, token: str = TOKEN, gate: Any = None, version: str = "2026-07") -> ShopifyStore:
    wire = Wire("store", "http://shop.test", transport=web.transport, gate=gate, headers={"X-Shopify-Access-Token": token})
    return ShopifyStore(wire, version=version, clock=lambda: NOW)
