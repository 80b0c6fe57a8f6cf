"""Orders that ACS has, with and without a label, and lockers near the one they go to."""

from datetime import datetime, timedelta

from django.utils import timezone

from config.running import run_feed
from exceptions_queue.models import ExceptionCase
from lockers.models import Manifest, Parcel, Point
from lockers.states import ParcelState
from lockers.tasks import make_labels
from orders import tasks
from orders.actions import review_many
from orders.models import GateDecision, Order
from orders.states import OrderState
from partners.acs.statuses import SEED
from partners.mappings import fold
from partners.models import CodeMapping
from partners.sandbox.world import World
from tests.orders.builders import NOON, make_point

OLD, NEAR, FAR = "UK00000904", "UK00001001", "UK00001002"


def make_lockers() -> None:
    """Two more lockers, 400 m and 1.6 km to the north of the one that orders go to."""
    make_point(NEAR, name="Camley Street", street="2 Camley Street", latitude=51.5316, postcode="N1C 4AB", outward="N1C")
    make_point(
        FAR, name="Camden Road", street="9 Camden Road", latitude=51.5424, open_24_7=False, hours={"monday": [{"start": 480, "end": 1200}]}
    )


def map_statuses() -> None:
    for raw, target in SEED.items():
        CodeMapping.objects.update_or_create(partner="acs", kind="order_status", folded=fold(raw), defaults={"raw": raw, "target": target})


def send(*orders: Order) -> None:
    """Through the gate to ACS."""
    for order in orders:
        order.shop = {"locker_id": order.locker_id, "mobile": order.mobile}
        order.save()
    review_many([order.pk for order in orders], at=NOON)
    tasks.send_releases()
    for order in orders:
        order.refresh_from_db()
        assert order.state == OrderState.RELEASED


def at_acs(world: World, order: Order, status: str, **packed: int) -> None:
    world.acs[order.number]["status"] = status
    run_feed("acs.orders")
    if packed:
        Order.objects.filter(pk=order.pk).update(acs_packed=packed)
    order.refresh_from_db()


def label(world: World, order: Order) -> Parcel:
    """Picked, and its label made."""
    at_acs(world, order, "Pick Confirmed")
    tasks.ask_for_labels()
    make_labels()
    return Parcel.objects.get(order_number=order.number, state=ParcelState.LABELLED)


def manifest(parcel: Parcel, at: datetime | None = None) -> None:
    """On a closed manifest."""
    now = at or timezone.now()
    run = Manifest.objects.create(
        site_key="acs", collection_on=now.date(), cutoff_at=now + timedelta(hours=parcel.pk), state="closed", closed_at=now, created_at=now
    )
    passed = {"gate": GateDecision.Gate.MANIFEST, "passed": True, "inputs_hash": "0", "rules_version": "1", "decided_at": now}
    GateDecision.objects.create(order=Order.objects.get(number=parcel.order_number), **passed)
    Parcel.objects.filter(pk=parcel.pk).update(state=ParcelState.MANIFESTED, manifest=run, gate_passed_at=now, manifested_at=now)


def close(point_id: str) -> None:
    Point.objects.filter(point_id=point_id).update(status="Disabled", may_receive=False)


def locker_at_acs(world: World, order: Order) -> str:
    return next(
        (value for name, value in world.acs[order.number]["order"].items() if name.startswith("Misc") and value.startswith("UK")), ""
    )


def open_cases(order: Order) -> set[str]:
    return set(ExceptionCase.objects.filter(order_number=order.number, state="open").values_list("code", flat=True))
