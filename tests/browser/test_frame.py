"""The frame in a real browser: keys, menus and dialogs without a mouse, toasts that never take the focus, sizes of targets."""

import pytest
from playwright.sync_api import Page, expect

from partners.sandbox.world import World
from tests.browser.conftest import axe_faults, is_within_its_width

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SMALL = """() => [...document.querySelectorAll("a, button, input:not([type=hidden]), select, summary")].filter((target) => {
  const box = target.getBoundingClientRect(), inline = getComputedStyle(target).display === "inline";
  return box.width && box.height && !inline && (box.width < 24 || box.height < 24) && !target.closest("label, .sr-only, .skip");
}).map((target) => target.outerHTML.slice(0, 90))"""


def focused(page: Page) -> str:
    return page.evaluate("document.activeElement.id || document.activeElement.tagName")


def test_the_search_is_one_key_away(world: World, sign_in):
    page = sign_in("cx")
    page.keyboard.press("Control+k")
    assert focused(page) == "search"

    page.goto("/queue/")
    page.locator("main").focus()
    page.keyboard.press("/")
    assert focused(page) == "q"  # the page's own

    page.keyboard.type("a/b")
    assert page.locator("#q").input_value() == "a/b"

    page.goto("/")
    page.keyboard.press("/")
    page.keyboard.type(next(iter(world.plan()["faults"])))
    page.keyboard.press("Enter")
    page.wait_for_url("**/orders/**")


def test_density_and_theme_are_chosen_by_keyboard_and_kept(world: World, sign_in):
    page = sign_in("cx")
    page.locator(".who").focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Compact").focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Dark").focus()
    page.keyboard.press("Space")
    page.goto("/orders/")

    html = page.locator("html")
    expect(html).to_have_attribute("data-density", "compact")
    expect(html).to_have_attribute("data-theme", "dark")
    assert axe_faults(page) == []


def test_a_toast_speaks_takes_no_focus_and_undoes(world: World, sign_in):
    page = sign_in("cx")
    page.goto("/settings/design/")
    show = page.get_by_role("button", name="Show a toast")
    show.focus()
    page.keyboard.press("Enter")

    region = page.get_by_role("status")
    expect(region).to_contain_text("LS-10011 assigned to you.")
    assert page.evaluate("document.activeElement.textContent") == "Show a toast"
    assert axe_faults(page) == []

    region.get_by_role("button", name="Undo").click()
    expect(region).to_contain_text("Undone")
    expect(region).not_to_contain_text("assigned to you")


def test_a_dialog_opens_and_closes_without_a_script(world: World, sign_in):
    page = sign_in("cx")
    page.goto("/settings/design/")
    page.get_by_role("button", name="Open the dialog").focus()
    page.keyboard.press("Enter")

    expect(page.get_by_role("dialog")).to_be_visible()
    assert axe_faults(page) == []
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    assert page.evaluate("document.activeElement.textContent") == "Open the dialog"


def test_on_a_telephone_the_menu_is_a_sheet(world: World, sign_in):
    page = sign_in("cx", width=360)
    expect(page.get_by_role("navigation", name="Sections")).to_be_hidden()
    page.get_by_role("button", name="Menu").click()

    menu = page.get_by_role("navigation", name="Sections")
    expect(menu.get_by_role("link", name="Today")).to_have_attribute("aria-current", "page")
    assert is_within_its_width(page)
    assert axe_faults(page) == []
    page.keyboard.press("Escape")
    expect(menu).to_be_hidden()


def test_the_navigation_folds_to_its_icons_and_stays_so(world: World, sign_in):
    page = sign_in("cx")
    wide = page.locator("#nav").bounding_box()["width"]
    page.get_by_role("button", name="Names in the navigation").click()
    page.goto("/orders/")

    assert page.locator("#nav").bounding_box()["width"] < wide / 2
    assert page.get_by_role("link", name="Queue", exact=True).is_visible()
    assert axe_faults(page) == []


@pytest.mark.parametrize(("width", "density"), [(1280, "compact"), (360, "comfortable")])
def test_what_is_pressed_is_large_enough(world: World, sign_in, width, density):
    page = sign_in("integration", width=width)
    page.evaluate(f"localStorage.setItem('density', '{density}')")
    faults = []
    for address in ("/", "/settings/", "/settings/design/", "/search/?q=LS-100"):
        page.goto(address)
        faults += [f"{address} {target}" for target in page.evaluate(SMALL)]

    assert faults == []
