"""The daily look at the lockers, in a browser: a locker closes, the run shows its orders, a named person signs."""

from collections import Counter

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from config.running import run_feed
from orders.actions.integrity import run_integrity
from orders.models import IntegrityRun, Order
from orders.states import OrderState
from partners.sandbox.world import World
from tests.browser.conftest import axe_faults, is_within_its_width, keep, small_targets
from tests.browser.looks import LOOKS

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def locker(world: World) -> str:
    """The busiest locker of what ACS has, out of service since a moment ago."""
    there = Order.objects.filter(state=OrderState.RELEASED, destination="locker").values_list("locker_id", flat=True)
    [(locker, _)] = Counter(there).most_common(1)
    run_integrity(actor="system:timetable", at=timezone.now())
    world.points[locker]["status"] = "NonOperating"
    run_feed("inpost.points")
    return locker


@pytest.mark.parametrize(("theme", "width"), LOOKS)
def test_the_warehouse_lead_runs_it_looks_and_signs(sign_in, locker: str, width: int, theme: str):
    drifted = Order.objects.filter(locker_id=locker, state=OrderState.RELEASED).first()
    Order.objects.filter(pk=drifted.pk).update(acs_locker_id="UK99999999")
    page = sign_in("warehouse", width=width, theme=theme)
    page.goto("/integrity/")
    page.get_by_role("button", name="Run it now").click()

    expect(page.get_by_text(f"shop {locker}, ACS UK99999999")).to_be_visible()
    expect(page.get_by_text("The seal holds")).to_be_visible()
    assert (axe_faults(page), small_targets(page), is_within_its_width(page)) == ([], [], True)
    keep(page, f"integrity-run-{theme}-{width}")

    page.get_by_label("Note").fill("CX reassigns them before noon.")
    page.get_by_role("button", name="Sign it off").click()
    expect(page.get_by_text("“CX reassigns them before noon.”")).to_be_visible()
    assert IntegrityRun.objects.latest("pk").signed_off_by.username == "warehouse"

    page.goto("/integrity/")
    expect(page.locator("td", has_text="Callum Reid").first).to_be_visible()
    assert (axe_faults(page), small_targets(page), is_within_its_width(page)) == ([], [], True)
    keep(page, f"integrity-{theme}-{width}")


def test_cx_is_led_there_from_today(sign_in, locker: str):
    run_integrity(actor="system:timetable", at=timezone.now())
    page = sign_in("cx")

    page.get_by_role("link", name="Nobody has signed off the latest integrity run").click()

    expect(page.get_by_role("heading", name="What it counted")).to_be_visible()
    keep(page, "integrity-from-today")
