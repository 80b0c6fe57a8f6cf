"""Do it: what a person at the desk corrects about a product."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from django.db import transaction
from django_q.tasks import async_task

from exceptions_queue.audit import Actor, record
from inventory.models import Product

CORRECTABLE = ("length_mm", "width_mm", "height_mm", "weight_g", "rigid", "customs_description", "hs_code", "origin_country")
NOT_THERE = datetime.min.replace(tzinfo=UTC)
RECHECK = "orders.tasks.recheck_open"  # text, because orders stand above goods


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
    for name, value in after.items():
        setattr(product, name, value)
    product.source, product.changed_at = Product.Source.DESK, at
    product.save(update_fields=[*after, "source", "changed_at"])
    record("product corrected", product, actor=actor, at=at, before=before, after=after)
    async_task(RECHECK)
