"""The stock side of a variant: its inventory item, how many there are at the place, and what a call has changed."""

from typing import Any

from partners.sandbox.goods import Product
from partners.sandbox.shopify.book import Shop
from partners.sandbox.shopify.language import Fault
from partners.sandbox.shopify.levels import NAMES, Change, Group
from partners.sandbox.shopify.nodes.fields import number_of_sku
from partners.sandbox.shopify.nodes.place import HERE, LOCATION, location
from partners.sandbox.shopify.nodes.shapes import Node, gid, when
from partners.sandbox.shopify.paging import Rows
from partners.sandbox.shopify.sale import OURS

Asked = dict[str, Any]


def inventory_item(sku: str, shop: Shop) -> Node:
    from partners.sandbox.shopify.nodes.goods import variant  # a variant and its item show each other

    known, number = shop.products[sku], number_of_sku(sku, shop)
    measured: Node = {"__typename": "InventoryItemMeasurement", "id": gid("InventoryItemMeasurement", number)}
    return {
        "__typename": "InventoryItem",
        "id": gid("InventoryItem", number),
        "legacyResourceId": str(number),
        "sku": sku,
        "tracked": True,
        "requiresShipping": True,
        "countryCodeOfOrigin": known.origin,
        "harmonizedSystemCode": "62044300",
        "measurement": measured | {"weight": weight(known)},
        "inventoryLevel": lambda asked: level_at(sku, asked["locationId"], shop),
        "inventoryLevels": lambda asked: levels([sku], shop),
        "variant": lambda asked: variant(sku, shop),
        "createdAt": when(shop.shelf[sku].created_at),
        "updatedAt": when(shop.shelf[sku].updated_at),
    }


def weight(known: Product | None) -> Node:
    """Where nobody weighed it, the real one says nought."""
    grams = known.weight if known else None
    return {"__typename": "Weight", "unit": "GRAMS", "value": float(grams or 0)}


def levels(skus: list[str], shop: Shop) -> Rows:
    """Of those that are kept at the place."""
    stocked = [sku for sku in skus if shop.levels.by_sku[sku].stocked]
    return Rows(stocked, lambda sku: level(sku, shop), lambda sku: (shop.skus[sku], shop.skus[sku]), "InventoryLevelConnection")


def level_at(sku: str | None, place: str, shop: Shop) -> Node | None:
    return level(sku, shop) if sku and place == HERE and shop.levels.by_sku[sku].stocked else None


def level(sku: str, shop: Shop) -> Node:
    held, number = shop.levels.by_sku[sku], number_of_sku(sku, shop)
    return {
        "__typename": "InventoryLevel",
        "id": f"{gid('InventoryLevel', LOCATION)}?inventory_item_id={number}",
        "canDeactivate": False,
        "deactivationAlert": "The product is sold from here.",
        "isActive": held.stocked,
        "item": lambda asked: inventory_item(sku, shop),
        "location": lambda asked: location(shop),
        "quantities": lambda asked: _quantities(sku, asked["names"], shop),
        "createdAt": when(held.created_at),
        "updatedAt": when(held.changed_at),
    }


def _quantities(sku: str, names: list[str], shop: Shop) -> list[Node]:
    """Only of what is available does the real one say when it changed."""
    if unknown := [name for name in names if name not in NAMES]:
        raise Fault(f"The specified quantity name '{unknown[0]}' is invalid.", extra={"code": "BAD_USER_INPUT"})
    counted, number = shop.levels.quantities(sku), number_of_sku(sku, shop)
    changed_at = when(shop.levels.by_sku[sku].changed_at)
    return [
        {
            "__typename": "InventoryQuantity",
            "id": f"{gid('InventoryQuantity', LOCATION)}?inventory_item_id={number}&name={name}",
            "name": name,
            "quantity": counted[name],
            "updatedAt": changed_at if name == "available" else None,
        }
        for name in names
    ]


def group(made: Group, shop: Shop) -> Node:
    return {
        "__typename": "InventoryAdjustmentGroup",
        "id": gid("InventoryAdjustmentGroup", made.id),
        "app": lambda asked: _app(),
        "changes": lambda asked: _changes(made, asked, shop),
        "createdAt": when(made.at),
        "reason": made.reason,
        "referenceDocumentUri": made.reference,
    }


def _app() -> Node:
    from partners.sandbox.shopify.nodes.fulfilment import app  # which shows orders, and with them everything

    return app(OURS)


def _changes(made: Group, asked: Asked, shop: Shop) -> list[Node]:
    """What is available is on hand as well: first every change of the one, then of the other."""
    items, places, names = asked.get("inventoryItemIds"), asked.get("locationIds"), asked.get("quantityNames")
    if places is not None and HERE not in places:
        return []
    shown = [(name, one) for name in ("available", "on_hand") for one in made.changes if names is None or name in names]
    return [_change(name, one, shop) for name, one in shown if items is None or gid("InventoryItem", number_of_sku(one.sku, shop)) in items]


def _change(name: str, one: Change, shop: Shop) -> Node:
    return {
        "__typename": "InventoryChange",
        "name": name,
        "delta": one.delta,
        "quantityAfterChange": None,
        "ledgerDocumentUri": None,
        "item": lambda asked: inventory_item(one.sku, shop),
        "location": lambda asked: location(shop),
    }
