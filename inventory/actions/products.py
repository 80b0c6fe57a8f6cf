"""Do it: what a person at the desk corrects about a product."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from django.db import transaction
from django_q.tasks import async_task

from exceptions_queue.audit import Actor, person, record
from inventory.actions.learning import keep_what_was_learnt, size_of
from inventory.models import Product, SizeCorrection
from inventory.rules import REMEMBERED, middle_factor

CORRECTABLE = ("length_mm", "width_mm", "height_mm", "weight_g", "rigid", "customs_description", "hs_code", "origin_country")
SIZE_BY_HAND = frozenset(CORRECTABLE[:5])
NOT_THERE = datetime.min.replace(tzinfo=UTC)
RECHECK = "orders.tasks.recheck_open"  # text, because orders stand above goods


class NotLearnt(Exception):
    """The learnt size is not the one this person saw, or is none any more. `sentence` says so."""

    def __init__(self, sku: str) -> None:
        self.sentence = f"More parcels with {sku} were packed since you looked: see the new figure before you accept it."
        super().__init__(self.sentence)


class Stale(Exception):
    """Somebody saved the product since this person looked. `product` is as it stands now."""

    def __init__(self, product: Product) -> None:
        super().__init__(f"{product} was changed at {product.changed_at:%H:%M}.")
        self.product = product


def set_size(
    sku: str, *, length_mm: int, width_mm: int, height_mm: int, weight_g: int, actor: Actor, at: datetime, rigid: bool | None = None
) -> Product:
    """Enter the size (mm) and weight (g) of a SKU, whatever stood there before."""
    size: dict[str, Any] = {"length_mm": length_mm, "width_mm": width_mm, "height_mm": height_mm, "weight_g": weight_g}
    return correct_product(sku, size if rigid is None else size | {"rigid": rigid}, actor=actor, at=at)


def correct_product(sku: str, values: Mapping[str, Any], *, actor: Actor, at: datetime, seen: datetime | None = None) -> Product:
    """Save what a person says of a product, with its audit row, and have the open orders checked again.

    A SKU nobody described yet becomes a product. `seen` is the `changed_at` this person saw, or NOT_THERE: Stale is raised,
    and nothing written, when it is another now. Saying what stands there already writes nothing.
    """
    if unknown := set(values) - set(CORRECTABLE):
        raise ValueError(f"Not for the desk to say: {', '.join(sorted(unknown))}.")
    with transaction.atomic():
        product, is_new = _lock(sku, at)
        if seen is not None and product.changed_at != seen and not (is_new and seen == NOT_THERE):
            raise Stale(product)
        before = {name: getattr(product, name) for name, value in values.items() if getattr(product, name) != value}
        if before or is_new:
            _save(product, {name: values[name] for name in before}, before, actor=actor, at=at)
    return product


def _lock(sku: str, at: datetime) -> tuple[Product, bool]:
    _, is_new = Product.objects.get_or_create(sku=sku, defaults={"source": Product.Source.DESK, "fetched_at": at, "changed_at": at})
    return Product.objects.select_for_update().get(sku=sku), is_new


def _save(product: Product, after: dict[str, Any], before: dict[str, Any], *, actor: Actor, at: datetime) -> None:
    was = {product.sku: (size_of(product), product.size_source)}
    for name, value in after.items():
        setattr(product, name, value)
    product.source, product.changed_at = Product.Source.DESK, at
    if SIZE_BY_HAND & after.keys():
        product.size_source = Product.Source.DESK
    product.save(update_fields=[*after, "source", "size_source", "changed_at"])
    if SIZE_BY_HAND & after.keys():
        keep_what_was_learnt([product], was, at=at)
    record("product corrected", product, actor=actor, at=at, before=before, after=after)
    async_task(RECHECK)


def learn_sizes(factors: Mapping[str, Sequence[int]], *, at: datetime) -> None:
    """Remember what packed parcels of one SKU each measured, in thousandths of its stated volume. Three statements at most."""
    if not factors:
        return
    known = {row.sku: row for row in SizeCorrection.objects.select_for_update().filter(sku__in=factors).order_by("pk")}
    rows = [_learnt(known.get(sku) or SizeCorrection(sku=sku), new, at) for sku, new in sorted(factors.items())]
    SizeCorrection.objects.bulk_create([row for row in rows if row.pk is None], batch_size=500, ignore_conflicts=True)
    SizeCorrection.objects.bulk_update([row for row in rows if row.pk], ["factor", "seen", "recent", "learnt_at"], 200)


def _learnt(row: SizeCorrection, new: Sequence[int], at: datetime) -> SizeCorrection:
    row.recent = [*row.recent, *new][-REMEMBERED:]
    row.factor, row.seen, row.learnt_at = middle_factor(row.recent), row.seen + len(new), at
    return row


def accept_learnt_size(sku: str, *, factor: int, actor: Actor, at: datetime) -> SizeCorrection:
    """Let the fit rule use the learnt size, and have the open orders checked again. Raises NotLearnt when it is not `factor` any more."""
    with transaction.atomic():
        row = SizeCorrection.objects.select_for_update().filter(sku=sku, factor=factor).first()
        if row is None:
            raise NotLearnt(sku)
        before = {"accepted_factor": row.accepted_factor}
        row.accepted_factor, row.accepted_at, row.accepted_by = factor, at, person(actor)
        row.save(update_fields=["accepted_factor", "accepted_at", "accepted_by"])
        subject = Product.objects.filter(sku=sku).first() or row
        record("learnt size accepted", subject, actor=actor, at=at, before=before, after={"accepted_factor": factor})
        async_task(RECHECK)
    return row
