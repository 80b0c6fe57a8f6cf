"""A merchandiser sees why ACS holds 120 and the website says 37, looks at one garment, and shortens the buffer."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from inventory.actions import recount
from inventory.models import BufferRule, Garment, Level, StateTime, StockDay
from partners.sandbox.world import World
from tests.browser.conftest import axe_faults, is_within_its_width, keep, small_targets
from tests.browser.looks import LOOKS
from tests.inventory.builders import REFURBISHMENT, make_change, make_garments, make_much_stock, make_product, stock_read

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SKU = "DRS-0412-10"


@pytest.fixture
def stock(world: World) -> Level:
    """One SKU with something in every step of the waterfall, its last weeks, and a few others beside it."""
    now = timezone.now()
    make_product(SKU, name="Pleated midi dress", brand="Alder & Rowe", category="Dresses")
    level = make_much_stock(SKU, now)
    days = ((40, 64, 30), (33, 88, 22), (21, 88, 41), (12, 104, 38), (6, 120, 29), (2, 120, 33))
    for ago, on_hand, sellable in days:
        on = timezone.localtime(now).date() - timedelta(days=ago)
        counts = {"for_sale": sellable, "waiting": 0, "allocated": 0, "reserve": 0, "sellable": sellable}
        StockDay.objects.create(sku=SKU, on=on, on_hand=on_hand, **counts)
    for target, half, most in (("refurbishment", 60.0, 110.0), ("inspection", 20.0, 36.0), ("on_hire", 160.0, 240.0)):
        StateTime.objects.create(category="Dresses", target=target, observations=48, p50_h=half, p80_h=most, p90_h=most * 1.4)
    for number in range(8):
        other = f"SKT-02{number:02}-12"
        make_product(other, name="Bias-cut skirt")
        make_garments(other, 3 + number, since=now - timedelta(hours=20 * number))
    make_garments("KNT-0100-08", 4, raw=REFURBISHMENT, since=now - timedelta(hours=9))
    garment = Garment.objects.filter(sku=SKU, raw_status=REFURBISHMENT).order_by("pk")[0]
    make_change(garment, "With customer", "Post-Rental Inspection", at=now - timedelta(hours=75), hours=148)
    make_change(garment, "Post-Rental Inspection", REFURBISHMENT, at=now - timedelta(hours=30), hours=45)
    recount(at=now)
    return level


@pytest.mark.parametrize(("theme", "width"), LOOKS)
def test_from_the_waterfall_to_a_garment_and_to_the_buffer(sign_in, stock: Level, theme: str, width: int):
    page = sign_in("merchandiser", theme=theme, width=width)

    def is_fine(name: str) -> None:
        keep(page, f"stock-{name}-{theme}-{width}")
        assert (axe_faults(page), small_targets(page), is_within_its_width(page)) == ([], [], True)

    page.goto("/stock/")
    expect(page.get_by_role("heading", name="Stock", exact=True)).to_be_visible()
    is_fine("list")

    page.get_by_role("link", name=SKU).click()
    expect(page.get_by_role("heading", name="ACS holds 120; the website may sell 37")).to_be_visible()
    expect(page.get_by_text("23 more leave the buffer by")).to_be_visible()
    expect(page.get_by_text("9 have a status nobody has mapped")).to_be_visible()
    is_fine("sku")

    page.get_by_role("link", name=REFURBISHMENT).click()
    expect(page.locator("tbody tr")).to_have_count(14)
    is_fine("garments")
    page.goto(f"/stock/garments/{Garment.objects.filter(sku=SKU, raw_status=REFURBISHMENT).order_by('pk')[0].rfid}/")
    expect(page.get_by_text("four in five of its kind are ready by")).to_be_visible()
    is_fine("garment")

    page.goto(f"/stock/{SKU}/")
    page.get_by_role("link", name="Another buffer for this SKU").click()
    page.get_by_label("Hours off sale").fill("24")
    page.get_by_label("Reason").fill("The week-end sale needs them")
    page.get_by_role("button", name="Show what it changes").click()
    expect(page.get_by_text("From 72 h to 24 h for 1 SKU: 23 garments would be sellable at once.")).to_be_visible()
    is_fine("buffer")
    page.get_by_role("button", name="Save this buffer").click()
    expect(page.get_by_role("status").filter(has_text="Saved.")).to_be_visible()
    is_fine("buffers")
    assert BufferRule.objects.get().reason == "The week-end sale needs them"

    page.goto(f"/stock/{SKU}/")
    expect(page.get_by_role("heading", name="ACS holds 120; the website may sell 60")).to_be_visible()


def test_a_merchandiser_keeps_some_back(sign_in, stock: Level):
    page = sign_in("merchandiser")
    page.goto(f"/stock/{SKU}/")
    page.get_by_text("Keep garments back from sale").click()
    page.get_by_label("Keep back").fill("15")
    page.get_by_label("Reason").fill("For the photo shoot")
    page.get_by_role("button", name="Save what is kept back").click()

    expect(page.get_by_role("heading", name="the website may sell 27")).to_be_visible()
    keep(page, "stock-reserve")


def test_a_viewer_sees_it_all_and_changes_nothing(sign_in, stock: Level):
    stock_read(timezone.now() - timedelta(hours=40))
    page = sign_in("viewer")
    page.goto(f"/stock/{SKU}/")

    expect(page.get_by_text("ACS’s stock is of")).to_be_visible()
    expect(page.get_by_role("link", name="Another buffer for this SKU")).to_have_count(0)
    expect(page.get_by_text("Keep garments back from sale")).to_have_count(0)
    page.get_by_role("searchbox").fill(Garment.objects.filter(sku=SKU).order_by("pk")[0].rfid)
    page.get_by_role("searchbox").press("Enter")
    expect(
        page.get_by_role("heading", name="Is it on sale?").or_(page.get_by_role("heading", name="Why is it not on sale?"))
    ).to_be_visible()
    keep(page, "stock-garment-viewer")
