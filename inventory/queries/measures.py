"""Show me: what each source says of a product's size, and whose word counts."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import NamedTuple

from exceptions_queue.queries import words
from inventory.models import Measure, Product, Source, SourceOrder
from inventory.rules import SIZE, Size, order_for

SHORT: dict[str, str] = {Source.ACS_MEASURED: "Parcels", Source.PIM: "Shop", Source.CSV: "File"}
LEAST_PARCELS = 3  # two parcels may both be measured carelessly


def source_orders() -> dict[str, tuple[str, ...]]:
    """{brand in small letters, or "" for all others: the sources, the first to be heard first}. One statement."""
    return {brand.casefold(): tuple(order) for brand, order in SourceOrder.objects.values_list("brand", "order")}


def said_of(skus: Collection[str]) -> dict[str, dict[str, Size]]:
    """{SKU: {source: what it says}}; packed parcels say nothing before the third. One statement."""
    found: dict[str, dict[str, Size]] = {}
    rows = Measure.objects.filter(sku__in=skus).exclude(source=Source.ACS_MEASURED, parcels__lt=LEAST_PARCELS)
    for sku, source, *size in rows.values_list("sku", "source", *SIZE):
        found.setdefault(sku, {})[source] = Size(*size)
    return found


class Side(NamedTuple):
    """One source beside the others: what it says, since when, and whether its word counts."""

    source: str
    label: str
    size: Size | None
    note: str
    absurd: str
    since: str
    since_full: str
    decides: bool
    may_decide: bool


def sides_of(product: Product, now: datetime) -> list[Side]:
    """Every source of a product, in the order in which they are heard. Two statements."""
    measures = {measure.source: measure for measure in Measure.objects.filter(sku=product.sku)}
    order = order_for(product.brand, source_orders(), preferred=product.preferred_source)
    return [_side(source, measures.get(source), product, now) for source in order]


def _side(source: str, measure: Measure | None, product: Product, now: datetime) -> Side:
    label = Source(source).label
    if measure is None:
        return Side(source, label, None, "", "", "", "", decides=False, may_decide=False)
    size = Size(*(getattr(measure, name) for name in SIZE))
    early = source == Source.ACS_MEASURED and measure.parcels < LEAST_PARCELS
    return Side(
        source,
        label,
        size,
        _note(measure),
        measure.absurd,
        words.moment(measure.observed_at, now),
        words.full(measure.observed_at),
        decides=product.size_source == source,
        may_decide=not early and None not in size.sides and product.preferred_source != source,
    )


def _note(measure: Measure) -> str:
    if measure.source != Source.ACS_MEASURED:
        return f"version {measure.version}" if measure.version else ""
    counted = f"the middle of {measure.parcels} parcel{'s' if measure.parcels != 1 else ''} that held one of it"
    return counted if measure.parcels >= LEAST_PARCELS else f"{counted}; counts from {LEAST_PARCELS}"


class BrandOrder(NamedTuple):
    """A brand, its order and how many products that concerns. `is_own` says that somebody chose it for this brand."""

    brand: str
    order: tuple[str, ...]
    products: int
    is_own: bool


def brand_orders(counts: Mapping[str, int]) -> list[BrandOrder]:
    """Every brand with its order, the one for all others first. `counts` says how many products each brand has."""
    orders = source_orders()
    rest = BrandOrder("", order_for("", orders), sum(n for brand, n in counts.items() if brand.casefold() not in orders), "" in orders)
    own = [BrandOrder(brand, order_for(brand, orders), n, brand.casefold() in orders) for brand, n in sorted(counts.items()) if brand]
    return [rest, *own]


def order_in_words(order: Collection[str]) -> str:
    return " › ".join(SHORT[source] for source in order if source in SHORT)
