"""Shopify's counts, as its schema of 2026-07 and the recorded answers of 2026-04 have them: all of a call or nothing of it."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx

from partners import connect
from tests.partners.fake_web import Asked, FakeWeb, Reply
from tests.partners.shopify.fake_shopify import FakeShopify, answer, data, done, error, page, refusal

SALE, ASIDE = "gid://shopify/Location/1", "gid://shopify/Location/2"
REASONS = {"correction", "damaged", "other"}


@dataclass
class Item:
    """One variant with its inventory item. `counts` has a number for each location that keeps it."""

    sku: str
    item_id: str
    counts: dict[str, int]
    tracked: bool = True
    refuses: str = ""


@dataclass
class FakeStock(FakeShopify):
    """`meddle` is called before each setting, and may change anything; `lose` answers so many settings with a fault after doing them."""

    items: list[Item] = field(default_factory=list)
    locations: tuple[str, ...] = (SALE,)
    keys: dict[str, tuple[Any, bool]] = field(default_factory=dict)
    effects: list[tuple[str, int]] = field(default_factory=list)
    references: list[str] = field(default_factory=list)
    meddle: Callable[["FakeStock"], None] = lambda shop: None
    lose: int = 0
    refuse_all: dict[str, Any] | None = None
    document: str = ""

    def sells(self, sku: str, count: int | None = 0, **facts: Any) -> "FakeStock":
        counts = {} if count is None else {SALE: count}
        self.items.append(Item(sku, f"gid://shopify/InventoryItem/{len(self.items) + 1}", counts, **facts))
        return self

    def item(self, sku: str) -> Item:
        return next(one for one in self.items if one.sku == sku)

    def shows(self) -> dict[str, int | None]:
        return {one.sku: one.counts.get(SALE) for one in self.items}

    def reply(self, asked: Asked) -> Reply:
        self.document = asked.body.decode()
        if self.refuse_all and "SetStock" in self.document:
            return answer(self.refuse_all)
        said = super().reply(asked)
        if "mutation SetStock" in self.document and self.lose:
            self.lose -= 1
            return 502, {"Content-Type": "text/html"}, b"<h1>Bad gateway</h1>"
        return said

    def on_locations(self) -> dict[str, Any]:
        return data(locations={"nodes": [{"id": one, "name": one} for one in self.locations[:2]]})

    def on_stock(self, first: int, after: str | None, named: str, location: str, names: list[str]) -> dict[str, Any]:
        wanted = [word.replace("\\'", "'").replace("\\\\", "\\") for word in re.findall(r"sku:'((?:\\.|[^'\\])*)'", named)]
        found = [one for one in self.items if any(one.sku.lower().startswith(sku.lower()) for sku in wanted)]
        start, size = int(after or 0), min(first, self.page_size)
        more = str(start + size) if start + size < len(found) else None
        return data(productVariants=page(*(self._variant(one, location, names) for one in found[start : start + size]), more=more))

    def _variant(self, one: Item, location: str, names: list[str]) -> dict[str, Any]:
        counts = [{"name": name, "quantity": one.counts.get(location)} for name in names]
        level = {"id": f"{one.item_id}?{location}", "quantities": counts} if location in one.counts else None
        return {"id": one.item_id, "sku": one.sku, "inventoryItem": {"id": one.item_id, "tracked": one.tracked, "inventoryLevel": level}}

    def on_setstock(self, input: dict[str, Any], key: str = "") -> dict[str, Any]:
        if "@idempotent(key: $key)" not in self.document or not key:
            return refusal("BAD_REQUEST", "The @idempotent directive is required for this mutation but was not provided.")
        if unknown := input.keys() - {"reason", "name", "referenceDocumentUri", "quantities"}:
            return refusal("INVALID_VARIABLE", f"Field is not defined: {unknown}")
        if any("changeFromQuantity" not in line for line in input["quantities"]):
            return refusal("INVALID_FIELD_ARGUMENTS", "InventoryQuantityInput must include the following argument: changeFromQuantity.")
        self.meddle(self)
        errors = self._errors(input, key)
        self.keys.setdefault(key, (input, not errors))
        if errors:
            return done(errors=errors, inventoryAdjustmentGroup=None)
        for line in input["quantities"]:
            one = next(one for one in self.items if one.item_id == line["inventoryItemId"])
            one.counts[line["locationId"]] = line["quantity"]
            self.effects.append((one.sku, line["quantity"]))
        self.references.append(input["referenceDocumentUri"])
        return done(inventoryAdjustmentGroup={"id": "gid://shopify/InventoryAdjustmentGroup/1", "reason": input["reason"]})

    def _errors(self, input: dict[str, Any], key: str) -> list[dict[str, Any]]:
        if key in self.keys:
            known, went_well = self.keys[key]
            code = "IDEMPOTENCY_KEY_PARAMETER_MISMATCH" if known != input else "" if went_well else "IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED"
            if code:
                return [error(code, "Use another key.", "input")]
        if input["reason"] not in REASONS or input["name"] not in ("available", "on_hand"):
            return [error("INVALID_REASON", "The specified reason is invalid.", "input", "reason")]
        assert input["referenceDocumentUri"].startswith("gid://lockstep/StockPublish/")
        assert len(input["quantities"]) <= 250
        found = ((number, self._fault(line)) for number, line in enumerate(input["quantities"]))
        return [error(code, f"{code} in words.", "input", "quantities", str(number), name) for number, (code, name) in found if code]

    def _fault(self, line: dict[str, Any]) -> tuple[str, str]:
        one = next((one for one in self.items if one.item_id == line["inventoryItemId"]), None)
        if one is None:
            return "INVALID_INVENTORY_ITEM", "inventoryItemId"
        if one.refuses:
            return one.refuses, "inventoryItemId"
        if line["locationId"] not in self.locations:
            return "INVALID_LOCATION", "locationId"
        if line["quantity"] < 0:
            return "INVALID_QUANTITY_NEGATIVE", "quantity"
        if line["locationId"] not in one.counts:
            return "ITEM_NOT_STOCKED_AT_LOCATION", "locationId"
        stale = one.counts[line["locationId"]] != line["changeFromQuantity"]
        return ("CHANGE_FROM_QUANTITY_STALE", "changeFromQuantity") if stale else ("", "")

    def on_stockhere(self, item: str, location: str, available: int | None, onHand: int | None, key: str) -> dict[str, Any]:
        assert "@idempotent(key: $key)" in self.document
        one = next(one for one in self.items if one.item_id == item)
        one.counts[location] = int(available if available is not None else onHand or 0)
        self.effects.append((one.sku, one.counts[location]))
        return done(inventoryLevel={"id": "1"})


@contextmanager
def connected(shop: FakeStock, settings: Any, *, mode: str = "live", aside: str = "") -> Iterator[FakeStock]:
    """The shop that the settings name is this one."""
    settings.STORE, settings.SHOPIFY_URL, settings.SHOPIFY_ACCESS_TOKEN = "shopify", "http://shop.test", "shpat_word"
    settings.SHOPIFY_LOCATION, settings.SHOPIFY_NON_SELLABLE_LOCATION = "1", aside
    settings.MODES, settings.SANDBOX = {**settings.MODES, "store": mode}, True
    with connect.use({"store": httpx.WSGITransport(FakeWeb(shop.reply))}):
        yield shop
