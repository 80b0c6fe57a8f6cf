"""The products of a Shopify shop, strictly as docs/partners/shopify.md describes them: variants by pages, metafields by compare-and-set."""

from dataclasses import dataclass, field
from hashlib import md5
from typing import Any

from tests.partners.shopify.fake_shopify import FakeShopify, data, done, error, page, refusal

TYPES = {
    "locker_eligible": "boolean",
    "locker_max_size": "single_line_text_field",
    "dims_version": "single_line_text_field",
    **dict.fromkeys(("length_mm", "width_mm", "height_mm"), "number_integer"),
}
INPUT = {"ownerId", "namespace", "key", "type", "value", "compareDigest"}


def gid(number: int) -> str:
    return f"gid://shopify/ProductVariant/{number}"


def variant(
    number: int, *, weight: Any = 0.52, unit: str = "KILOGRAMS", fields: dict[str, str] | None = None, **facts: Any
) -> dict[str, Any]:
    """A variant as `documents.VARIANTS` asks for it."""
    plain = {
        "id": gid(number),
        "sku": f"DRS-{number}",
        "barcode": "5012345678900",
        "title": "10",
        "updatedAt": "2026-11-23T09:15:00Z",
        "product": {"title": "Midi dress", "vendor": "Arden", "productType": "Dresses"},
        "inventoryItem": {"measurement": {"weight": {"value": weight, "unit": unit}}},
        "metafields": page(*({"key": key, "type": TYPES[key], "value": value} for key, value in (fields or {}).items())),
    }
    return plain | facts


SIZED = {"length_mm": "340", "width_mm": "260", "height_mm": "40"}


@dataclass
class FakeProducts(FakeShopify):
    """`flags` is {(variant, key): value}. `refusing` names variants not ours to write, `meddling` how many writes another beats."""

    variants: list[dict[str, Any]] = field(default_factory=list)
    flags: dict[tuple[str, str], str] = field(default_factory=dict)
    refusing: set[str] = field(default_factory=set)  # variants
    meddling: int = 0
    may_read_products: bool = True
    variant_pages: int = 100

    def on_variants(self, first: int, after: str | None, since: str | None) -> dict[str, Any]:
        if not self.may_read_products:
            return refusal("ACCESS_DENIED", "Access denied", requiredAccess="`read_products` access scope.")
        least = since.split("'")[1] if since else ""
        found = sorted((one for one in self.variants if one["updatedAt"] >= least), key=lambda one: one["id"])
        start, size = int(after or 0), min(first, self.variant_pages)
        return data(productVariants=page(*found[start : start + size], more=str(start + size) if start + size < len(found) else None))

    def on_flags(self, ids: list[str]) -> dict[str, Any]:
        assert len(ids) <= 250
        known = {one["id"] for one in self.variants}
        return data(nodes=[{"id": one} | {key: self._flag(one, key) for key in list(TYPES)[:3]} if one in known else None for one in ids])

    def on_flag(self, flags: list[dict[str, Any]]) -> dict[str, Any]:
        assert 0 < len(flags) <= 25, "Shopify takes 25 metafields a call"
        assert all(set(flag) == INPUT and flag["type"] == TYPES[flag["key"]] and flag["namespace"] == "logistics" for flag in flags)
        if self.meddling:
            self.meddling -= 1
            self.flags[flags[0]["ownerId"], flags[0]["key"]] = f"meddled {self.meddling}"
        errors = [wrong for index, flag in enumerate(flags) if (wrong := self._wrong(index, flag))]
        if errors:
            return done(errors=errors, metafields=None)
        for flag in flags:
            self.flags[flag["ownerId"], flag["key"]] = flag["value"]
        return done(metafields=[{"key": flag["key"], "value": flag["value"], "compareDigest": digest(flag["value"])} for flag in flags])

    def _flag(self, owner: str, key: str) -> dict[str, str] | None:
        value = self.flags.get((owner, key))
        return None if value is None else {"value": value, "compareDigest": digest(value)}

    def _wrong(self, index: int, flag: dict[str, Any]) -> dict[str, Any] | None:
        standing = self._flag(flag["ownerId"], flag["key"])
        if flag["compareDigest"] != (standing and standing["compareDigest"]):
            return error("STALE_OBJECT", "The resource has been updated since it was loaded.", "metafields", str(index))
        if flag["ownerId"] in self.refusing:
            return error("APP_NOT_AUTHORIZED", "Access to this namespace is not allowed.", "metafields", str(index), "namespace")
        return None


def digest(value: str) -> str:
    return md5(value.encode(), usedforsecurity=False).hexdigest()
