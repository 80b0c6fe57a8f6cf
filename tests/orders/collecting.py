"""Parcels that stand labelled for a collection, and InPost's answers about their lockers."""

import json
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any

from lockers.models import Manifest, Parcel
from orders.models import Order
from orders.states import AcsStatus, OrderState
from partners import connect
from tests.lockers.builders import feed_record
from tests.orders.builders import NOON, make_order
from tests.partners.fake_web import Asked, FakeWeb, Reply

CUTOFF = datetime.fromisoformat("2026-06-09T16:30:00+00:00")  # 17:30 of a London summer's Tuesday
LOCKER = "UK00000904"
PASSED = {"state": OrderState.RELEASED, "released_at": NOON, "release_claimed_at": NOON, "acs_status": AcsStatus.PACKED}


def picked(**facts: Any) -> Order:
    return make_order(**{**PASSED, "acs_status_since": NOON} | facts)


def labelled(*, order: Order | None = None, **facts: Any) -> Parcel:
    """A labelled parcel of a packed locker order with which all is right. `facts` are the parcel's."""
    order = order or picked()
    standing = {
        "state": "labelled",
        "point_id": order.locker_id,
        "tracking_number": f"T-{order.number}",
        "size": "A",
        "weight_g": 700,
        "created_at": NOON,
        "labelled_at": NOON,
    }
    return Parcel.objects.create(order_number=order.number, **standing | facts)


def open_manifest(**facts: Any) -> Manifest:
    standing = {"site_key": "acs", "collection_on": CUTOFF.date(), "cutoff_at": CUTOFF, "created_at": NOON}
    return Manifest.objects.create(**standing | facts)


def order_of(parcel: Parcel) -> Order:
    return Order.objects.get(number=parcel.order_number)


class FakeLockers:
    """The points feed: single points and one page with all. Lockers by id; `down` answers 503; `when_asked` runs before each answer."""

    def __init__(self, **lockers: dict[str, Any]) -> None:
        self.lockers: dict[str, dict[str, Any]] = lockers
        self.down = False
        self.when_asked: Any = lambda: None
        self.web = FakeWeb(self._reply)

    def knows(self, point_id: str = LOCKER, **changes: Any) -> None:
        self.lockers[point_id] = feed_record(point_id, **changes)

    def use(self) -> AbstractContextManager[None]:
        return connect.use({"points": self.web.transport})

    @property
    def asked_for(self) -> list[str]:
        return [asked.path for asked in self.web.asked]

    def _reply(self, asked: Asked) -> Reply:
        self.when_asked()
        if self.down:
            return 503, {}, b""
        if "/GB/" not in asked.path:
            items = list(self.lockers.values())
            return 200, {}, json.dumps({"count": len(items), "total_pages": 1, "items": items}).encode()
        found = self.lockers.get(asked.path.rpartition("/")[2])
        if found is None:
            return 404, {}, b'{"status":404,"key":"point_not_found","error":"Point not found."}'
        return 200, {}, json.dumps(found).encode()
