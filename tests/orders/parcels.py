"""Parcels of released orders, what InPost says of them, and what the shop is shown."""

import csv
from datetime import datetime, timedelta
from pathlib import Path

from django.db import transaction

from lockers.models import Parcel, TrackingEvent
from lockers.sync.tracking import fold_parcels
from tests.orders.builders import NOON, make_order


def parcel(number: str = "T1", **facts: object) -> Parcel:
    """The labelled parcel of a packed order."""
    order = make_order(state="released", released_at=NOON, release_claimed_at=NOON, acs_status="packed")
    standing = {"state": "labelled", "point_id": order.locker_id, "tracking_number": number, "created_at": NOON}
    return Parcel.objects.create(order_number=order.number, **standing | facts)


def say(one: Parcel, code: str, after: float = 0, **facts: object) -> datetime:
    """InPost says something of a parcel, so many hours after noon."""
    at = NOON + timedelta(hours=after)
    told = {"tracking_number": one.tracking_number, "happened_at": at, "received_at": at, "source": "webhook"}
    TrackingEvent.objects.create(event_id=f"{one.tracking_number}#{code}#{after}", code=code, **told | facts)
    with transaction.atomic():
        fold_parcels([one.tracking_number])
    return at


def shown(shop_folder: Path) -> list[tuple[str, str]]:
    """(milestone, when by InPost) as the shop reads them."""
    file = shop_folder / "out" / "milestones.csv"
    rows = csv.DictReader(file.read_text().splitlines()) if file.exists() else ()
    return [(row["milestone"], row["happened_at"]) for row in rows]
