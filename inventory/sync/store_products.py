"""The shop says what it sells: keep its sizes as one source among others, and what finds each product there."""

from collections.abc import Iterator, Mapping
from datetime import datetime

from inventory.models import Listing, Measure, Source
from inventory.sync.hearing import Columns, Heard, hash_of, hear
from partners import connect
from partners.errors import RecordError
from partners.pages import Applied, Page, Reject
from partners.shop import StoreProduct

NAMES = ("ean", "name", "brand", "category")
SIZE = ("length_mm", "width_mm", "height_mm", "weight_g")


def read_store_products(cursor: str) -> Iterator[Page]:
    """Pages of raw products from the shop that STORE names."""
    return connect.store().products(cursor)


def apply_store_products(page: Page, at: datetime) -> Applied:
    """Write the products of a page that say something new, as the word of the shop. Four reads and four writes for each 500.

    A record that cannot be used is rejected with path and reason. A SKU that the shop has twice is one product, and the last counts.
    """
    read, rejected = _read_all(page)
    said = {product.sku: _columns(product) for product in read}
    known = dict(Measure.objects.filter(source=Source.PIM, sku__in=said).values_list("sku", "content_hash"))
    new = {sku: columns for sku, columns in said.items() if known.get(sku) != hash_of(columns)}
    heard = hear(new, Source.PIM, at) if new else Heard()
    _list(read, at)
    unchanged = len(page.records) - len(rejected) - heard.created - heard.changed
    return Applied(created=heard.created, changed=heard.changed, unchanged=unchanged, rejected=rejected, read=list(said))


def _read_all(page: Page) -> tuple[list[StoreProduct], list[Reject]]:
    store = connect.store()
    read: list[StoreProduct] = []
    rejected: list[Reject] = []
    for raw in page.records:
        try:
            read.append(store.decode_product(raw))
        except RecordError as error:
            rejected.append(Reject(key=error.key, path=error.path, reason=error.reason, raw=raw))
    return read, rejected


def _columns(product: StoreProduct) -> Columns:
    """A name that the shop leaves empty says nothing; a size that it leaves empty is not known to it."""
    named: Mapping[str, str] = {name: getattr(product, name) for name in NAMES}
    columns: Columns = {name: value for name, value in named.items() if value}
    columns |= {name: getattr(product, name) for name in SIZE}
    return columns | {name: value for name in ("version", "absurd") if (value := getattr(product, name))}


def _list(read: list[StoreProduct], at: datetime) -> None:
    """Remember what finds each product in the shop; what was known already is not written."""
    known = dict(Listing.objects.filter(store_id__in=[product.store_id for product in read]).values_list("store_id", "sku"))
    new = {p.store_id: Listing(store_id=p.store_id, sku=p.sku, seen_at=at) for p in read if known.get(p.store_id) != p.sku}
    rows = list(new.values())
    Listing.objects.bulk_create(rows, batch_size=500, update_conflicts=True, unique_fields=["store_id"], update_fields=["sku", "seen_at"])
