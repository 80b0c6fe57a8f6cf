"""The `cx` user's story, in a browser: sees what is held and why, puts it right, watches it go to ACS and be read back."""

import re

import pytest
from playwright.sync_api import Page, expect

from exceptions_queue.models import ExceptionCase
from orders import tasks
from orders.models import Order
from orders.states import OrderState
from partners.sandbox.world import World
from tests.browser.conftest import axe_faults, keep

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def case_with(world: World, kind: str) -> ExceptionCase:
    """The open case of the first order that carries this fault, in the plan's words."""
    number = next(number for number, words in world.plan()["kinds"].items() if kind in words)
    return ExceptionCase.objects.get(order_number=number, state="open")


def open_case(page: Page, case: ExceptionCase) -> None:
    page.goto(f"/queue/?order={case.order_number}")
    page.locator("tbody .case-link").first.click()
    page.wait_for_load_state("networkidle")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_desk_shows_what_is_held_and_why(world: World, sign_in, theme):
    page = sign_in("cx", theme=theme)
    assert axe_faults(page) == []
    keep(page, f"story-today-{theme}")

    page.get_by_role("link", name="Queue", exact=True).click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Queue")
    text = page.locator("main").inner_text()
    for words in ("is a landline", "is out of service", "too big", "no size or weight"):
        assert words in text
    assert axe_faults(page) == []
    keep(page, f"story-queue-{theme}")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_landline_is_corrected_in_place_and_the_order_is_read_back_from_acs(world: World, sign_in, theme):
    case = case_with(world, "landline")
    page = sign_in("cx", theme=theme)
    open_case(page, case)
    expect(page.locator("#pane").get_by_role("heading", level=2)).to_contain_text("landline")
    assert axe_faults(page) == []

    page.get_by_role("textbox", name="Mobile number").fill("07712 345068")
    page.get_by_role("button", name="Save the number").click()

    expect(page.get_by_role("status").filter(has_text="nothing stops order").first).to_be_visible()
    assert axe_faults(page) == []
    keep(page, f"story-fixed-{theme}")

    tasks.send_releases()
    page.goto(f"/orders/{case.order_number}/")
    expect(page.locator(".page-head")).to_contain_text("Released to ACS")
    expect(page.get_by_text("read back equal")).to_be_visible()
    assert axe_faults(page) == []
    keep(page, f"story-released-{theme}")
    assert world.acs[case.order_number]["order"]["MobilePhone"] == "+447712345068"
    assert world.acs[case.order_number]["puts"] == 1


def test_a_safe_correction_is_one_press(world: World, sign_in):
    case = case_with(world, "letter")
    page = sign_in("cx")
    open_case(page, case)

    page.get_by_role("button", name="Use it").click()

    expect(page.get_by_role("status").filter(has_text="nothing stops order").first).to_be_visible()
    assert Order.objects.get(number=case.order_number).state == OrderState.READY


def test_a_closed_locker_is_exchanged_for_one_of_the_five_nearest(world: World, sign_in):
    case = ExceptionCase.objects.filter(code="LOC-CLOSED", state="open").first()
    page = sign_in("cx")
    open_case(page, case)
    choices = page.get_by_role("radio")
    expect(choices).to_have_count(5)

    choices.first.check()
    page.get_by_role("button", name="Send it there").click()

    expect(page.get_by_role("status").filter(has_text="nothing stops order").first).to_be_visible()
    keep(page, "story-locker")


def test_a_wrong_value_is_named_and_nothing_typed_is_lost(world: World, sign_in, watch):
    watch.expected = ("422",)
    case = case_with(world, "landline")
    page = sign_in("cx")
    open_case(page, case)

    page.get_by_role("textbox", name="Mobile number").fill("0113 496 0999")
    page.get_by_role("button", name="Save the number").click()

    expect(page.locator(".errors")).to_contain_text("landline")
    expect(page.get_by_role("textbox", name="Mobile number")).to_have_value("0113 496 0999")
    assert axe_faults(page) == []


def test_the_second_of_two_people_sees_what_the_first_saved(world: World, sign_in, watch):
    watch.expected = ("409",)
    case = case_with(world, "landline")
    first, second = sign_in("cx"), sign_in("cx")
    for page in (first, second):
        page.goto(f"/orders/{case.order_number}/correct-mobile/")
    first.get_by_role("textbox", name="Mobile number").fill("07712 345068")
    first.get_by_role("button", name="Save the number").click()
    expect(first.get_by_text("nothing stops order").first).to_be_visible()

    second.get_by_role("textbox", name="Mobile number").fill("07803 345068")
    second.get_by_role("button", name="Save the number").click()

    expect(second.get_by_role("alert")).to_contain_text("A colleague saved first")
    expect(second.get_by_role("alert")).to_contain_text("+447712345068")
    expect(second.get_by_role("textbox", name="Mobile number")).to_have_value("07803 345068")


def test_a_product_gets_its_size_and_its_orders_leave(world: World, sign_in):
    case = ExceptionCase.objects.filter(code="VAL-DIM-MISSING", state="open").first()
    page = sign_in("merchandiser")
    open_case(page, case)

    for label, value in (("Length", "340"), ("Width", "250"), ("Height", "40"), ("Weight", "480")):
        page.get_by_label(re.compile(label)).first.fill(value)
    page.get_by_role("button", name="Save size and facts").click()
    expect(page.locator("#fix .notice-ok")).to_be_visible()
    tasks.recheck_open()
    tasks.send_releases()

    assert Order.objects.get(number=case.order_number).state == OrderState.RELEASED


@pytest.mark.parametrize("name", ["<script>document.title='owned'</script>", '"><img src=x onerror="document.title=1">'])
def test_whatever_a_shopper_typed_is_shown_and_never_run(world: World, sign_in, name):
    order = Order.objects.filter(state=OrderState.HELD, destination="locker").first()
    Order.objects.filter(pk=order.pk).update(first_name=name)
    page = sign_in("cx")

    page.goto(f"/orders/{order.number}/")

    expect(page.locator("main")).to_contain_text(name)
    assert page.title() == f"Order {order.number} · Lockstep"


def test_a_session_that_ended_in_mid_fix_leads_the_whole_page_to_the_login(world: World, sign_in):
    case = case_with(world, "landline")
    page = sign_in("cx")
    open_case(page, case)
    page.context.clear_cookies(name="lockstep")

    page.get_by_role("button", name="Save the number").click()

    page.wait_for_url("**/account/login/**")
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")


def test_the_login_works_by_keyboard_alone(world: World, browser, live_server, watch):
    page = browser.new_page(base_url=live_server.url)
    watch.listen(page)
    page.goto("/account/login/")
    page.get_by_label("Username").focus()
    page.keyboard.type("cx")
    page.keyboard.press("Tab")
    page.keyboard.type("correct-horse-battery")
    page.keyboard.press("Enter")

    page.wait_for_url("**/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Today")
    page.close()
