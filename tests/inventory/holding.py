"""Garments, what their statuses mean, and when a stock file was applied."""

from datetime import datetime, timedelta
from itertools import count
from typing import Any

from inventory.models import Garment
from partners.mappings import fold
from partners.models import CodeMapping, Feed

_rfids = count(1)


def make_status(raw: str = "Ready", target: str = "ready", *, sellable: bool | None = None, bucket: str = "reserved") -> CodeMapping:
    """What one of ACS's texts means; with target "" it has no meaning yet."""
    sells = target == "ready" if sellable is None else sellable
    flags = {"sellable": sells, "bucket": bucket} if target else {}
    mapping, _ = CodeMapping.objects.update_or_create(
        partner="acs", kind="stock_status", folded=fold(raw), defaults={"raw": raw, "target": target, "flags": flags}
    )
    return mapping


def make_garment(status: CodeMapping, sku: str = "DRS-1", *, since: datetime, **columns: Any) -> Garment:
    """One garment in this status since then; the last file names it unless `missing_since` is given."""
    gone = columns.get("missing_since") is not None
    return Garment.objects.create(
        rfid=f"RF{next(_rfids):09}",
        sku=sku,
        raw_status=status.raw,
        status=status,
        since=since,
        first_seen_at=since,
        changed_at=since,
        missing_files=1 if gone else 0,
        **columns,
    )


def make_ready(number: int, at: datetime, sku: str = "DRS-1", *, days: float = 10) -> None:
    """Garments that have been ready for so many days."""
    status = make_status()
    for _ in range(number):
        make_garment(status, sku, since=at - timedelta(days=days))


def stock_file_of(at: datetime) -> None:
    """The last stock file that was applied is as of this instant."""
    Feed.objects.update_or_create(name="acs.stock", defaults={"last_content_at": at})
