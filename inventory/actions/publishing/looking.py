"""Look at what the shop shows, and keep it. A SKU whose number is just being told is left to its batch."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from inventory.models import Level, ShopLevel
from partners import connect
from partners.errors import Rejected
from partners.ports import Store
from partners.shop import Place, StockLevel

AT_ONCE = 500
SEEN_LATELY = timedelta(minutes=55)
BUDGET = timedelta(seconds=60)
NOT_THERE = "The shop has no product with this SKU."
FACTS = ("item_id", "location_id", "shown", "shown_at", "looked_at", "unusable")
Clock = Callable[[], datetime]


def look(skus: Sequence[str], *, clock: Clock) -> int:
    """Read what the shop shows of these SKUs at each of its places; return how many SKUs it has.

    Where the shop refuses to be read, each SKU says why. Calls the shop, so not inside a transaction; raises the PartnerErrors that pass
    by themselves. Per page of 100 SKUs five statements at most.
    """
    shop, there = connect.store(), set[str]()
    for place in shop.places():
        try:
            found = _look_there(shop, skus, place, clock)
        except Rejected as refusal:
            _keep_missing(skus, place, clock(), why=refusal.sentence[:300])
            continue
        _keep_missing([sku for sku in skus if sku not in found], place, clock(), why=NOT_THERE)
        there |= found
    return len(there)


def _look_there(shop: Store, skus: Sequence[str], place: Place, clock: Clock) -> set[str]:
    found = set[str]()
    for page in shop.levels(skus, place=place):
        found |= {level.sku for level in page}
        _keep(page, place, clock())
    return found


def look_at_unknown(*, clock: Clock, skus: Sequence[str] | None = None) -> int:
    """Look at SKUs never looked at, and at those whose number changed under our hands: at most 500. Return how many were looked at."""
    levels = Level.objects.all() if skus is None else Level.objects.filter(sku__in=skus)
    here = ShopLevel.objects.filter(sku=OuterRef("sku"), place=Place.SALE)
    never = levels.filter(~Exists(here)).order_by("pk").values_list("sku", flat=True)[:AT_ONCE]
    lost = ShopLevel.objects.filter(shown=None, unusable="", batch=None).order_by("looked_at", "pk")
    lost = lost if skus is None else lost.filter(sku__in=skus)
    named = list(dict.fromkeys([*lost.values_list("sku", flat=True)[:AT_ONCE], *never]))[:AT_ONCE]
    if named:
        look(named, clock=clock)
    return len(named)


def look_at_old(*, clock: Clock) -> int:
    """Look again at every SKU not looked at for an hour, the longest ago first, for a minute at most: the rest comes next time."""
    began, looked = clock(), 0
    while clock() < began + BUDGET:
        old = ShopLevel.objects.filter(Q(looked_at=None) | Q(looked_at__lt=began - SEEN_LATELY), place=Place.SALE, batch=None)
        named = list(old.order_by("looked_at", "pk").values_list("sku", flat=True)[:AT_ONCE])
        if not named:
            break
        look(named, clock=clock)
        looked += len(named)
    return looked


def _keep(page: Sequence[StockLevel], place: Place, at: datetime) -> None:
    said = {level.sku: level for level in page}
    with transaction.atomic():
        ShopLevel.objects.bulk_create([ShopLevel(sku=sku, place=place) for sku in said], ignore_conflicts=True)
        rows = list(ShopLevel.objects.select_for_update().filter(place=place, sku__in=said, batch=None).order_by("pk"))
        changed = [row for row in rows if _differs(row, said[row.sku])]
        for row in changed:
            level = said[row.sku]
            row.item_id, row.location_id, row.shown, row.unusable = level.item_id, level.location_id, level.quantity, level.why
            row.shown_at = row.looked_at = at
        ShopLevel.objects.bulk_update(changed, FACTS)
        same = {row.pk for row in rows} - {row.pk for row in changed}
        ShopLevel.objects.filter(pk__in=same).update(shown_at=at, looked_at=at)


def _differs(row: ShopLevel, level: StockLevel) -> bool:
    standing = (row.item_id, row.location_id, row.shown, row.unusable)
    return standing != (level.item_id, level.location_id, level.quantity, level.why)


def _keep_missing(skus: Sequence[str], place: Place, at: datetime, *, why: str) -> None:
    if not skus:
        return
    ShopLevel.objects.bulk_create([ShopLevel(sku=sku, place=place) for sku in skus], ignore_conflicts=True)
    rows = ShopLevel.objects.filter(place=place, sku__in=skus, batch=None)
    rows.update(shown=None, shown_at=at, looked_at=at, unusable=why)
