"""Products and files of them."""

import io
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any, BinaryIO

from inventory.actions import recount
from inventory.models import Allocation, Garment, GarmentChange, Level, Product
from partners.acs.stock_statuses import SEED
from partners.mappings import ensure, fold
from partners.models import CodeMapping, Feed

LONG_AGO = datetime(2026, 6, 1, tzinfo=UTC)


def file_of(*lines: str, encoding: str = "utf-8") -> BinaryIO:
    """A CSV file in memory, as an upload hands it over."""
    return io.BytesIO("\r\n".join(lines).encode(encoding))


def make_product(sku: str = "DRS-0012-10", **columns: Any) -> Product:
    """A sized, soft dress from the product file."""
    standing: dict[str, Any] = {
        "name": "Midi dress",
        "length_mm": 340,
        "width_mm": 260,
        "height_mm": 40,
        "weight_g": 520,
        "rigid": False,
        "fetched_at": LONG_AGO,
        "changed_at": LONG_AGO,
    }
    return Product.objects.create(sku=sku, **standing | columns)


READY, REFURBISHMENT, PROCESSING = "In warehouse – ready for customer", "In-Refurbishment", "In warehouse processing"
INSPECTION, HIRE, BER, NEW = "Post-Rental Inspection", "With customer", "Beyond Economic Repair", "QUAR-2"


def status(raw: str = READY) -> CodeMapping:
    """The mapping row of one of ACS's texts: as the seed has it, or unmapped."""
    found = ensure("acs", CodeMapping.Kind.STOCK_STATUS, [raw], seed=SEED)
    return CodeMapping.objects.get(pk=found[fold(raw)])


def make_garments(sku: str, count: int = 1, *, raw: str = READY, since: datetime = LONG_AGO, **columns: Any) -> list[Garment]:
    """Garments of one SKU that have been in one status since then. RFIDs go on from those there are."""
    before = Garment.objects.filter(sku=sku).count()
    standing = {"raw_status": raw, "status": status(raw), "since": since, "first_seen_at": LONG_AGO, "changed_at": since}
    rfids = [f"E28011{sku.encode().hex().upper()[-10:]}{number:06X}" for number in range(before, before + count)]
    return Garment.objects.bulk_create([Garment(sku=sku, rfid=rfid, **standing | columns) for rfid in rfids])


def make_change(garment: Garment, was: str, became: str, *, at: datetime, hours: float, event: str = "status") -> GarmentChange:
    """A file said that it became another thing, after so many hours in what it was."""
    return GarmentChange.objects.create(
        garment=garment, event=event, was=was, became=became, at=at, since_before=at - timedelta(hours=hours)
    )


def stock_read(at: datetime) -> None:
    """The last stock file is of this instant."""
    Feed.objects.update_or_create(name="acs.stock", defaults={"last_content_at": at, "last_good_at": at})


def counted(*skus: str, at: datetime) -> list[Level]:
    """The counters of these SKUs, counted anew."""
    recount(list(skus) or None, at=at)
    return list(Level.objects.filter(sku__in=skus).order_by("sku"))


def make_much_stock(sku: str, now: datetime) -> Level:
    """120 on hand, 37 of them sellable: 23 in the buffer, 14 in refurbishment, 9 unmapped, 12 with renters, 8 sold, 5 kept back."""
    hours = timedelta(hours=1)
    make_garments(sku, 50, since=now - 200 * hours)
    make_garments(sku, 9, since=now - 50 * hours)
    make_garments(sku, 14, since=now - 26 * hours)
    make_garments(sku, 14, raw=REFURBISHMENT, since=now - 30 * hours, grade="B")
    make_garments(sku, 9, raw=NEW, since=now - 6 * hours)
    make_garments(sku, 12, raw=HIRE, since=now - 90 * hours)
    make_garments(sku, 9, raw=INSPECTION, since=now - 40 * hours)
    make_garments(sku, 3, raw=BER, since=now - 400 * hours)
    make_garments(sku, 3, since=now - 300 * hours, missing_since=now - 30 * hours, missing_files=2)
    allocate(sku, {"LS-1041": 5, "LS-1042": 3}, at=now - 5 * hours)
    stock_read(now - 6 * hours)
    recount([sku], at=now)
    Level.objects.filter(sku=sku).update(reserve=5)
    return Level.objects.get(sku=sku)


def allocate(sku: str, orders: dict[str, int], *, at: datetime) -> None:
    """Sold to these orders."""
    Allocation.objects.bulk_create(Allocation(order_number=number, sku=sku, quantity=count, made_at=at) for number, count in orders.items())


def make_stays(garments: Iterable[Garment], raw: str, *, until: datetime) -> None:
    """One stay in a state for each garment, of 1, 2, 3 … days, that ended with being ready."""
    for days, garment in enumerate(garments, start=1):
        make_change(garment, raw, READY, at=until - timedelta(hours=1), hours=24 * days)
