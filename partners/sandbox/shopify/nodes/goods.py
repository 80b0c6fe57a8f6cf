"""What is sold, and the lines of an order about it."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from partners.sandbox.shopify.book import Shop
from partners.sandbox.shopify.nodes.fields import fields, number_of_sku, one_field
from partners.sandbox.shopify.nodes.shapes import Node, attributes, bag, gid, when
from partners.sandbox.shopify.nodes.stock import inventory_item
from partners.sandbox.shopify.paging import Rows
from partners.sandbox.shopify.sale import Line, Sale

SORTS: dict[str, Callable[[str, Shop], Any]] = {
    "SKU": lambda sku, shop: sku,
    "TITLE": lambda sku, shop: shop.products[sku].name,
    "UPDATED_AT": lambda sku, shop: when(shop.shelf[sku].updated_at),
    "CREATED_AT": lambda sku, shop: when(shop.shelf[sku].created_at),
    "INVENTORY_QUANTITY": lambda sku, shop: shop.levels.by_sku[sku].available,
}


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
    return _product(sku, shop) if sku in shop.products else None


def variant(sku: str, shop: Shop) -> Node | None:
    return _variant(sku, shop) if sku in shop.products else None


def variants(skus: list[str], shop: Shop, sort_key: str = "ID") -> Rows:
    value = SORTS.get(sort_key, lambda sku, shop: shop.skus[sku])
    return Rows(skus, lambda sku: _variant(sku, shop), lambda sku: (value(sku, shop), shop.skus[sku]), "ProductVariantConnection")


def products(skus: list[str], shop: Shop, sort_key: str = "ID") -> Rows:
    value = SORTS.get(sort_key, lambda sku, shop: shop.skus[sku])
    return Rows(skus, lambda sku: _product(sku, shop), lambda sku: (value(sku, shop), shop.skus[sku]), "ProductConnection")


def _product(sku: str, shop: Shop) -> Node:
    known, kept, number = shop.products[sku], shop.shelf[sku], number_of_sku(sku, shop)
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
        "hasOnlyDefaultVariant": False,
        "totalInventory": shop.levels.by_sku[sku].available,
        "tracksInventory": True,
        "variants": variants([sku], shop),
        "createdAt": when(kept.created_at),
        "updatedAt": when(kept.updated_at),
    }


def _variant(sku: str, shop: Shop) -> Node:
    known, kept = shop.products[sku], shop.shelf[sku]
    number, size = number_of_sku(sku, shop), sku.rpartition("-")[2]
    available = shop.levels.by_sku[sku].available
    return {
        "__typename": "ProductVariant",
        "id": gid("ProductVariant", number),
        "legacyResourceId": str(number),
        "sku": known.sku,
        "barcode": kept.barcode,
        "title": size,
        "displayName": f"{known.name} - {size}",
        "price": f"{Decimal(known.price):.2f}",
        "compareAtPrice": None,
        "position": 1,
        "taxable": True,
        "availableForSale": available > 0,
        "inventoryQuantity": available,
        "selectedOptions": [{"__typename": "SelectedOption", "name": "Size", "value": size}],
        "inventoryItem": lambda asked: inventory_item(sku, shop),
        "product": lambda asked: _product(sku, shop),
        "metafield": lambda asked: one_field(kept.metafields, "PRODUCTVARIANT", asked),
        "metafields": lambda asked: fields(kept.metafields, "PRODUCTVARIANT", asked),
        "createdAt": when(kept.created_at),
        "updatedAt": when(kept.updated_at),
    }
