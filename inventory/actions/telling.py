"""Do it: tell the shop which locker takes each product, so that its checkout offers none that cannot."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Any

from django.db import transaction
from django.db.models import F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from inventory.models import Listing, ParcelLimits, Product
from inventory.queries import NO_LOCKER, locker_size, rows
from partners import connect, outbox
from partners.errors import PartnerError
from partners.models import Intent
from partners.shop import LockerSize

KIND = "product_metafields"
RING = "inventory.tasks.tell_sizes"
SYSTEM = "system:products"
LINES = 8  # of three metafields each: Shopify takes 25 a call
AT_ONCE = 200  # intents of one round
ASKED_FOR = timedelta(hours=1)  # what was refused, or got lost here, is asked again then


def queue_sizes(*, at: datetime) -> int:
    """One intent for each eight products that the shop shows another locker for than takes them; how many products. None in observe."""
    if connect.mode("store") != "live":
        return 0
    with transaction.atomic():
        due = list(_due(at).select_for_update(of=("self",))[: LINES * AT_ONCE])
        if not due:
            return 0
        versions = _versions({row.sku for row in due})
        wanted = []
        for start in range(0, len(due), LINES):
            some = due[start : start + LINES]
            lines = [_line(row, versions.get(row.sku, "")) for row in some]
            wanted.append((f"{at:%y%m%d%H%M%S%f}-{some[0].pk}", 1, {"lines": lines}))
            for row in some:
                row.asked_size, row.asked_at = row.size, at  # type: ignore[attr-defined]
        Listing.objects.bulk_update(due, ["asked_size", "asked_at"], batch_size=200)
        outbox.put_many(kind=KIND, wanted=wanted, actor=SYSTEM, at=at, ring=RING)
    return len(due)


def _due(at: datetime) -> QuerySet[Listing]:
    """Listings with their `size` as it is now, where the shop was told another and is not being told this one."""
    size = Subquery(rows().filter(sku=OuterRef("sku")).values(size=locker_size())[:1])
    listed = Listing.objects.annotate(size=Coalesce(size, Value(NO_LOCKER)))
    being_told = Q(asked_size=F("size"), asked_at__gt=at - ASKED_FOR)
    return listed.exclude(told_size=F("size")).exclude(being_told).order_by("pk")


def _versions(skus: set[str]) -> dict[str, str]:
    """A word for the sizes and limits that the flags are reckoned from, the same for the same ones."""
    by = ParcelLimits.objects.values_list("version").first() or ()
    columns = ("length_mm", "width_mm", "height_mm", "weight_g", "rigid")
    found = Product.objects.filter(sku__in=skus).values_list("sku", *columns)
    return {sku: blake2b(repr([*size, *by]).encode(), digest_size=6).hexdigest() for sku, *size in found}


def _line(row: Any, version: str) -> dict[str, str]:
    return {"store_id": row.store_id, "sku": row.sku, "size": row.size, "version": version or NO_LOCKER}


def send(intent: Intent) -> outbox.Receipt:
    """What the shop shows is read first, so that asking again changes nothing twice."""
    told = connect.store().tell_sizes(_lines(intent))
    refused = {store_id: line.refused for store_id, line in told.items() if line.refused}
    news = sum(line.is_news for line in told.values())
    return outbox.Receipt(detail={"refused": refused, "told": news}, already=not news and not refused)


def look_up(intent: Intent) -> outbox.Receipt | None:
    """Read back: where the shop shows all of it, it is done; else it is sent again, which reads first."""
    return outbox.Receipt(detail={"refused": {}, "told": 0}) if connect.store().shows_sizes(_lines(intent)) else None


def _lines(intent: Intent) -> Sequence[LockerSize]:
    return [LockerSize(**line) for line in intent.payload["lines"]]


def settled(intent: Intent, receipt: outbox.Receipt, at: datetime) -> None:
    """What the shop shows now, and what it would not take, line by line."""
    refused = receipt.detail.get("refused", {})
    wanted = {line["store_id"]: line for line in intent.payload["lines"]}
    listed = list(Listing.objects.filter(store_id__in=wanted))
    for row in listed:
        row.refused = str(refused.get(row.store_id, ""))[:200]
        if not row.refused:
            line = wanted[row.store_id]
            row.told_size, row.told_version, row.told_at = line["size"], line["version"], at
    Listing.objects.bulk_update(listed, ["refused", "told_size", "told_version", "told_at"], batch_size=200)


def failed(intent: Intent, error: PartnerError, at: datetime) -> None:
    """The shop would not have it: it is asked again in an hour, and the product list says why."""
    Listing.objects.filter(store_id__in=[line["store_id"] for line in intent.payload["lines"]]).update(refused=error.sentence[:200])
