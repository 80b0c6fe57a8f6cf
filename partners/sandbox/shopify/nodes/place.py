"""The shop itself and the one place it sends from."""

from datetime import timedelta

from partners.sandbox.shopify.book import DOMAIN, Shop
from partners.sandbox.shopify.nodes.shapes import Node, gid, number_of, when

LOCATION = 110_000_000_001
HERE = gid("Location", LOCATION)
_WHERE = {"address1": "Unit 4, Dale Mill", "address2": None, "city": "Barnsley", "province": None, "zip": "S71 3HS", "phone": None}


def assigned(shop: Shop) -> Node:
    named = {"__typename": "FulfillmentOrderAssignedLocation", "name": "ACS Clothing", "countryCode": "GB"}
    return named | _WHERE | {"location": lambda asked: location(shop)}


def location(shop: Shop) -> Node:
    """A place in GB has no province, and the real one says so with null."""
    from partners.sandbox.shopify.nodes.stock import level_at, levels  # a place and what is kept there show each other

    where = {"__typename": "LocationAddress", "country": "United Kingdom", "countryCode": "GB", "provinceCode": None}
    written = {"formatted": ["Unit 4, Dale Mill", "Barnsley", "S71 3HS", "United Kingdom"], "latitude": None, "longitude": None}
    return {
        "__typename": "Location",
        "id": gid("Location", LOCATION),
        "legacyResourceId": str(LOCATION),
        "name": "ACS Clothing",
        "address": where | written | _WHERE,
        "fulfillsOnlineOrders": True,
        "inventoryLevel": lambda asked: level_at(shop.sku_of.get(number_of(asked["inventoryItemId"], "InventoryItem")), HERE, shop),
        "inventoryLevels": lambda asked: levels(list(shop.skus), shop),
        "isActive": True,
        "isFulfillmentService": False,
        "isPrimary": True,
        "shipsInventory": True,
        "createdAt": when(shop.world.start - timedelta(days=300)),
        "updatedAt": when(shop.world.start - timedelta(days=300)),
    }


def shop_itself(shop: Shop) -> Node:
    url = f"https://{DOMAIN}"
    domain = {"__typename": "Domain", "id": gid("Domain", 1), "host": DOMAIN, "sslEnabled": True, "url": url}
    plan = {"__typename": "ShopPlan", "partnerDevelopment": True, "publicDisplayName": "Development", "shopifyPlus": False}
    return {
        "__typename": "Shop",
        "id": gid("Shop", 60_000_000_001),
        "name": "Lockstep Sandbox",
        "myshopifyDomain": DOMAIN,
        "primaryDomain": domain,
        "url": url,
        "plan": plan,
        "email": "shop@example.com",
        "contactEmail": "shop@example.com",
        "shopOwnerName": "Sandbox Owner",
        "currencyCode": "GBP",
        "taxesIncluded": True,
        "ianaTimezone": "Europe/London",
        "timezoneAbbreviation": "GMT",
        "timezoneOffset": "+0000",
        "timezoneOffsetMinutes": 0,
        "unitSystem": "METRIC_SYSTEM",
        "weightUnit": "GRAMS",
        "orderNumberFormatPrefix": "#LS-",
        "orderNumberFormatSuffix": "",
        "createdAt": when(shop.world.start - timedelta(days=400)),
        "updatedAt": when(shop.world.start - timedelta(days=1)),
    }
