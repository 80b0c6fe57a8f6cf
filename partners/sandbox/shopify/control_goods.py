"""`/_sandbox/shopify/`, the part about goods: what the shop's staff see and change there.

GET  /stock                 {"levels": {sku: {"available", "committed", "on_hand", "stocked", "changed_at"}}, "groups": [{"reason",
                            "reference", "at", "changes": {sku: delta}}]}, the groups being what apps have changed
POST /stock                 {"set"?: {sku: available}, "unstock"?: [sku], "forget_keys"?: true}: an unstocked SKU is not kept at the place
                            until it is activated; forgotten idempotency keys are as new
GET  /products              {"products": {sku: {"weight", "barcode", "updated_at", "metafields": {"namespace.key": text}}}}
POST /products/{sku}        {"weight"?: g or null, "barcode"?, "metafields"?: {"namespace.key": text or null}}: newer afterwards
"""

import re
from dataclasses import replace
from typing import Any

from partners.sandbox.shopify.book import Shop
from partners.sandbox.shopify.levels import Group
from partners.sandbox.shopify.sale import stamp
from partners.sandbox.shopify.shelf import Metafield, Variant

Said = dict[str, Any]


class GoodsControl:
    """Raises ValueError or KeyError for what it does not understand."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop

    def get(self, path: str) -> Said | None:
        if path == "/stock":
            return {"levels": self.shop.levels.told(), "groups": [_group(one) for one in self.shop.levels.groups]}
        return {"products": {sku: self._shown(one) for sku, one in self.shop.shelf.items()}} if path == "/products" else None

    def post(self, path: str, said: Said) -> Said | None:
        """None where there is no such page."""
        if found := re.fullmatch(r"/products/(.+)", path):
            return self._change(found[1], said) if found[1] in self.shop.shelf else None
        return self._stock(said) if path == "/stock" else None

    def _stock(self, said: Said) -> Said:
        _only(said, "set", "unstock", "forget_keys")
        levels = self.shop.levels
        wanted = {sku: int(quantity) for sku, quantity in said.get("set", {}).items()}
        if unknown := {*wanted, *said.get("unstock", ())} - set(levels.by_sku):
            raise KeyError(f"the shop has no {min(unknown)}")
        for sku, quantity in wanted.items():
            levels.put(sku, quantity)
        for sku in said.get("unstock", ()):
            levels.put(sku, 0)
            levels.by_sku[sku].stocked = False
        if said.get("forget_keys"):
            self.shop.answers.kept.clear()
        return {"levels": levels.told([*wanted, *said.get("unstock", ())])}

    def _change(self, sku: str, said: Said) -> Said:
        _only(said, "weight", "barcode", "metafields")
        one = self.shop.shelf[sku]
        if "weight" in said:
            weight = None if said["weight"] is None else int(said["weight"])
            self.shop.products[sku] = one.product = replace(one.product, weight=weight)
        one.barcode = said.get("barcode", one.barcode)
        for names, text in said.get("metafields", {}).items():
            self._set(one, names, text)
        one.updated_at = self.shop.now()
        return {"sku": sku} | self._shown(one)

    def _set(self, one: Variant, names: str, text: str | None) -> None:
        """By hand anything goes, whole numbers as such."""
        namespace, _, key = names.rpartition(".")
        if not namespace:
            raise ValueError(f"{names} has no namespace")
        if text is None:
            one.metafields.pop((namespace, key), None)
            return
        kind = "number_integer" if re.fullmatch(r"-?\d+", str(text)) else "single_line_text_field"
        now = self.shop.now()
        one.metafields[(namespace, key)] = Metafield(self.shop.next_id(), kind, str(text), now, now)

    def _shown(self, one: Variant) -> Said:
        fields = {".".join(names): field.text for names, field in sorted(one.metafields.items())}
        facts = {"weight": one.product.weight, "barcode": one.barcode, "updated_at": stamp(one.updated_at)}
        return facts | {"metafields": fields}


def _group(one: Group) -> Said:
    changes = {change.sku: change.delta for change in one.changes}
    return {"reason": one.reason, "reference": one.reference, "at": stamp(one.at), "changes": changes}


def _only(said: Said, *known: str) -> None:
    if unknown := set(said) - set(known):
        raise ValueError(f"unknown field {min(unknown)}")
