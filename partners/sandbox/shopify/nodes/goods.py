"""What is sold, and the lines of an order about it."""

from decimal import Decimal
from typing import Any

from partners.sandbox.goods import Product
from partners.sandbox.shopify.book import Shop
from partners.sandbox.shopify.nodes.shapes import Node, attributes, bag, gid, when
from partners.sandbox.shopify.sale import Line, Sale


def line_item(line: Line, sale: Sale, shop: Shop) -> Node:
    open_ = 0 if sale.cancelled_at else line.current
    held = any(one.holds for one in sale.fulfilments)
    whole = bag(line.price * line.quantity, sale.currency)
    unit = bag(line.price, sale.currency)
    return {
        "__typename": "LineItem",
        "id": gid("LineItem", line.id),
        "name": line.name,
        "title": line.title,
        "variantTitle": line.variant_title or None,
        "vendor": line.vendor,
        "sku": line.sku or None,
        "quantity": line.quantity,
        "currentQuantity": line.current,
        "fulfillableQuantity": 0 if held else open_,
        "unfulfilledQuantity": open_,
        "nonFulfillableQuantity": 0,
        "refundableQuantity": open_,
        "requiresShipping": True,
        "restockable": True,
        "taxable": True,
        "isGiftCard": False,
        "merchantEditable": not sale.cancelled_at,
        "customAttributes": attributes(line.attributes),
        "originalUnitPriceSet": unit,
        "originalTotalSet": whole,
        "discountedUnitPriceSet": unit,
        "discountedUnitPriceAfterAllDiscountsSet": unit,
        "discountedTotalSet": lambda asked: whole,
        "totalDiscountSet": bag(Decimal(0), sale.currency),
        "product": lambda asked: product(line.sku, shop),
        "variant": lambda asked: variant(line.sku, shop),
    }


def product(sku: str, shop: Shop) -> Node | None:
    known = shop.products.get(sku)
    return _product(known, shop) if known else None


def variant(sku: str, shop: Shop) -> Node | None:
    known = shop.products.get(sku)
    return _variant(known, shop) if known else None


def _number(known: Product, shop: Shop) -> int:
    return 48_000_000_000_000 + shop.skus[known.sku]


def _product(known: Product, shop: Shop) -> Node:
    number = _number(known, shop)
    return {
        "__typename": "Product",
        "id": gid("Product", number),
        "legacyResourceId": str(number),
        "title": known.name,
        "handle": known.sku.lower(),
        "vendor": known.brand,
        "productType": known.category,
        "status": "ACTIVE",
        "isGiftCard": False,
        "tags": [],
        "createdAt": when(shop.world.start),
        "updatedAt": when(shop.world.start),
    }


def _variant(known: Product, shop: Shop) -> Node:
    number, size = _number(known, shop), known.sku.rpartition("-")[2]
    return {
        "__typename": "ProductVariant",
        "id": gid("ProductVariant", number),
        "legacyResourceId": str(number),
        "sku": known.sku,
        "barcode": None,
        "title": size,
        "displayName": f"{known.name} - {size}",
        "price": f"{Decimal(known.price):.2f}",
        "compareAtPrice": None,
        "position": 1,
        "taxable": True,
        "availableForSale": True,
        "inventoryQuantity": 0,
        "selectedOptions": [{"__typename": "SelectedOption", "name": "Size", "value": size}],
        "inventoryItem": lambda asked: _inventory_item(known, shop),
        "product": lambda asked: _product(known, shop),
        "createdAt": when(shop.world.start),
        "updatedAt": when(shop.world.start),
    }


def _inventory_item(known: Product, shop: Shop) -> Node:
    number = _number(known, shop)
    measured: dict[str, Any] = {"__typename": "InventoryItemMeasurement", "id": gid("InventoryItemMeasurement", number)}
    return {
        "__typename": "InventoryItem",
        "id": gid("InventoryItem", number),
        "legacyResourceId": str(number),
        "sku": known.sku,
        "tracked": True,
        "requiresShipping": True,
        "countryCodeOfOrigin": known.origin,
        "harmonizedSystemCode": "62044300",
        "measurement": measured | {"weight": weight(known)},
        "createdAt": when(shop.world.start),
        "updatedAt": when(shop.world.start),
    }


def weight(known: Product | None) -> Node:
    """Where nobody weighed it, the real one says nought."""
    grams = known.weight if known else None
    return {"__typename": "Weight", "unit": "GRAMS", "value": float(grams or 0)}
