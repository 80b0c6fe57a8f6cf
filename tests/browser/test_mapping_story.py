"""A stock status nobody has seen: rehearsed by one person, approved by another, published and rolled back, in a browser."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from inventory.actions import recount
from inventory.queries import sellable_now
from partners.mappings import fold
from partners.models import CodeMapping
from partners.sandbox.world import World
from tests.browser.conftest import axe_faults, is_within_its_width, keep, small_targets
from tests.browser.looks import LOOKS
from tests.inventory.mapped import QUARANTINE, READY, allocate, make_garments, make_status

pytestmark = pytest.mark.browser

EDITOR = "/mappings/?kind=stock_status"


@pytest.fixture
def new(world: World) -> CodeMapping:
    """Five garments in a status nobody has seen, beside 600 on sale in one that everybody knows; one order for some of these."""
    now = timezone.now()
    long_ago = now - timedelta(days=5)
    for raw, meaning in (("In warehouse – ready for customer", READY), ("Post-Rental Inspection", QUARANTINE)):
        CodeMapping.objects.filter(partner="acs", kind="stock_status", folded=fold(raw)).delete()
        status = make_status(raw, meaning, seen_count=600, first_seen_at=long_ago, last_seen_at=now)
        make_garments(600 if meaning is READY else 40, "DRS-0001-08", status, since=long_ago)
    status = make_status("READY-2", seen_count=14, first_seen_at=now - timedelta(hours=3), last_seen_at=now)
    for number in range(5):
        make_garments(1, f"DRS-{number:04}-10", status, since=long_ago)
    allocate("LS-1001", "DRS-0001-08", 20, at=now)
    recount(at=now)
    return status


def looks_right(page: Page, name: str) -> None:
    assert axe_faults(page) == []
    assert is_within_its_width(page)
    assert small_targets(page) == []
    keep(page, name)
    page.reload()  # the checker leaves styles behind


def on_sale(at: datetime) -> int:
    return sellable_now(["DRS-0003-10"], at=at)["DRS-0003-10"]


def test_from_the_new_status_to_the_roll_back(sign_in, new):
    ines, rosa = sign_in("integration"), sign_in("merchandiser")
    ines.goto(EDITOR)
    expect(ines.get_by_text("Treated as not sellable until you map it.").first).to_be_visible()
    looks_right(ines, "mapping-editor")

    row = ines.get_by_role("group", name="READY-2", exact=True)
    row.get_by_label("READY-2 means").select_option("ready")
    row.get_by_label("Sellable").check()
    row.get_by_label("READY-2, until sold, counted as").select_option("reserved")
    expect(ines.get_by_text("1 change not published")).to_be_visible()
    ines.get_by_role("button", name="Preview effect").click()
    expect(ines.get_by_text("5 garments of 5 SKUs change their meaning; sellable units +5")).to_be_visible()
    looks_right(ines, "mapping-rehearsed")
    assert on_sale(timezone.now()) == 0

    ines.get_by_label("Why?").fill("ACS renamed its bay: these are ready.")
    ines.get_by_role("button", name="Ask for approval").click()
    expect(ines.get_by_text("Nothing is in force yet. An integration admin")).to_be_visible()
    expect(ines.get_by_role("button", name="Approve and publish")).to_have_count(0)

    rosa.goto(EDITOR)
    rosa.get_by_role("link", name="See the effect and decide").click()
    expect(rosa.get_by_text("ACS renamed its bay")).to_be_visible()
    looks_right(rosa, "mapping-second-person")
    rosa.get_by_role("button", name="Approve and publish").click()
    expect(rosa.get_by_text("As foretold")).to_be_visible()
    assert on_sale(timezone.now()) == 1

    ines.goto(EDITOR)
    looks_right(ines, "mapping-published")
    ines.get_by_role("button", name="Roll back").click()
    expect(ines.get_by_text("Rolled back: the former meanings are in force.").first).to_be_visible()
    assert on_sale(timezone.now()) == 0
    new.refresh_from_db()
    assert (new.target, new.flags) == ("", {})


@pytest.mark.parametrize(("theme", "width"), LOOKS)
def test_in_other_light_and_on_a_telephone(sign_in, new, theme, width):
    page = sign_in("integration", theme=theme, width=width)
    page.goto(EDITOR)
    looks_right(page, f"mapping-editor-{theme}-{width}")
    page.get_by_label("In warehouse – ready for customer means").select_option("quarantine")
    page.get_by_role("group", name="In warehouse – ready for customer").get_by_label("Sellable").uncheck()
    expect(page.get_by_text("1 change not published")).to_be_visible()
    keep(page, f"mapping-edited-{theme}-{width}")
    page.get_by_role("button", name="Preview effect").click()
    expect(page.get_by_text("Orders at risk")).to_be_visible()
    looks_right(page, f"mapping-rehearsed-{theme}-{width}")
    page.goto(EDITOR)
    looks_right(page, f"mapping-drafted-{theme}-{width}")


def test_it_works_without_scripts(sign_in, new, browser, live_server):
    window = sign_in("integration").context
    still = browser.new_context(java_script_enabled=False, base_url=live_server.url, storage_state=window.storage_state())
    page = still.new_page()
    page.goto(EDITOR)
    page.get_by_label("READY-2 means").select_option("inspection")
    page.get_by_label("READY-2, until sold, counted as").select_option("quality_control")
    page.get_by_role("button", name="Preview effect").click()
    page.get_by_role("button", name="Rehearse", exact=True).click()
    page.get_by_label("Why?").fill("They are being looked at.")
    page.get_by_role("button", name="Publish", exact=True).click()
    expect(page.get_by_text("As foretold")).to_be_visible()
    still.close()
    new.refresh_from_db()
    assert new.target == "inspection"
