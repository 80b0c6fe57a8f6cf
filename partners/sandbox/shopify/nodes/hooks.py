"""What the app is: installed with scopes, and subscribed to topics."""

from partners.sandbox.shopify.book import VERSION, Shop
from partners.sandbox.shopify.nodes.fulfilment import app
from partners.sandbox.shopify.nodes.shapes import Node, gid, when
from partners.sandbox.shopify.postman import Subscription
from partners.sandbox.shopify.sale import OURS

API_VERSION = {"__typename": "ApiVersion", "handle": VERSION, "displayName": VERSION, "supported": True}


def installation(shop: Shop) -> Node:
    scopes = [{"__typename": "AccessScope", "handle": scope, "description": scope.replace("_", " ")} for scope in sorted(shop.granted)]
    return {
        "__typename": "AppInstallation",
        "id": gid("AppInstallation", 500_000_001),
        "accessScopes": scopes,
        "app": app(OURS),
        "launchUrl": "https://example.com/",
        "uninstallUrl": None,
    }


def subscription(one: Subscription) -> Node:
    return {
        "__typename": "WebhookSubscription",
        "id": gid("WebhookSubscription", one.id),
        "legacyResourceId": str(one.id),
        "topic": one.topic,
        "uri": one.uri,
        "callbackUrl": one.uri,
        "endpoint": {"__typename": "WebhookHttpEndpoint", "callbackUrl": one.uri},
        "format": one.format,
        "filter": one.filter,
        "name": one.name,
        "includeFields": list(one.include_fields),
        "metafieldNamespaces": [],
        "apiVersion": API_VERSION,
        "createdAt": when(one.created_at),
        "updatedAt": when(one.updated_at),
    }
