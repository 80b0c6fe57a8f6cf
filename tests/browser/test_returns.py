"""The pages of returns as the warehouse and CX see them: in both themes, wide and narrow, with photos, and a photo brought by hand."""

import pytest
from playwright.sync_api import Page, expect

from config.running import run_feed
from partners.sandbox.world import World
from returns import tasks
from returns.models import Return, ReturnItem
from returns.states import Grade
from tests.browser.conftest import axe_faults, is_within_its_width, keep, small_targets
from tests.returns.telling import PNG

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.timeout(300)]


@pytest.fixture
def back(world: World) -> World:
    assert run_feed("acs.returns").outcome == "ok"
    assert tasks.fetch_photos()["kept"] > 20
    tasks.look_at_returns()
    return world


def look(page: Page, url: str, name: str, *, theme: str) -> None:
    page.goto(url)
    page.locator("img").evaluate_all("images => Promise.all(images.map(each => { each.loading = 'eager'; return each.decode() }))")
    for width in (1280, 360):
        page.set_viewport_size({"width": width, "height": 900})
        keep(page, f"{name}-{theme}-{width}")
        assert is_within_its_width(page), (name, width)
        assert small_targets(page) == [], (name, width)
        assert axe_faults(page, colours_only=theme != "light") == [], (name, width)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_both_pages_are_accessible_and_fit(back: World, sign_in, theme: str):
    beyond = ReturnItem.objects.filter(grade__target=Grade.BER).order_by("pk").first()
    unmapped = ReturnItem.objects.filter(grade__target="").first()
    unmatched = Return.objects.filter(order=None).first()
    page = sign_in("warehouse", theme=theme)

    look(page, "/returns/", "returns", theme=theme)
    look(page, f"/returns/{beyond.ret.acs_id}/", "return-ber", theme=theme)
    look(page, f"/returns/{unmapped.ret.acs_id}/", "return-unmapped", theme=theme)
    look(page, f"/returns/{unmatched.acs_id}/", "return-unmatched", theme=theme)


def test_the_warehouse_brings_a_photo_and_cx_finds_the_order(back: World, sign_in, watch):
    watch.expected = ("422",)
    unmatched = Return.objects.filter(order=None).first()
    known = Return.objects.exclude(order=None).first().order.number
    warehouse = sign_in("warehouse")
    warehouse.goto(f"/returns/{unmatched.acs_id}/")
    before = warehouse.locator(".photos img").count()

    warehouse.get_by_label("Add a photo").set_input_files({"name": "a.png", "mimeType": "image/png", "buffer": b"<svg><script/></svg>"})
    warehouse.get_by_role("button", name="Keep it").click()
    expect(warehouse.get_by_role("alert").first).to_contain_text("SVG drawing")
    warehouse.get_by_label("Add a photo").set_input_files({"name": "a.png", "mimeType": "image/png", "buffer": PNG})
    warehouse.get_by_role("button", name="Keep it").click()
    expect(warehouse.locator(".photos img")).to_have_count(before + 1)

    cx = sign_in("cx")
    cx.goto("/returns/?only=unmatched")
    cx.get_by_role("link", name=unmatched.acs_id).click()
    cx.get_by_label("Order number").fill("LS-404")
    cx.get_by_role("button", name="It belongs to this order").click()
    expect(cx.get_by_role("alert").first).to_contain_text("There is no order LS-404 here.")
    cx.get_by_label("Order number").fill(known)
    cx.get_by_role("button", name="It belongs to this order").click()
    expect(cx.locator(".page-head")).to_contain_text(known)
