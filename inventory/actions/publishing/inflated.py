"""The shop offers more than may be sold, or its number cannot be put right: a case for each SKU, gone when the numbers agree."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Count, Q
from django.urls import reverse

from exceptions_queue import actions as desk
from exceptions_queue.catalogue import Code
from inventory.actions.publishing.steps import MOST_STALE
from inventory.models import Allocation, Level, ShopLevel
from inventory.queries.publishing import numbers

SCOPE = frozenset({Code.STK_INFLATED})
PATIENCE = timedelta(minutes=10)  # a right number that is under way deserves no case


def find_inflated(*, at: datetime, skus: Collection[str] | None = None) -> int:
    """Make the cases of these SKUs, or of all, equal what the shop shows; return how many SKUs have one. A fixed number of statements."""
    wanted = numbers(ShopLevel.Place.SALE, at=at, skus=skus)
    shown, moving = _shown(skus, at)
    wrong = {sku: fault for sku, row in shown.items() if sku in wanted and (fault := _fault(row, wanted[sku]))}
    standing = set(desk.subjects_with_open_case(Level, only=SCOPE).values_list("subject_id", flat=True))
    with transaction.atomic():
        levels = Level.objects.select_for_update().filter(Q(sku__in=wrong) | Q(pk__in=standing)).exclude(sku__in=moving)
        levels = levels if skus is None else levels.filter(sku__in=skus)
        sold = _sold(wrong)
        findings = [desk.Finding(level.pk, _found(level.sku, wrong, shown, wanted, sold), _card(level)) for level in levels.order_by("sku")]
        desk.reconcile_many(Level, findings, scope=SCOPE, at=at)
    return sum(bool(finding.found) for finding in findings)


def _shown(skus: Collection[str] | None, at: datetime) -> tuple[dict[str, tuple[int, int]], list[str]]:
    """{SKU: (what the shop shows, stale how many times)}, and the SKUs whose right number is under way."""
    rows = ShopLevel.objects.filter(place=ShopLevel.Place.SALE)
    rows = rows if skus is None else rows.filter(sku__in=skus)
    moving = rows.filter(batch__made_at__gt=at - PATIENCE) | rows.filter(shown=None, unusable="")
    known = rows.filter(shown__isnull=False, unusable="").values_list("sku", "shown", "stale_times")
    return {sku: (int(shown or 0), times) for sku, shown, times in known}, list(moving.values_list("sku", flat=True))


def _fault(row: tuple[int, int], wanted: int) -> str:
    shows, stale_times = row
    if shows > wanted:
        return "inflated"
    return "contested" if stale_times >= MOST_STALE and shows != wanted else ""


def _found(
    sku: str, wrong: dict[str, str], shown: dict[str, tuple[int, int]], wanted: dict[str, int], sold: dict[str, int]
) -> dict[str, dict[str, Any]]:
    if sku not in wrong:
        return {}
    evidence = {"sku": sku, "shop": shown[sku][0], "sellable": wanted[sku], "orders": sold.get(sku, 0)}
    return {Code.STK_INFLATED: {"field": "available", "fault": wrong[sku], **evidence}}


def _sold(skus: Collection[str]) -> dict[str, int]:
    """How many orders that have not left took garments of each of these SKUs."""
    taken = Allocation.objects.filter(sku__in=skus, left_at=None).order_by()
    return dict(taken.values_list("sku").annotate(Count("pk")))


def _card(level: Level) -> desk.Card:
    return desk.Card(label=level.sku, url=reverse("inventory:publish-now", kwargs={"sku": level.sku}))
