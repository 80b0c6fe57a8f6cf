"""What may be done about stock: say how many there are, whole or not at all, and that a SKU is kept at a place."""

import re
from collections.abc import Iterator
from typing import Any

from partners.sandbox.shopify.book import Shop
from partners.sandbox.shopify.language import Fault
from partners.sandbox.shopify.levels import SETTABLE, Change, Group
from partners.sandbox.shopify.nodes.place import LOCATION
from partners.sandbox.shopify.nodes.shapes import Node, number_of
from partners.sandbox.shopify.nodes.stock import group, level
from partners.sandbox.shopify.refusals import No, Several

Asked = dict[str, Any]
MOST_LINES, MOST = 250, 1_000_000_000
REASONS = (
    *("correction", "cycle_count_available", "damaged", "movement_canceled", "movement_created", "movement_received"),
    *("movement_updated", "other", "promotion", "quality_control", "received", "reservation_created", "reservation_deleted"),
    *("reservation_updated", "restock", "safety_stock", "shrinkage"),
)
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://\S+")


def set_quantities(shop: Shop, asked: Asked) -> Node:
    """`inventorySetQuantities`. What changes nothing makes no group."""
    said = asked["input"]
    lines = said["quantities"]
    if len(lines) > MOST_LINES:
        message = f"The input array size of {len(lines)} is greater than the maximum allowed of {MOST_LINES}."
        raise Fault(message, extra={"code": "MAX_INPUT_SIZE_EXCEEDED"})
    if refusals := [*_of_the_whole(said), *_of_the_lines(shop, said["name"], lines)]:
        raise Several(refusals)
    changes = [_set(shop, said["name"], line) for line in lines]
    made = Group(shop.next_id(), said["reason"], said.get("referenceDocumentUri"), tuple(one for one in changes if one.delta), shop.now())
    if not made.changes:
        return {"inventoryAdjustmentGroup": None}
    shop.levels.groups.append(made)
    return {"inventoryAdjustmentGroup": group(made, shop)}


def _set(shop: Shop, name: str, line: Asked) -> Change:
    sku = shop.sku_of[number_of(line["inventoryItemId"], "InventoryItem")]
    claimed = shop.levels.committed()[sku] if name == "on_hand" else 0
    return Change(sku, shop.levels.put(sku, line["quantity"] - claimed))


def _of_the_whole(said: Asked) -> Iterator[No]:
    if said["reason"] not in REASONS:
        valid = f"Valid values are: {', '.join(REASONS)}."
        yield No(["input", "reason"], f"The specified reason is invalid. {valid}", "INVALID_REASON")
    if said["name"] not in SETTABLE:
        yield No(["input", "name"], "The quantity name must be either 'available' or 'on_hand'.", "INVALID_NAME")
    reference = said.get("referenceDocumentUri")
    if reference is not None and not _URI.fullmatch(reference):
        yield No(["input", "referenceDocumentUri"], "The specified reference document is invalid.", "INVALID_REFERENCE_DOCUMENT")


def _of_the_lines(shop: Shop, name: str, lines: list[Asked]) -> Iterator[No]:
    seen: set[tuple[str, str]] = set()
    for place, line in enumerate(lines):
        pair = (line["inventoryItemId"], line["locationId"])
        if pair in seen:
            message = "The combination of inventoryItemId and locationId must be unique."
            yield No(["input", "quantities", str(place)], message, "NO_DUPLICATE_INVENTORY_ITEM_ID_GROUP_ID_PAIR")
        elif wrong := _of_a_line(shop, name, line):
            field, message, code = wrong
            yield No(["input", "quantities", str(place), field], message, code)
        seen.add(pair)


def _of_a_line(shop: Shop, name: str, line: Asked) -> tuple[str, str, str] | None:
    """The field, the words and the code of what is wrong with it."""
    sku = shop.sku_of.get(number_of(line["inventoryItemId"], "InventoryItem"))
    if sku is None:
        return "inventoryItemId", "The specified inventory item could not be found.", "INVALID_INVENTORY_ITEM"
    if number_of(line["locationId"], "Location") != LOCATION:
        return "locationId", "The specified location could not be found.", "INVALID_LOCATION"
    if line["quantity"] < 0:
        return "quantity", "The quantity can't be negative.", "INVALID_QUANTITY_NEGATIVE"
    if line["quantity"] > MOST:
        return "quantity", "The quantity can't be higher than 1,000,000,000.", "INVALID_QUANTITY_TOO_HIGH"
    if not shop.levels.by_sku[sku].stocked:
        return "locationId", "The specified inventory item is not stocked at the location.", "ITEM_NOT_STOCKED_AT_LOCATION"
    if name in SETTABLE and line["changeFromQuantity"] not in (None, shop.levels.quantities(sku)[name]):
        return "changeFromQuantity", "The changeFromQuantity value does not match persisted value.", "CHANGE_FROM_QUANTITY_STALE"
    return None


def activate(shop: Shop, asked: Asked) -> Node:
    """`inventoryActivate`: from now on this SKU is kept here."""
    sku = shop.sku_of.get(number_of(asked["inventoryItemId"], "InventoryItem"))
    if sku is None:
        raise No(["inventoryItemId"], "The inventory item could not be found.")
    if number_of(asked["locationId"], "Location") != LOCATION:
        raise No(["locationId"], "The location could not be found.")
    held = shop.levels.by_sku[sku]
    available = asked.get("available")
    if held.stocked and available is not None:
        raise No(["available"], "Not allowed to set available quantity when the item is already active at the location.")
    if not held.stocked:
        shop.levels.put(sku, available or 0)
        held.stocked = True
    return {"inventoryLevel": level(sku, shop)}


def meddle(shop: Shop, asked: Asked) -> None:
    """Somebody else changes every number that this call is about, just before it."""
    for line in asked["input"]["quantities"]:
        if sku := shop.sku_of.get(number_of(line["inventoryItemId"], "InventoryItem")):
            shop.levels.meddle(sku)
