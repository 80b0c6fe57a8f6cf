"""A setting of the rules: tried on what was decided, published with a reason, and rolled back, in a browser."""

import pytest
from playwright.sync_api import Page, expect

from orders.models import Order, RuleSetting
from partners.sandbox.world import World
from tests.browser.conftest import axe_faults, is_within_its_width, keep, small_targets
from tests.browser.looks import LOOKS

pytestmark = pytest.mark.browser


def looks_right(page: Page, name: str) -> None:
    assert axe_faults(page) == []
    assert is_within_its_width(page)
    assert small_targets(page) == []
    keep(page, name)
    page.reload()  # the checker leaves styles behind


def try_weight(page: Page, grams: int) -> None:
    page.goto("/rules/")
    page.get_by_role("link", name="Heaviest parcel").first.click()
    page.get_by_label("Heaviest parcel, g").fill(str(grams))
    page.get_by_role("button", name="See what it would have done").click()


def test_from_the_list_to_the_roll_back(sign_in, world: World):
    ines = sign_in("integration")
    ines.goto("/rules/")
    expect(ines.get_by_text("A product that ACS has not set up.")).to_be_visible()
    looks_right(ines, "rules-list")

    try_weight(ines, 1_000)
    expect(ines.get_by_text("It would have held")).to_be_visible()
    looks_right(ines, "rules-replay")
    ines.get_by_label("Why?").fill("One courier cannot lift more.")
    ines.get_by_role("button", name="Publish 1,000 g").click()
    expect(ines.get_by_text("Heaviest parcel is 1,000 g from now on.")).to_be_visible()
    looks_right(ines, "rules-published")
    assert RuleSetting.objects.get().value == 1_000

    ines.get_by_label("Why go back to 15,000 g?").fill("It was one week only.")
    ines.get_by_role("button", name="Roll back").click()
    expect(ines.get_by_text("Rolled back: Heaviest parcel is 15,000 g again.")).to_be_visible()
    assert RuleSetting.objects.order_by("-version").first().in_force == {"version": 2}
    assert Order.objects.exists()


@pytest.mark.parametrize(("theme", "width"), LOOKS)
def test_in_other_light_and_on_a_telephone(sign_in, world: World, theme: str, width: int):
    page = sign_in("integration", theme=theme, width=width)
    page.goto("/rules/")
    looks_right(page, f"rules-list-{theme}-{width}")
    try_weight(page, 1_000)
    expect(page.get_by_text("It would have held")).to_be_visible()
    looks_right(page, f"rules-replay-{theme}-{width}")
    page.goto("/rules/origin_zones/")
    looks_right(page, f"rules-setting-{theme}-{width}")
