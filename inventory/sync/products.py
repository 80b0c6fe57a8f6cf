"""The product master says: make our products agree. Sizes become whole mm and g, rounded up; unknown stays unknown."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from inventory import rules
from inventory.models import Source as Speaker
from inventory.rules import GRAMS, MM, Absurd, NotUsable
from inventory.sync.files import Headings, Layout, Reader, Row, Source, headings_of, read_csv, rows_of
from inventory.sync.hearing import Columns, Heard, hear, unheard
from partners.errors import RecordError
from partners.pages import Applied, Page, Reject
from partners.values import clean_text, identifier_at

KEPT_OUT = (
    "says that it must not go to a locker, which Lockstep cannot be told yet: leave its size and weight out of every source, and no order "
    "with it goes to one"
)
SIDES = ("length", "width", "height")
TEXTS = {"ean": 20, "name": 200, "brand": 80, "category": 80, "customs_description": 200}
# Columns by which a file may say that a product must not go to a locker, and the word that says it. We keep no such fact of a product,
# so a row that says so is refused, loudly: read past, it would send dangerous goods to a locker.
NO_LOCKER = {"hazmat": True, "locker_allowed": False}
LAYOUT = Layout(
    columns=frozenset(
        {"sku", *TEXTS, *SIDES, "dim_unit", "weight", "weight_unit", "rigid", "hs_code", "origin_country", *NO_LOCKER, "updated_at"}
    ),
    needed=frozenset({"sku"}),
    measures=frozenset({*SIDES, "weight"}),
    unique="sku",
    aliases={
        **dict.fromkeys(("product_sku", "variant_sku", "garment_sku", "garmentsku", "item_sku", "stock_code", "item_code"), "sku"),
        **dict.fromkeys(("title", "product_name", "item_name"), "name"),
        **dict.fromkeys(("barcode", "gtin", "ean13", "variant_barcode"), "ean"),
        **dict.fromkeys(("vendor", "designer"), "brand"),
        **dict.fromkeys(("product_type", "type", "garment_type"), "category"),
        **dict.fromkeys(("depth", "thickness"), "height"),
        **dict.fromkeys(("dimension_unit", "dimensions_unit", "size_unit", "length_unit"), "dim_unit"),
        **dict.fromkeys(("weight_uom", "variant_weight_unit"), "weight_unit"),
        **dict.fromkeys(("hs", "commodity_code", "tariff_code", "hs_tariff_code"), "hs_code"),
        **dict.fromkeys(("country_of_origin", "origin"), "origin_country"),
        **dict.fromkeys(("customs_contents", "customs_text"), "customs_description"),
    },
)


def read_products_csv(source: Source) -> Reader:
    """A reader of the product file; the one column it must have is `sku`. Raises Unreadable with a sentence when read."""
    return read_csv(source, LAYOUT)


def product_headings(source: Source) -> Headings:
    """The file's headings, so that a person sees which columns were not understood."""
    return headings_of(source, LAYOUT)


def apply_products(page: Page, at: datetime) -> Applied:
    """Write the rows of a page that say something new, in one read and a few writes for each batch of 500.

    A row that cannot be used is rejected with its number, its columns and every reason; the others count. A column that the
    file does not have says nothing. A size that cannot be right of any product counts as not known, and is listed. What a person
    entered at the desk is overwritten once the file says something new, but never by an empty cell. Whether the file's size is
    the one we use is decided by the order of sources (`inventory.rules.decide`).
    """
    read, rejected = _read_all(page)
    new = unheard(read)
    heard = hear(new, Speaker.CSV, at) if new else Heard()
    unchanged = len(page.records) - len(rejected) - heard.created - heard.changed
    return Applied(created=heard.created, changed=heard.changed, unchanged=unchanged, rejected=rejected, read=list(read))


def _read_all(page: Page) -> tuple[dict[str, Columns], list[Reject]]:
    read: dict[str, Columns] = {}
    rejected: list[Reject] = []
    for row in rows_of(page.records, LAYOUT):
        sku, columns, faults = _read(row)
        if faults:
            rejected.append(_refuse(row, sku, faults))
        else:
            read[sku] = columns
    return read, rejected


def _refuse(row: Row, sku: str, faults: dict[str, str]) -> Reject:
    where = ", ".join(filter(None, faults))
    reason = "; ".join(f"{column} {fault}".strip() for column, fault in faults.items())
    return Reject(key=sku, path=f"row {row.number}: {where}" if where else f"row {row.number}", reason=reason, raw=row.raw)


def _read(row: Row) -> tuple[str, Columns, dict[str, str]]:
    """(SKU, columns, faults by column). The fault of a whole row stands under ""."""
    cells, faults = row.cells, {"": row.fault} if row.fault else {}
    sku = ""
    columns: Columns = {name: clean_text(cells[name], limit=limit).text for name, limit in TEXTS.items() if name in cells}
    try:
        sku = identifier_at(cells.get("sku"), "sku")
    except RecordError as error:
        faults |= {} if row.fault else {"sku": error.reason}

    def take(name: str, column: str, parse: Callable[..., Any], *how: Any) -> None:
        try:
            if column in cells:
                columns[name] = parse(cells[column], *how)
        except Absurd as absurd:
            columns[name] = None
            columns["absurd"] = f"{columns.get('absurd', '')}; {column} {absurd}".strip("; ")[:200]
        except NotUsable as error:
            faults[column] = str(error)

    for side in SIDES:
        take(f"{side}_mm", side, rules.whole, _unit(cells, side, "dim_unit"), MM)
    take("weight_g", "weight", rules.whole, _unit(cells, "weight", "weight_unit"), GRAMS)
    take("rigid", "rigid", rules.keeps_its_shape)
    take("origin_country", "origin_country", rules.country)
    take("hs_code", "hs_code", rules.hs_code)
    for column, word in NO_LOCKER.items():
        try:
            if rules.yes_or_no(cells.get(column, "")) is word:
                faults[column] = KEPT_OUT
        except NotUsable as error:
            faults[column] = str(error)
    return sku, columns, faults


def _unit(cells: Mapping[str, str], column: str, unit_column: str) -> str:
    """The unit that the heading says, else the row's own, else mm or g."""
    return cells.get(f"{column} unit") or cells.get(unit_column, "")
