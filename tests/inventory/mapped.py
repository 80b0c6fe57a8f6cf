"""Garments, their statuses, and what is sold of them, for tests of meanings."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from django.contrib.auth.models import User

from inventory.actions import recount
from inventory.models import Allocation, Garment, Level
from partners.actions.meanings import Wanted, draft
from partners.mappings import fold
from partners.models import CodeMapping, MappingProposal

STOCK = CodeMapping.Kind.STOCK_STATUS
_numbers = count(1)

READY = {"target": "ready", "flags": {"sellable": True, "bucket": "reserved"}}
QUARANTINE = {"target": "quarantine", "flags": {"sellable": False, "bucket": "quality_control"}}
UNMAPPED: dict[str, Any] = {"target": "", "flags": {}}


def make_status(raw: str, meaning: Mapping[str, Any] = UNMAPPED, **columns: Any) -> CodeMapping:
    return CodeMapping.objects.create(partner="acs", kind=STOCK, raw=raw, folded=fold(raw), **meaning, **columns)


def make_garments(number: int, sku: str, status: CodeMapping, *, since: datetime, **columns: Any) -> list[Garment]:
    standing = {"sku": sku, "status": status, "raw_status": status.raw, "since": since, "first_seen_at": since, "changed_at": since}
    return Garment.objects.bulk_create([Garment(rfid=f"R{next(_numbers):07}", **standing | columns) for _ in range(number)])


def allocate(order: str, sku: str, quantity: int, *, at: datetime) -> Allocation:
    return Allocation.objects.create(order_number=order, sku=sku, quantity=quantity, made_at=at)


def counted(at: datetime) -> None:
    """The counters as they would stand after a file."""
    recount(at=at)


def kept_back(sku: str, *, reserve: int = 0, hours: int = 72, at: datetime) -> None:
    Level.objects.update_or_create(sku=sku, defaults={"reserve": reserve, "buffer_hours": hours, "counted_at": at})


def proposed(actor: User, at: datetime, **by_raw: Mapping[str, Any]) -> MappingProposal:
    """A draft of these meanings, by the folded text of their status with "_" for a space."""
    rows = {row.folded.replace(" ", "_").replace("-", "_"): row for row in CodeMapping.objects.filter(kind=STOCK)}
    wanted = {rows[name].pk: Wanted(rows[name].version, meaning["target"], meaning["flags"]) for name, meaning in by_raw.items()}
    return draft("acs", STOCK, wanted, actor=actor, at=at)


def days_before(at: datetime, days: float) -> datetime:
    return at - timedelta(days=days)
