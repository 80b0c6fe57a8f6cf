"""The shop changes an order that ACS has: from the case to the read-back, in a browser."""

import json
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import timezone
from playwright.sync_api import expect

from config.running import run_feed
from exceptions_queue.models import ExceptionCase
from orders import tasks
from orders.models import Order
from orders.states import OrderState
from partners.sandbox.world import World
from tests.browser.conftest import axe_faults, keep

pytestmark = pytest.mark.browser


@pytest.fixture
def edited(world: World) -> ExceptionCase:
    order = Order.objects.filter(state=OrderState.RELEASED).first()
    path = Path(settings.STORE_FOLDER) / "orders" / f"{order.number}.json"
    body = json.loads(path.read_text()) | {"updatedAt": timezone.now().isoformat()}
    body["shipTo"]["address1"] = "99 New Street"
    path.write_text(json.dumps(body))
    run_feed("store.orders")
    return ExceptionCase.objects.get(code="VAL-EDITED", order_number=order.number)


def test_acs_is_asked_to_change_it_and_the_case_closes_by_the_read_back(world: World, sign_in, edited):
    page = sign_in("cx")
    page.goto(f"/queue/{edited.pk}/")
    expect(page.get_by_role("heading", level=1)).to_contain_text("The shop changed the address")

    page.get_by_role("button", name="Ask ACS to change it").click()
    expect(page.get_by_role("status").filter(has_text="ACS is asked now").first).to_be_visible()
    assert axe_faults(page) == []
    tasks.send_releases()

    edited.refresh_from_db()
    assert edited.state == "cured"
    assert world.acs[edited.order_number]["order"]["Delivery_Address1"] == "99 New Street"


@pytest.mark.parametrize("width", [1280, 360])
def test_the_order_page_says_what_differs_and_what_can_be_done(world: World, sign_in, edited, width):
    page = sign_in("cx", width=width)
    page.goto(f"/orders/{edited.order_number}/")

    expect(page.get_by_role("link", name="Let it go as ACS has it")).to_be_visible()
    expect(page.get_by_text("99 New Street")).to_be_visible()
    assert axe_faults(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    keep(page, f"order-edited-{width}")
