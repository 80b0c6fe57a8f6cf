"""The system audit, in a browser: its gaps with their rows open, its report and one gap, in both themes, wide and narrow."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from config.models import SystemAuditDay
from config.system_audit.registry import BY_KEY
from exceptions_queue.models import AuditEntry
from inventory.models import Level, Product
from orders.models import Order
from partners.mappings import note_seen
from partners.sandbox.world import World
from tests.browser.conftest import axe_faults, is_within_its_width, keep, small_targets
from tests.browser.looks import LOOKS

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def gaps(world: World) -> None:
    """25 products without a size, a delivery method nobody has mapped, and whatever the seeded world brings."""
    at = AuditEntry.objects.earliest("at").at if AuditEntry.objects.exists() else Order.objects.latest("placed_at").placed_at
    products = [Product(sku=f"COAT-{number:02}", name="Coat", fetched_at=at, changed_at=at) for number in range(25)]
    Product.objects.bulk_create(products)
    Level.objects.bulk_create([Level(sku=product.sku, on_hand=3, counted_at=at) for product in products])
    note_seen("acs", "delivery_method", {"evri_parcelshop": 14}, at)
    then = timezone.localdate() - timedelta(days=30)
    was = {"unsized": 31, "methods": 1, "closed-lockers": 3}
    SystemAuditDay.objects.bulk_create([SystemAuditDay(on=then, key=key, count=was.get(key, 0), touched=0, pence=0) for key in BY_KEY])


@pytest.mark.parametrize(("theme", "width"), LOOKS)
def test_an_admin_finds_what_is_missing_and_where_to_mend_it(sign_in, gaps, width: int, theme: str):
    page = sign_in("integration", width=width, theme=theme)
    page.goto("/system-audit/")
    keep(page, f"system-audit-{theme}-{width}")
    page.evaluate("document.querySelectorAll('.gap-what details').forEach(each => { each.open = true })")

    expect(page.get_by_role("link", name="COAT-00", exact=True)).to_be_visible()
    assert (axe_faults(page), small_targets(page), is_within_its_width(page)) == ([], [], True)
    page.screenshot(path=f"test-artifacts/system-audit-open-{theme}-{width}.png", full_page=True)

    for address, name in (("/system-audit/report/", "report"), ("/system-audit/unsized/", "gap")):
        page.goto(address)
        assert (axe_faults(page), small_targets(page), is_within_its_width(page)) == ([], [], True), address
        page.screenshot(path=f"test-artifacts/system-audit-{name}-{theme}-{width}.png", full_page=True)


def test_all_of_a_gap_is_one_press_away(sign_in, gaps):
    page = sign_in("integration")
    page.goto("/system-audit/")

    page.locator("details", has_text="Show the first 20").first.locator("summary").click()
    page.get_by_role("link", name="All 2").first.click()

    expect(page.get_by_role("heading", name="SKUs without a size or weight")).to_be_visible()


def test_the_report_prints_its_rows_and_no_buttons(sign_in, gaps):
    page = sign_in("viewer")
    page.goto("/system-audit/report/")
    page.emulate_media(media="print")

    expect(page.get_by_role("link", name="COAT-00", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name="Print")).to_be_hidden()
    expect(page.get_by_role("navigation", name="Sections")).to_be_hidden()
    page.screenshot(path="test-artifacts/system-audit-print.png", full_page=True)
