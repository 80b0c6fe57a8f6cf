"""The page of an order whose parcel is on its way, or whose label was refused: read by CX in a browser."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone
from playwright.sync_api import expect

from lockers.models import LabelAttempt, Parcel, TrackingEvent
from lockers.sync.tracking import fold_parcels
from orders import tasks
from orders.models import Order
from orders.states import OrderState
from partners.sandbox.world import World
from tests.browser.conftest import axe_faults, is_within_its_width, keep, small_targets
from tests.browser.looks import LOOKS

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
WAY = (("CRE.1001", 60), ("FMD.1002", 50), ("MMD.1001", 44), ("MMD.1003", 38), ("LMD.1001", 20), ("LMD.1005", 16), ("ZZZ.4711", 3))


@pytest.fixture
def order(world: World) -> Order:
    """A released locker order."""
    return Order.objects.filter(state=OrderState.RELEASED, destination="locker").order_by("pk")[0]


def parcel(order: Order, **facts: object) -> Parcel:
    standing = {"state": "labelled", "point_id": order.locker_id, "created_at": timezone.now(), "tracking_number": "JJD0002233573349"}
    return Parcel.objects.create(order_number=order.number, **standing | facts)


@pytest.fixture
def in_the_locker(order: Order) -> Order:
    """Its parcel has been in the locker since yesterday, after another label was torn; InPost then said what nobody knows."""
    now = timezone.now()
    parcel(order, state="void", tracking_number="JJD0002233573301", void_at=now - timedelta(hours=61), void_why="Label torn")
    made = {"labelled_at": now - timedelta(hours=60), "length_mm": 380, "width_mm": 300, "height_mm": 75, "weight_g": 1240}
    one = parcel(order, revision=2, size="B", size_from="acs", **made)
    place = {"type": "LOCKER_POINT", "id": order.locker_id}
    TrackingEvent.objects.bulk_create(
        TrackingEvent(
            event_id=code,
            tracking_number=one.tracking_number,
            code=code,
            happened_at=now - timedelta(hours=hours),
            received_at=now,
            source="webhook",
            place=place if code.startswith("LMD.1005") else {},
        )
        for code, hours in WAY
    )
    with transaction.atomic():
        fold_parcels([one.tracking_number])
    tasks.tell_shop()
    return order


@pytest.mark.parametrize(("theme", "width"), LOOKS)
def test_a_parcel_in_the_locker(sign_in, in_the_locker: Order, theme: str, width: int):
    page = sign_in("cx", theme=theme, width=width)
    page.goto(f"/orders/{in_the_locker.number}/")

    expect(page.get_by_text("of 72 h left")).to_be_visible()
    expect(page.get_by_label("Tracking number")).to_have_value("JJD0002233573349")
    expect(page.get_by_text("put it in the locker and sent the code")).to_be_visible()
    expect(page.get_by_text("Ready to collect", exact=True)).to_be_visible()
    assert (axe_faults(page), small_targets(page), is_within_its_width(page)) == ([], [], True)
    page.get_by_role("heading", name="Parcel", exact=True).scroll_into_view_if_needed()
    keep(page, f"parcel-in-locker-{theme}-{width}")

    page.get_by_role("navigation", name="Whose events").get_by_role("link", name="InPost").click()
    expect(page.get_by_text("placed the order")).to_have_count(0)
    keep(page, f"parcel-timeline-{theme}-{width}")
    assert axe_faults(page) == []


@pytest.mark.parametrize(("theme", "width"), LOOKS)
def test_a_label_that_was_refused(sign_in, order: Order, theme: str, width: int):
    one = parcel(order, state="label_pending", tracking_number="", size="A")
    problem = {
        "field": "recipient.phone",
        "reason": "InPost does not take this mobile number.",
        "to_do": "Correct it, then try again.",
    }
    facts = {"state": "refused", "remedy": "fix_first", "asked_by": "system:labelling", "asked_at": timezone.now()}
    LabelAttempt.objects.create(parcel=one, number=1, deduplication_id="0" * 32, problems=[problem], **facts)

    page = sign_in("cx", theme=theme, width=width)
    page.goto(f"/orders/{order.number}/")

    expect(page.get_by_text("InPost does not take this mobile number.")).to_be_visible()
    assert (axe_faults(page), small_targets(page), is_within_its_width(page)) == ([], [], True)
    page.get_by_role("heading", name="Parcel", exact=True).scroll_into_view_if_needed()
    keep(page, f"parcel-label-failed-{theme}-{width}")
    page.get_by_role("link", name="Open the labels").click()
    expect(page.get_by_role("heading", name="Labels", level=1)).to_be_visible()


def test_a_parcel_s_number_typed_anywhere_opens_its_order(sign_in, in_the_locker: Order):
    page = sign_in("warehouse")
    page.get_by_role("searchbox").fill("JJD0002233573349")
    page.get_by_role("searchbox").press("Enter")

    expect(page.get_by_role("heading", name=f"Order {in_the_locker.number}")).to_be_visible()
