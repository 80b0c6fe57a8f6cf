"""The product master says: make our products agree. Sizes become whole mm and g, rounded up; unknown stays unknown."""

import math
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from hashlib import blake2b
from typing import Any

from inventory.models import Product
from inventory.sync.files import Row, read_csv
from partners.errors import RecordError
from partners.pages import Applied, Page, Reject
from partners.values import clean_text, identifier

ALIASES = {
    "product_sku": "sku",
    "title": "name",
    "length_mm": "length",
    "width_mm": "width",
    "height_mm": "height",
    "depth": "height",
    "weight_g": "weight",
    "barcode": "ean",
    "vendor": "brand",
    "product_type": "category",
    "country_of_origin": "origin_country",
}
MM = {"mm": 1.0, "cm": 10.0, "m": 1000.0, "in": 25.4, "inch": 25.4, "": 1.0}
GRAMS = {"g": 1.0, "kg": 1000.0, "lb": 453.59237, "oz": 28.349523125, "": 1.0}
LONGEST_MM, HEAVIEST_G = 5_000, 200_000
TRUE, FALSE = {"yes", "y", "true", "1", "rigid"}, {"no", "n", "false", "0", "soft"}
WRITTEN = (
    "ean",
    "name",
    "brand",
    "category",
    "length_mm",
    "width_mm",
    "height_mm",
    "weight_g",
    "rigid",
    "customs_description",
    "hs_code",
    "origin_country",
)
TEXTS = {"ean": 20, "name": 200, "brand": 80, "category": 80, "customs_description": 200, "hs_code": 12}


def read_products_csv(path: str) -> Callable[[str], Iterator[Page]]:
    """A reader of the product file at `path`; the one column it must have is `sku`."""
    return read_csv(path, aliases=ALIASES, needed=frozenset({"sku"}))


def apply_products(page: Page, at: datetime) -> Applied:
    """Write the rows of a page that differ. Each row that cannot be used is rejected by its row and column; the others count."""
    read, rejected = _read_all(page)
    known = dict(Product.objects.filter(sku__in=list(read)).values_list("sku", "content_hash"))
    new = [Product(sku=sku, **_columns(row, at)) for sku, row in read.items() if sku not in known]
    changed = {sku: row for sku, row in read.items() if sku in known and known[sku] != _hash(row)}
    Product.objects.bulk_create(new, batch_size=500)
    _update(changed, at)
    unchanged = len(page.records) - len(rejected) - len(new) - len(changed)
    return Applied(created=len(new), changed=len(changed), unchanged=unchanged, rejected=rejected)


def _read_all(page: Page) -> tuple[dict[str, dict[str, Any]], list[Reject]]:
    read: dict[str, dict[str, Any]] = {}
    rejected: list[Reject] = []
    for row in page.records:
        sku = identifier(row.cells.get("sku", ""))
        try:
            read[sku] = _read(row, sku)
        except RecordError as error:
            raw = ",".join(row.cells.values())
            rejected.append(Reject(key=sku, path=f"row {row.number}, column {error.path}", reason=error.reason, raw=raw))
    return read, rejected


def _read(row: Row, sku: str) -> dict[str, Any]:
    cells = row.cells
    if not sku:
        raise RecordError("sku", "is empty")
    sides = {f"{side}_mm": _measure(cells, side, "dim_unit", MM, LONGEST_MM) for side in ("length", "width", "height")}
    texts = {name: clean_text(cells.get(name, ""), limit=limit).text for name, limit in TEXTS.items()}
    return (
        texts
        | sides
        | {
            "weight_g": _measure(cells, "weight", "weight_unit", GRAMS, HEAVIEST_G),
            "rigid": _rigid(cells.get("rigid", "")),
            "origin_country": _country(cells.get("origin_country", "")),
        }
    )


def _measure(cells: Mapping[str, str], column: str, unit_column: str, units: Mapping[str, float], most: int) -> int | None:
    """A whole number of mm or g, rounded up: a parcel planned too small fails, one planned too large does not. Blank is unknown."""
    text = cells.get(column, "").strip().replace(",", ".")
    if not text:
        return None
    unit = cells.get(unit_column, "").strip().casefold()
    if unit not in units:
        raise RecordError(unit_column, f"{unit[:20]!r} is not a unit we know: {', '.join(filter(None, units))}")
    try:
        value = float(text)
    except ValueError as error:
        raise RecordError(column, f"{text[:20]!r} is not a number") from error
    if not math.isfinite(value) or value <= 0:
        raise RecordError(column, "must be more than nought; leave it empty if it is not known")
    whole = math.ceil(round(value * units[unit], 6))
    if whole > most:
        raise RecordError(column, f"{whole} {'g' if units is GRAMS else 'mm'} cannot be right for a garment")
    return whole


def _rigid(text: str) -> bool:
    """Blank counts as rigid: what does not say that it folds must fit as it is."""
    folded = text.strip().casefold()
    if folded and folded not in TRUE | FALSE:
        raise RecordError("rigid", "must be yes or no")
    return folded not in FALSE


def _country(text: str) -> str:
    code = text.strip().upper()
    if code and not (len(code) == 2 and code.isascii() and code.isalpha()):
        raise RecordError("origin_country", "must be a country code of two letters, such as GB")
    return code


def _columns(row: dict[str, Any], at: datetime) -> dict[str, Any]:
    return row | {"content_hash": _hash(row), "fetched_at": at, "changed_at": at, "source": "csv"}


def _hash(row: dict[str, Any]) -> str:
    return blake2b(repr([row[name] for name in WRITTEN]).encode(), digest_size=16).hexdigest()


def _update(changed: dict[str, dict[str, Any]], at: datetime) -> None:
    products = list(Product.objects.filter(sku__in=list(changed)))
    for product in products:
        for name, value in _columns(changed[product.sku], at).items():
            setattr(product, name, value)
    Product.objects.bulk_update(products, [*WRITTEN, "content_hash", "fetched_at", "changed_at", "source"], batch_size=200)
