"""How many of a SKU may be sold, by its counters."""

from collections.abc import Collection
from datetime import datetime, timedelta

from django.conf import settings

from inventory.models import Level
from inventory.rules import is_ripe, is_too_old, sellable
from inventory.states import ItemState
from partners.models import CodeMapping, Feed

FEED = "acs.stock"


def stock_as_of() -> datetime | None:
    """The as-of of the last stock file that was applied; None where there was none yet."""
    return Feed.objects.filter(name=FEED).values_list("last_content_at", flat=True).first()


def is_stale(as_of: datetime | None, *, at: datetime) -> bool:
    """Whether the last stock file is older than one may be (STOCK_STALE_HOURS), or there was none yet."""
    return is_too_old(as_of=as_of, at=at, limit=timedelta(hours=settings.STOCK_STALE_HOURS))


def sellable_statuses() -> list[int]:
    """The ids of the mappings whose garments may be sold."""
    return statuses_by_use()[0]


def statuses_by_use() -> tuple[list[int], list[int]]:
    """The ids of the mappings whose garments may be sold, and of those whose are picked for an order. One statement."""
    rows = CodeMapping.objects.filter(partner="acs", kind=CodeMapping.Kind.STOCK_STATUS).exclude(target="")
    sells: list[int] = []
    picked: list[int] = []
    for pk, target, flags in rows.values_list("pk", "target", "flags"):
        if flags.get("sellable") is True:
            sells.append(pk)
        elif target == ItemState.ALLOCATED:
            picked.append(pk)
    return sells, picked


def sellable_now(skus: Collection[str] | None = None, *, at: datetime) -> dict[str, int]:
    """{SKU: how many may be sold} for these SKUs, or for every SKU; one ACS never named is not in it. One statement."""
    levels = Level.objects.all() if skus is None else Level.objects.filter(sku__in=skus)
    columns = levels.values_list("sku", "ripe", "ripening", "allocated", "reserve", "buffer_hours")
    return {
        sku: sellable(ripe=ripe + ripened(ripening, timedelta(hours=hours), at), allocated=allocated, reserve=reserve)
        for sku, ripe, ripening, allocated, reserve, hours in columns
    }


def ripened(ripening: list[list[object]], buffer: timedelta, at: datetime) -> int:
    """How many of those inside the buffer when they were counted have left it by now."""
    return sum(int(str(count)) for since, count in ripening if is_ripe(since=datetime.fromisoformat(str(since)), buffer=buffer, at=at))
