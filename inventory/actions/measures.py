"""Do it: hear what a source says of sizes, decide whose word counts, and have the open orders checked again."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from django.db import transaction
from django_q.tasks import async_task

from exceptions_queue.audit import Actor, record
from inventory.actions.learning import keep_what_was_learnt, size_of
from inventory.actions.products import RECHECK
from inventory.models import Measure, Product, SizeCase, Source, SourceOrder
from inventory.queries import said_of, source_orders
from inventory.rules import DEFAULT_ORDER, REMEMBERED, SIDES, SIZE, Size, decide, middle_of, order_for

AGAIN = "inventory.tasks.decide_again"
AT_ONCE = 1_000
FORGOTTEN = timedelta(days=60)
DECIDED = (*SIZE, "size_source")
BY_HAND = Product.Source.DESK

Said = Mapping[str, Size]
News = Mapping[str, Collection[str]]  # {source: the columns it has just said something new about}


class CannotDecide(Exception):
    """This source cannot decide this product's size. `sentence` says why."""

    def __init__(self, sentence: str) -> None:
        self.sentence = sentence
        super().__init__(sentence)


def held_by_hand(product: Product) -> bool:
    """A person entered the size; it stands until a source whose word counts says something new."""
    return product.size_source == BY_HAND or (not product.size_source and product.source == BY_HAND)


def settle(product: Product, said: Said, order: Sequence[str], *, news: News | None = None, by_person: bool = False) -> bool:
    """Make the columns that we use agree with what the sources say; True where that changes any. Writes nothing.

    What a person entered gives way only to `news` of the source that decides, or to a person's choice of a source (`by_person`).
    """
    before = [getattr(product, name) for name in DECIDED]
    decided = decide(_with_file(product, said), order)
    if held_by_hand(product) and not by_person:
        new = {name: value for name, value in _known(decided.size) if name in (news or {}).get(decided.by[name], ())}
        if {*SIDES, "weight_g"} <= new.keys():
            new["size_source"] = decided.by["length_mm"]
    else:
        new = decided.size._asdict() | {"size_source": decided.by["length_mm"]}
        new["rigid"] = product.rigid if decided.size.rigid is None else decided.size.rigid
    for name, value in new.items():
        setattr(product, name, value)
    return before != [getattr(product, name) for name in DECIDED]


def _with_file(product: Product, said: Said) -> Said:
    """A product of before sources were kept apart has its file's size in its own columns."""
    of_file = product.pk and Source.CSV not in said and product.source == Source.CSV and product.size_source in ("", Source.CSV)
    return {**said, Source.CSV: size_of(product)} if of_file else said


def _known(size: Size) -> Iterator[tuple[str, Any]]:
    return ((name, value) for name, value in size._asdict().items() if value is not None)


def redecide(skus: Iterable[str], *, at: datetime, news: News | None = None) -> int:
    """Decide again for these SKUs; how many products changed. Five statements for each thousand, and the orders are checked again.

    To be called in a transaction.
    """
    orders, changed = source_orders(), 0
    for some in _batches(skus, AT_ONCE):
        changed += _redecide(some, orders, at, news)
    if changed:
        async_task(RECHECK)
    return changed


def _batches(skus: Iterable[str], size: int) -> Iterator[list[str]]:
    rest = iter(skus)
    while some := list(islice(rest, size)):
        yield some


def _redecide(skus: Collection[str], orders: Mapping[str, Sequence[str]], at: datetime, news: News | None) -> int:
    products = list(Product.objects.select_for_update().filter(sku__in=skus).order_by("pk"))
    before = {product.sku: (size_of(product), product.size_source) for product in products}
    said = said_of(skus) if products else {}
    changed = [p for p in products if settle(p, said.get(p.sku, {}), order_for(p.brand, orders, preferred=p.preferred_source), news=news)]
    for product in changed:
        product.changed_at = at
    Product.objects.bulk_update(changed, [*DECIDED, "changed_at"], batch_size=200)
    keep_what_was_learnt(changed, before, at=at)
    return len(changed)


def note_packed(parcels: Mapping[str, Sequence[Sequence[int]]], *, at: datetime) -> int:
    """Remember what parcels that held one garment measured, [longest, middle, shortest, weight], and let their middle decide.

    In the caller's transaction. Returns how many products changed by it.
    """
    if not parcels:
        return 0
    kept = Measure.objects.select_for_update().filter(source=Source.ACS_MEASURED, sku__in=parcels).order_by("pk")
    known = {row.sku: row for row in kept}
    rows = [_measured(known.get(sku) or Measure(sku=sku, source=Source.ACS_MEASURED), new, at) for sku, new in sorted(parcels.items())]
    Measure.objects.bulk_create([row for row in rows if row.pk is None], batch_size=500, ignore_conflicts=True)
    Measure.objects.bulk_update([row for row in rows if row.pk], [*SIZE, "recent", "parcels", "observed_at"], batch_size=200)
    return redecide([row.sku for row in rows], at=at, news={Source.ACS_MEASURED: SIZE})


