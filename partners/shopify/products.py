"""The shop's products: every variant with its weight, and its sizes where the shop keeps them in metafields."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec

from partners.errors import RecordError
from partners.pages import Page
from partners.rules.measures import GRAMS, MM, Absurd, NotUsable, Units, whole
from partners.shop import StoreProduct
from partners.shopify import documents
from partners.shopify.graphql import Shopify
from partners.shopify.nodes import nodes_at, object_at
from partners.shopify.paging import Pages
from partners.values import identifier_at, instant_at, text_at

OVERLAP = timedelta(minutes=5)  # the filter runs on a search index, which may lag behind the variants
PAGE = 100
SIDES = ("length_mm", "width_mm", "height_mm")
PLAIN_TITLE = "Default Title"  # what Shopify calls the one variant of a product without variants


class Products:
    """The variants of one shop. `read_products` is a right of its own: a token without it reads orders all the same."""

    def __init__(self, shop: Shopify, clock: Callable[[], datetime]) -> None:
        self._pages, self._clock = Pages(shop, PAGE), clock
        self._version = shop.version

    def pages(self, cursor: str) -> Iterator[Page]:
        """Variants come by their ids, since Shopify does not sort them by time: only the last page moves the cursor, to the latest
        `updatedAt` that is not in our future."""
        reached, now = datetime.fromisoformat(cursor) if cursor else None, self._clock()
        since = f"updated_at:>='{(reached - OVERLAP).astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}'" if reached else None
        waiting: Page | None = None
        for nodes in self._pages.read(documents.VARIANTS, "productVariants", since=since, own_right=True):
            if waiting:
                yield waiting
            moments = [moment for moment in map(_changed_at, nodes) if moment and moment <= now]
            reached = max([*moments, *([reached] if reached else [])], default=None)
            records = [json.dumps(node, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass") for node in nodes]
            waiting = Page(records=records, cursor=None, source=f"variants {self._version}", body=b"\n".join(records))
        if waiting:
            moved = reached.isoformat() if reached and reached.isoformat() != cursor else None
            yield Page(records=waiting.records, cursor=moved, source=waiting.source, body=waiting.body)


def decode_variant(raw: bytes) -> StoreProduct:
    """Read one variant. Raises RecordError with the path and the reason; the key is its SKU, or its id where it has none."""
    try:
        body = msgspec.json.decode(raw)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, ValueError) as error:
        raise RecordError("$", f"is not JSON: {str(error)[:120]}") from error
    if not isinstance(body, dict):
        raise RecordError("$", "must be an object")
    try:
        return _product(body)
    except RecordError as error:
        key = str(body.get("sku") or body.get("id") or "")[:64]
        raise RecordError(error.path, error.reason, key=key) from error


def _product(body: dict[str, Any]) -> StoreProduct:
    store_id, sku = identifier_at(body.get("id"), "$.id", limit=80), identifier_at(body.get("sku"), "$.sku")
    product, fields, absurd = object_at(body, "product"), _metafields(body), list[str]()
    sides = {side: _measure(fields.get(side), "mm", MM, f"$.metafields.{side}", absurd) for side in SIDES}
    return StoreProduct(
        store_id=store_id,
        sku=sku,
        ean=text_at(body.get("barcode"), "$.barcode", limit=20),
        name=_name(product, body),
        brand=text_at(product.get("vendor"), "$.product.vendor", limit=80),
        category=text_at(product.get("productType"), "$.product.productType", limit=80),
        weight_g=_weight(body, absurd),
        version=text_at(fields.get("dims_version"), "$.metafields.dims_version", limit=64),
        absurd="; ".join(absurd)[:200],
        **sides,
    )


def _name(product: dict[str, Any], body: dict[str, Any]) -> str:
    title, own = text_at(product.get("title"), "$.product.title", limit=200), text_at(body.get("title"), "$.title", limit=100)
    return f"{title}, {own}"[:200] if title and own and own != PLAIN_TITLE else title or own


def _metafields(body: dict[str, Any]) -> dict[str, Any]:
    return {text_at(node.get("key"), "$.metafields.key", limit=64): node.get("value") for node in nodes_at(body, "metafields")}


def _weight(body: dict[str, Any], absurd: list[str]) -> int | None:
    """Nought is what Shopify shows where nobody has entered a weight."""
    measurement = object_at(object_at(body, "inventoryItem"), "measurement", "$.inventoryItem")
    path = "$.inventoryItem.measurement.weight"
    weight = object_at(measurement, "weight", "$.inventoryItem.measurement")
    value = weight.get("value")
    if value in (None, 0, 0.0) or isinstance(value, bool):
        return None
    if not isinstance(value, int | float | str):
        raise RecordError(f"{path}.value", "must be a number")
    return _measure(_plain(value), text_at(weight.get("unit"), f"{path}.unit", limit=20), GRAMS, path, absurd)


def _plain(value: float | str) -> str:
    """The number without an exponent. Digits beyond the ninth after the point say nothing of a weight."""
    return value if isinstance(value, str) else f"{Decimal(str(value)):.9f}".rstrip("0").rstrip(".") or "0"


def _measure(value: Any, unit: str, units: Units, path: str, absurd: list[str]) -> int | None:
    name = path.rpartition(".")[2]
    try:
        return whole(text_at(value, path, limit=40), unit, units)
    except Absurd as wrong:
        absurd.append(f"{name} {wrong}")
        return None
    except NotUsable as wrong:
        raise RecordError(path, str(wrong)) from wrong


def _changed_at(node: dict[str, Any]) -> datetime | None:
    try:
        return instant_at(node.get("updatedAt"), "$.updatedAt")
    except RecordError:
        return None
