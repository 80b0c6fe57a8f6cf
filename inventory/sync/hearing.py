"""A source describes products: keep what it says, decide what we use, write what changed."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from hashlib import blake2b
from typing import Any, NamedTuple

from inventory.actions import CORRECTABLE
from inventory.actions.learning import keep_what_was_learnt, size_of
from inventory.actions.measures import settle
from inventory.models import Measure, Product, Source
from inventory.queries import LEAST_PARCELS, source_orders
from inventory.rules import SIZE, Size, order_for

NAMES = ("ean", "name", "brand", "category")
TEXTS = (*NAMES, "customs_description", "hs_code", "origin_country")
KEPT = (*TEXTS, *SIZE)
WRITTEN = (*KEPT, "source", "size_source", "content_hash", "fetched_at", "changed_at")

Columns = dict[str, Any]  # what a source says of a SKU, by our names; a column that is not there says nothing


class Heard(NamedTuple):
    """How many products are new, and of how many something is."""

    created: int = 0
    changed: int = 0


class _Standing(NamedTuple):
    """Everything that is kept of some SKUs."""

    products: dict[str, Product]
    measures: dict[str, dict[str, Measure]]
    orders: Mapping[str, Sequence[str]]


def hash_of(columns: Columns) -> str:
    told = sorted((name, value) for name, value in columns.items() if name != "version")  # which may be our own word, come back
    return blake2b(repr(told).encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def unheard(read: Mapping[str, Columns]) -> dict[str, Columns]:
    """What the file did not say last time. One statement, and all there is to a file that was read before."""
    known = dict(Product.objects.filter(sku__in=read).values_list("sku", "content_hash"))
    return {sku: columns for sku, columns in read.items() if known.get(sku) != hash_of(columns)}


def hear(said: Mapping[str, Columns], source: str, at: datetime) -> Heard:
    """Write what `source` says that is news: three reads, and two writes for each batch of 500. In the page's transaction."""
    standing = _standing(list(said))
    products, measures, before, created = [], [], {}, 0
    for sku, columns in said.items():
        product = standing.products.get(sku) or Product(sku=sku)
        is_new, was = product.pk is None, {name: getattr(product, name) for name in WRITTEN}
        before[sku] = (size_of(product), product.size_source)
        measure, is_news = _measure(product, standing.measures.get(sku, {}), source, columns, at)
        _take(product, columns, source, standing, measure)
        if is_new or is_news or any(getattr(product, name) != was[name] for name in KEPT):
            product.fetched_at = product.changed_at = at
            if source == Source.CSV:
                product.content_hash = hash_of(columns)
            products.append(product)
            measures.append(measure)
            created += is_new
    _write(products, measures)
    keep_what_was_learnt(products, before, at=at)
    return Heard(created, len(products) - created)


def _standing(skus: list[str]) -> _Standing:
    products = {row.sku: row for row in Product.objects.select_for_update().filter(sku__in=skus).order_by("pk")}
    measures: dict[str, dict[str, Measure]] = {}
    for row in Measure.objects.filter(sku__in=skus):
        measures.setdefault(row.sku, {})[row.source] = row
    return _Standing(products, measures, source_orders())


def _measure(product: Product, kept: dict[str, Measure], source: str, columns: Columns, at: datetime) -> tuple[Measure, bool]:
    """What the source says from now on, and whether that is another size than what it said so far."""
    before = kept.get(source) or Measure(sku=product.sku, source=source)
    base = size_of(before)
    if before.pk is None and source == Source.CSV and product.pk and product.source == Source.CSV:
        base = size_of(product)  # of before the sources were kept apart
    size = base._replace(**{name: columns[name] for name in SIZE if name in columns})
    if "rigid" in columns and size.rigid is None:
        size = size._replace(rigid=True)  # what does not say that it folds has to fit as it is
    absurd = columns.get("absurd", "")
    now = Measure(
        sku=product.sku, source=source, absurd=absurd, version=columns.get("version", ""), content_hash=hash_of(columns), observed_at=at
    )
    for name, value in size._asdict().items():
        setattr(now, name, value)
    return now, size != base or absurd != before.absurd


def _take(product: Product, columns: Columns, source: str, standing: _Standing, measure: Measure) -> None:
    """Make the product agree with what was said: its words, its size as the sources now stand, and who spoke last."""
    by_hand = product.source == Product.Source.DESK
    kept = standing.measures.get(product.sku, {})
    said = _said(kept) | {source: size_of(measure)}
    order = order_for(product.brand or columns.get("brand", ""), standing.orders, preferred=product.preferred_source)
    for name in TEXTS:
        value = columns.get(name)
        if value is not None and (value or not by_hand) and (not getattr(product, name) or _may_name(name, source, said, order)):
            setattr(product, name, value)
    stays = by_hand and any(getattr(product, name) not in (None, "") and columns.get(name) in (None, "") for name in CORRECTABLE)
    order = order_for(product.brand, standing.orders, preferred=product.preferred_source)  # it may have another brand now
    repeats = _repeats(measure, kept)
    news = {} if repeats else {source: [name for name in SIZE if columns.get(name) is not None]}
    settle(product, said, order, news=news)
    if not stays and (source == Source.CSV or product.pk is None):
        product.source = source


def _repeats(measure: Measure, kept: Mapping[str, Measure]) -> bool:
    """A size is no news when this source said it before, though its row has another title now; nor at first, when another said it."""
    others = [kept[measure.source]] if measure.source in kept else kept.values()
    return any(size_of(measure) == size_of(other) for other in others)


def _said(kept: Mapping[str, Measure]) -> dict[str, Size]:
    return {source: size_of(row) for source, row in kept.items() if source != Source.ACS_MEASURED or row.parcels >= LEAST_PARCELS}


def _may_name(name: str, source: str, said: Collection[str], order: Sequence[str]) -> bool:
    """Names come from whoever measures first: the file does not rename what the shop's product data names, where those are heard first."""
    other = Source.PIM if source == Source.CSV else Source.CSV
    return name not in NAMES or other not in said or order.index(source) < order.index(other)


def _write(products: list[Product], measures: list[Measure]) -> None:
    rows = [Product(**{name: getattr(product, name) for name in ("sku", "preferred_source", *WRITTEN)}) for product in products]
    Product.objects.bulk_create(rows, batch_size=500, update_conflicts=True, unique_fields=["sku"], update_fields=list(WRITTEN))
    told = [*SIZE, "absurd", "version", "content_hash", "observed_at"]
    Measure.objects.bulk_create(measures, batch_size=500, update_conflicts=True, unique_fields=["sku", "source"], update_fields=told)
