"""The customer's story, on a telephone and by keyboard alone: a message, a link, one number, thank you. The case is gone."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from exceptions_queue.models import ExceptionCase
from orders.models import Order
from orders.states import OrderState
from partners.sandbox.world import World
from tests.browser.conftest import axe_faults, is_within_its_width, keep, small_targets
from tests.browser.test_cx_story import case_with

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def telephone(browser: Browser, live_server, watch) -> Iterator[Callable[[str], Page]]:
    """A window of 360 pixels, signed in nowhere."""
    windows = []

    def open_at(address: str, theme: str = "light") -> Page:
        window = browser.new_context(viewport={"width": 360, "height": 740}, color_scheme=theme, base_url=live_server.url)
        windows.append(window)
        page = window.new_page()
        page.set_default_timeout(8000)
        watch.listen(page)
        page.goto(address)
        return page

    yield open_at
    for window in windows:
        window.close()


def link_for(page: Page, number: str) -> str:
    """The agent asks the customer and copies the link from the order's page."""
    page.goto(f"/orders/{number}/ask-customer/")
    page.get_by_role("button", name="Draft the message").click()
    expect(page.get_by_text("read it, then send it").first).to_be_visible()
    page.goto(f"/orders/{number}/")
    expect(page.get_by_role("heading", name="Customer's link")).to_be_visible()
    assert axe_faults(page) == []
    keep(page, "customer-link-card")
    return page.get_by_label("Address of the customer's link").input_value()


def fits(page: Page) -> bool:
    return is_within_its_width(page) and small_targets(page) == [] and axe_faults(page) == []


def test_a_customer_corrects_the_mobile_and_the_case_is_gone_from_the_queue(world: World, sign_in, telephone, watch):
    watch.expected = ("422",)
    case = case_with(world, "landline")
    desk = sign_in("cx")
    phone = telephone(link_for(desk, case.order_number))
    expect(phone.get_by_role("heading", level=1)).to_contain_text(case.order_number)
    assert fits(phone)
    keep(phone, "customer-form")

    phone.keyboard.press("Tab")
    expect(phone.get_by_label("Your UK mobile number")).to_be_focused()
    phone.keyboard.type("0113 496 0999")
    phone.keyboard.press("Enter")
    expect(phone.get_by_role("alert")).to_contain_text("landline")
    expect(phone.get_by_label("Your UK mobile number")).to_be_focused()
    assert fits(phone)
    phone.keyboard.press("Control+A")
    phone.keyboard.type("07712 345068")
    phone.keyboard.press("Tab")
    phone.keyboard.press("Enter")

    expect(phone.get_by_role("heading", level=1)).to_have_text("Thank you, this was done")
    assert fits(phone)
    keep(phone, "customer-thanks")
    assert Order.objects.get(number=case.order_number).state == OrderState.READY
    desk.goto(f"/queue/?order={case.order_number}")
    expect(desk.locator("tbody .case-link")).to_have_count(0)


def test_a_customer_chooses_another_locker_in_the_dark(world: World, sign_in, telephone):
    case = ExceptionCase.objects.filter(code="LOC-CLOSED", state="open").first()
    phone = telephone(link_for(sign_in("cx"), case.order_number), theme="dark")
    assert fits(phone)
    keep(phone, "customer-lockers-dark")

    phone.keyboard.press("Tab")
    phone.keyboard.press("Space")
    phone.keyboard.press("ArrowDown")
    expect(phone.get_by_role("radio").nth(1)).to_be_checked()
    phone.keyboard.press("Enter")

    expect(phone.get_by_role("heading", level=1)).to_have_text("Thank you, this was done")
    assert not ExceptionCase.objects.filter(order_number=case.order_number, code="LOC-CLOSED", state="open").exists()
