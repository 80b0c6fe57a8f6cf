"""One return and the garments in it, as ACS keeps them."""

from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any

from partners.sandbox.orders import stamp

BER = "BER"


@dataclass
class Picture:
    """`name` is the last part of its address and decides what it shows."""

    name: str
    taken_at: datetime


@dataclass
class Item:
    """One garment. `grade` is "" until somebody has graded it."""

    line: str
    rfid: str
    sku: str
    grade: str = ""
    graded_at: datetime | None = None
    grader: str = ""
    station: str = ""
    reason: str = ""
    note: str = ""
    repair_pence: int | None = None
    photos: list[Picture] = field(default_factory=list)


@dataclass
class Return:
    id: str
    order: str
    tracking: str
    arrived_at: datetime
    updated_at: datetime
    items: list[Item]


def told(one: Return, base: str) -> dict[str, Any]:
    """As the feed says it; `base` is the address below which the photos are."""
    return {
        "id": one.id,
        "orderNumber": one.order,
        "trackingNumber": one.tracking,
        "arrivedAt": stamp(one.arrived_at),
        "updatedAt": stamp(one.updated_at),
        "items": [_item(item, base) for item in one.items],
    }


def _item(item: Item, base: str) -> dict[str, Any]:
    return {
        "lineId": item.line,
        "rfid": item.rfid,
        "sku": item.sku,
        "grade": item.grade,
        "gradedAt": stamp(item.graded_at) if item.graded_at else None,
        "grader": item.grader,
        "station": item.station,
        "reason": item.reason,
        "note": item.note,
        "repairPence": item.repair_pence,
        "photos": [{"url": f"{base}/photos/{one.name}", "takenAt": stamp(one.taken_at)} for one in item.photos],
    }


def picture(seed: int, about: str, place: int, taken_at: datetime) -> Picture:
    """Its name cannot be guessed from what it shows. Every second one is a PNG."""
    secret = sha256(f"photo {seed} {about} {place}".encode()).hexdigest()[:24]
    return Picture(f"{secret}.{'png' if place % 2 else 'jpg'}", taken_at)
