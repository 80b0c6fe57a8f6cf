"""Metafields: what apps hang on an order or a variant, by namespace and key."""

from collections.abc import Mapping
from typing import Any

from partners.sandbox.shopify.book import NUMBERS_FROM, Shop
from partners.sandbox.shopify.nodes.shapes import Node, gid, when
from partners.sandbox.shopify.paging import Rows
from partners.sandbox.shopify.shelf import Metafield, Names

Held = Mapping[Names, Metafield]


def number_of_sku(sku: str, shop: Shop) -> int:
    """Of the product, the variant and the inventory item alike: each SKU is a product of its own."""
    return NUMBERS_FROM + shop.skus[sku]


def names_of(asked: Mapping[str, Any]) -> Names:
    """Namespace and key; a key may carry both, with a dot between."""
    namespace, _, key = asked["key"].rpartition(".")
    return asked.get("namespace") or namespace, key


def one_field(held: Held, owner: str, asked: Mapping[str, Any]) -> Node | None:
    """`owner`: ORDER, PRODUCTVARIANT."""
    names = names_of(asked)
    return metafield(names, held[names], owner) if names in held else None


def fields(held: Held, owner: str, asked: Mapping[str, Any]) -> Rows:
    """All of a namespace, or those named "namespace.key"."""
    wanted = asked.get("keys")
    kept = [
        names
        for names in held
        if asked.get("namespace") in (None, names[0]) and (wanted is None or ".".join(names) in wanted or names[1] in wanted)
    ]
    return Rows(
        sorted(kept), lambda names: metafield(names, held[names], owner), lambda names: (held[names].id,) * 2, "MetafieldConnection"
    )


def metafield(names: Names, one: Metafield, owner: str) -> Node:
    return {
        "__typename": "Metafield",
        "id": gid("Metafield", one.id),
        "legacyResourceId": str(one.id),
        "namespace": names[0],
        "key": names[1],
        "type": one.type,
        "value": one.text,
        "jsonValue": one.value,
        "compareDigest": one.digest,
        "ownerType": owner,
        "createdAt": when(one.created_at),
        "updatedAt": when(one.updated_at),
    }
