"""Make the counters equal what is there."""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Count, Q, Sum

from inventory.models import Allocation, Garment, Level
from inventory.queries.levels import sellable_statuses, stock_as_of
from inventory.rules import is_ripe

COUNTED = ("on_hand", "missing", "ripe", "waiting", "ripening", "ripens_at", "allocated", "counted_at")


def recount(skus: Collection[str] | None = None, *, at: datetime) -> int:
    """Count these SKUs, or every SKU, anew from garments and allocations; return how many counters there are now.

    In a transaction of its own, or the caller's. A SKU that is named for the first time gets its counters.
    """
    with transaction.atomic():
        here, taken = _garments(skus), _allocated(skus)
        named = set(here) | set(taken) | set(skus or ())
        Level.objects.bulk_create([Level(sku=sku, counted_at=at) for sku in sorted(named)], batch_size=500, ignore_conflicts=True)
        levels = Level.objects.select_for_update().order_by("sku")
        rows = list(levels if skus is None else levels.filter(sku__in=named))
        for row in rows:
            _fill(row, here.get(row.sku, []), taken.get(row.sku, 0), at)
        Level.objects.bulk_update(rows, COUNTED, batch_size=500)
        return len(rows)


def _garments(skus: Collection[str] | None) -> dict[str, list[tuple[Any, ...]]]:
    counted: dict[str, list[tuple[Any, ...]]] = defaultdict(list)
    garments = Garment.objects.all() if skus is None else Garment.objects.filter(sku__in=skus)
    sellable = set(sellable_statuses())
    present = Count("pk", filter=Q(missing_since=None))
    rows = garments.order_by().values_list("sku", "status", "since").annotate(here=present, every=Count("pk"))
    for sku, status, since, here, every in rows:
        counted[sku].append((status in sellable, since, here, every))
    return counted


def _allocated(skus: Collection[str] | None) -> dict[str, int]:
    rows = Allocation.objects.all() if skus is None else Allocation.objects.filter(sku__in=skus)
    as_of = stock_as_of()
    still = rows.filter(Q(left_at=None) | Q(left_at__gt=as_of)) if as_of else rows
    return dict(still.order_by().values_list("sku").annotate(Sum("quantity")))


def _fill(row: Level, garments: list[tuple[Any, ...]], allocated: int, at: datetime) -> None:
    buffer = timedelta(hours=row.buffer_hours)
    for_sale = [(since, here) for sells, since, here, _ in garments if sells and here]
    inside = sorted((since, here) for since, here in for_sale if not is_ripe(since=since, buffer=buffer, at=at))
    row.on_hand = sum(here for *_, here, _ in garments)
    row.missing = sum(every - here for *_, here, every in garments)
    row.waiting = sum(here for _, here in inside)
    row.ripe = sum(here for _, here in for_sale) - row.waiting
    row.ripening = [[since.isoformat(), here] for since, here in inside]
    row.ripens_at = inside[0][0] + buffer if inside else None
    row.allocated, row.counted_at = allocated, at