def _measured(row: Measure, new: Sequence[Sequence[int]], at: datetime) -> Measure:
    row.recent = [*row.recent, *map(list, new)][-REMEMBERED:]
    row.parcels, row.observed_at = row.parcels + len(new), at
    middle = middle_of(row.recent)
    row.length_mm, row.width_mm, row.height_mm, row.weight_g = middle[:4]
    return row


def set_source_order(brand: str, order: Sequence[str], *, actor: Actor, at: datetime) -> SourceOrder:
    """Say whose word counts first for a brand ("": for every brand without an order of its own). A worker then decides again.

    Raises ValueError for what is no order of our sources. Saying what stands writes nothing.
    """
    if sorted(order) != sorted(DEFAULT_ORDER):
        raise ValueError(f"Not an order of {', '.join(DEFAULT_ORDER)}.")
    brand = brand.strip().casefold()[:80]
    with transaction.atomic():
        row, _ = SourceOrder.objects.get_or_create(brand=brand, defaults={"changed_at": at})
        row = SourceOrder.objects.select_for_update().get(pk=row.pk)
        if row.order != list(order):
            before, row.order, row.changed_at = row.order, list(order), at
            row.save(update_fields=["order", "changed_at"])
            record("order of sources changed", row, actor=actor, at=at, before={"order": before}, after={"order": row.order})
            async_task(AGAIN, brand)
    return row


def decide_again(brand: str, *, at: datetime) -> int:
    """Decide the sizes of a brand's products again; how many changed. A batch is a transaction, so that readers never wait long."""
    products = Product.objects.filter(brand__in=_written(brand)) if brand else Product.objects.all()
    changed = 0
    for some in _batches(products.order_by("pk").values_list("sku", flat=True).iterator(), AT_ONCE):
        with transaction.atomic():
            changed += redecide(some, at=at)
    return changed


def _written(brand: str) -> list[str]:
    """How the products write this brand, by the same fold as `order_for`: SQLite knows only the letters of ASCII in another case."""
    names = Product.objects.order_by().values_list("brand", flat=True).distinct()
    return [name for name in names if name.casefold() == brand.casefold()]


def prefer_source(sku: str, source: str, *, actor: Actor, at: datetime) -> Product:
    """Let one source decide this product's size whatever the brand's order, or with "" the brand's order again.

    A person's choice: it also ends what was entered by hand. Raises CannotDecide, and Product.DoesNotExist.
    """
    with transaction.atomic():
        product = Product.objects.select_for_update().get(sku=sku)
        said = said_of([sku]).get(sku, {})
        if source and (source not in said or None in said[source].sides):
            raise CannotDecide(f"{_label(source)} does not know all three sides of {sku}, so it cannot decide its size.")
        was = {"preferred_source": product.preferred_source, **as_used(product)}
        before = {sku: (size_of(product), product.size_source)}
        product.preferred_source = source
        order = order_for(product.brand, source_orders(), preferred=source)
        changed = settle(product, said, order, by_person=bool(source))
        if changed or was["preferred_source"] != source:
            product.changed_at = at
            product.save(update_fields=[*DECIDED, "preferred_source", "changed_at"])
            keep_what_was_learnt([product], before, at=at)
            after = {"preferred_source": source, **as_used(product)}
            record("source of the size chosen", product, actor=actor, at=at, before=was, after=after)
            async_task(RECHECK)
    return product


def as_used(product: Product) -> dict[str, Any]:
    return {name: getattr(product, name) for name in DECIDED}


def _label(source: str) -> str:
    return Source(source).label if source in Source.values else source


def note_size_cases(found: Iterable[tuple[str, int, str, datetime]], *, at: datetime) -> None:
    """Count cases about size, (SKU, case, code, since when), once each; forget those that no page counts any more."""
    SizeCase.objects.filter(at__lt=at - FORGOTTEN).delete()
    rows = [SizeCase(sku=sku, case_id=case_id, code=code, at=since) for sku, case_id, code, since in found]
    SizeCase.objects.bulk_create(rows, batch_size=500, ignore_conflicts=True)
