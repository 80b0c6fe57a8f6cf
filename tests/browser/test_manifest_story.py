"""A warehouse lead runs a collection: the board, what is stuck, the dry run, closing, the sheet for the driver."""

import re
from collections import Counter
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from exceptions_queue import actions as desk
from lockers.models import Manifest, Parcel, Point
from orders import tasks
from orders.models import Order
from orders.states import AcsStatus, OrderState
from partners.sandbox.world import World
from tests.browser.conftest import axe_faults, is_within_its_width, keep, small_targets
from tests.browser.looks import LOOKS

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def parcels(world: World, settings) -> list[Parcel]:
    """Packed locker orders with labels. One waits for a word of the customer's, one stands in front of a locker that has just closed."""
    settings.INPOST_POINTS_URL = ""  # InPost's feed is down all afternoon: our copy of it decides, and the sheet says so
    now = timezone.now()
    orders = list(Order.objects.filter(state=OrderState.RELEASED, destination="locker").order_by("pk"))
    Order.objects.filter(pk__in=[order.pk for order in orders]).update(acs_status=AcsStatus.PACKED, acs_status_since=now)
    made = [
        Parcel(
            order_number=order.number,
            state="labelled",
            point_id=order.locker_id,
            tracking_number=f"JJD{order.pk:015d}",
            size="B",
            weight_g=900 + order.pk,
            created_at=now,
            labelled_at=now,
        )
        for order in orders[1:]
    ]
    Parcel.objects.bulk_create(made)
    held, closed = orders[1], next(order for order in orders[2:] if order.locker_id != orders[1].locker_id)
    desk.place_hold(held, reason="Ask first", exit="The customer said yes", owner="cx", actor="system:test", at=now)
    Point.objects.filter(point_id=closed.locker_id).update(status="NonOperating", may_receive=False)
    tasks.keep_collections()
    return list(Parcel.objects.order_by("pk"))


def is_sound(page: Page) -> bool:
    assert (axe_faults(page), small_targets(page), is_within_its_width(page)) == ([], [], True)
    return True


@pytest.mark.parametrize(("theme", "width"), LOOKS)
def test_a_lead_closes_the_manifest_and_hands_over_the_sheet(sign_in, parcels, width, theme):
    page = sign_in("warehouse", width=width, theme=theme)
    page.goto("/manifests/")
    expect(page.get_by_text("A hold stands on the order.")).to_be_visible()
    assert is_sound(page)
    keep(page, f"manifests-{theme}-{width}")

    page.get_by_role("link", name=re.compile(r"\d+\s*Labelled")).click()
    torn = parcels[-1].tracking_number
    page.get_by_label(f"Why does {torn} not go?").fill("The bag is torn")
    page.get_by_role("button", name=f"Pull {torn}").click()
    expect(page.get_by_text("Pulled by warehouse: The bag is torn")).to_be_visible()
    assert is_sound(page)

    page.get_by_role("link", name="Close the manifest").click()
    expect(page.get_by_role("heading", name=re.compile(r"^\d+ parcels? goe?s?, \d+ stays? behind\.$"))).to_be_visible()
    assert is_sound(page)
    keep(page, f"manifest-dry-run-{theme}-{width}")
    page.get_by_role("button", name=re.compile("^Close with")).click()
    expect(page.get_by_role("heading", name="It is being closed")).to_be_visible()
    assert is_sound(page)
    keep(page, f"manifest-closing-{theme}-{width}")

    tasks.close_manifests()

    expect(page.get_by_role("heading", name=re.compile(r"^Taken off: \d+ parcels"))).to_be_visible()
    assert is_sound(page)
    keep(page, f"manifest-closed-{theme}-{width}")
    page.get_by_role("link", name="Open the sheet").click()
    assert is_sound(page)
    keep(page, f"manifest-sheet-{theme}-{width}")
    _look_at_the_print(page, f"manifest-print-{theme}-{width}")


def _look_at_the_print(page: Page, name: str) -> None:
    """In print media every parcel stands once, the total is their count, and nothing of the frame is printed."""
    page.emulate_media(media="print")
    numbers = page.locator("td.parcel").all_inner_texts()
    went = list(Parcel.objects.filter(manifest=Manifest.objects.get(state="closed")).values_list("tracking_number", flat=True))

    assert Counter(numbers) == Counter(went)
    assert page.locator("#total").inner_text() == str(len(numbers))
    assert all(page.locator("main").inner_text().count(number) == 1 for number in numbers)
    expect(page.get_by_text("Parcels received for InPost")).to_be_visible()
    expect(page.get_by_text("judged by our copy of its list")).to_be_visible()
    expect(page.get_by_role("button", name="Print")).to_be_hidden()
    expect(page.locator("nav.side")).to_be_hidden()
    keep(page, name)


def test_past_collections_and_the_picture_of_the_cut_off(sign_in, parcels):
    page = sign_in("warehouse")
    manifest = Manifest.objects.get()
    Manifest.objects.filter(pk=manifest.pk).update(cutoff_at=timezone.now() - timedelta(minutes=5))
    tasks.keep_collections()
    page.goto("/manifests/")
    expect(page.get_by_text("The cut-off was")).to_be_visible()
    page.goto(f"/manifests/{manifest.pk}/")
    expect(page.get_by_role("heading", name="As it stood at the cut-off")).to_be_visible()
    assert is_sound(page)
    keep(page, "manifest-missed")

    page.goto(f"/manifests/{manifest.pk}/close/")
    page.get_by_role("button", name=re.compile("^Close with")).click()
    tasks.close_manifests()
    page.goto("/manifests/past/")
    expect(page.get_by_text("late", exact=True)).to_be_visible()
    assert is_sound(page)
    keep(page, "manifests-past")

    page.get_by_role("link", name=re.compile(r"^\w{3} \d+ \w+, \d\d:\d\d$")).click()
    page.get_by_text("Reopen this manifest").click()
    page.get_by_label("Why?").fill("One more cage")
    assert is_sound(page)
    page.get_by_role("button", name="Reopen").click()
    expect(page.get_by_text("wait for a collection again").first).to_be_visible()
