"""What the shop is to show, what it shows, and whether it may be told."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db.models import Count
from django.utils import timezone

from inventory.models import Garment, Level, ShopLevel, StockFreeze, StockPublish
from inventory.queries.counting import PRESENT
from inventory.queries.levels import is_stale, sellable_now, stock_as_of
from inventory.states import Bucket
from partners.models import CodeMapping, SyncRun

ORDERS = "store.orders"
LAST_BATCHES = 30
MOST_REFUSED = 100


def numbers(place: str, *, at: datetime, skus: Collection[str] | None = None) -> dict[str, int]:
    """{SKU: what the shop is to show at this place}. One statement for what is for sale, four for what is set aside:
    that is in the warehouse, so what is with a renter is not among it."""
    for_sale = sellable_now(skus, at=at)
    if place == ShopLevel.Place.SALE:
        return for_sale
    levels = Level.objects.all() if skus is None else Level.objects.filter(sku__in=skus)
    away = _outside(skus)
    return {sku: max(0, on_hand - away.get(sku, 0) - for_sale.get(sku, 0)) for sku, on_hand in levels.values_list("sku", "on_hand")}


def _outside(skus: Collection[str] | None) -> dict[str, int]:
    """{SKU: garments of the last file that are not in the warehouse}. Two statements."""
    meanings = CodeMapping.objects.filter(partner="acs", kind=CodeMapping.Kind.STOCK_STATUS).exclude(target="")
    away = [pk for pk, flags in meanings.values_list("pk", "flags") if flags.get("bucket") == Bucket.OUTSIDE and not flags.get("sellable")]
    rows = Garment.objects.filter(PRESENT, status__in=away)
    return dict((rows if skus is None else rows.filter(sku__in=skus)).order_by().values_list("sku").annotate(Count("pk")))


def orders_read_at() -> datetime | None:
    """When the last reading of the shop's orders that came to its end began: what was sold later may not be in it."""
    good = SyncRun.objects.filter(feed__name=ORDERS, outcome=SyncRun.Outcome.OK).order_by("-started_at", "-id")
    return good.values_list("started_at", flat=True).first()


def standing_freeze() -> StockFreeze | None:
    """The freeze that a person made and nobody has ended."""
    return StockFreeze.objects.select_related("made_by").filter(ended_at=None).first()


def why_frozen(*, at: datetime) -> str:
    """Why nothing is told to the shop, in a sentence; "" where it is told. Two statements at most."""
    if freeze := standing_freeze():
        who = freeze.made_by.get_full_name() or freeze.made_by.get_username() if freeze.made_by else "Somebody"
        return f"{who} stopped telling the shop on {_day(freeze.made_at)}: {freeze.reason}"
    as_of = stock_as_of()
    if as_of is None:
        return "No stock file of ACS's was applied yet, so there is no number to tell the shop."
    if is_stale(as_of, at=at):
        old = f"The last stock file is of {_day(as_of)}, more than {settings.STOCK_STALE_HOURS} hours ago."
        return f"{old} The shop is told again by itself after the next good file."
    return ""


def _day(instant: datetime) -> str:
    return timezone.localtime(instant).strftime("%-d %B, %H:%M")


@dataclass(frozen=True)
class Overview:
    """What the page about publishing counts: SKUs that differ and wait, those under way, refused, and without a place in the shop."""

    known: int
    differs: int
    under_way: int
    refused: int
    unusable: int


def overview(*, at: datetime) -> Overview:
    """Three statements whatever the number of SKUs."""
    wanted = numbers(ShopLevel.Place.SALE, at=at)
    rows = ShopLevel.objects.filter(place=ShopLevel.Place.SALE).values_list("sku", "shown", "batch_id", "refused", "unusable")
    known = differs = under_way = refused = unusable = 0
    for sku, shown, batch, why, cannot in rows:
        known += 1
        under_way += batch is not None
        refused += bool(why)
        unusable += bool(cannot)
        differs += shown is not None and not cannot and sku in wanted and shown != wanted[sku]
    return Overview(known, differs, under_way, refused, unusable)


def last_batches() -> list[StockPublish]:
    """The newest first."""
    return list(StockPublish.objects.order_by("-made_at", "-pk")[:LAST_BATCHES])


def troubled() -> list[ShopLevel]:
    """The SKUs that the shop does not take from us, by SKU, at most 100."""
    rows = ShopLevel.objects.exclude(refused="", unusable="").order_by("sku", "place")
    return list(rows[:MOST_REFUSED])


def shop_level(sku: str) -> ShopLevel | None:
    return ShopLevel.objects.filter(sku=sku, place=ShopLevel.Place.SALE).first()
