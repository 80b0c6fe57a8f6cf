"""A locker closes under orders that ACS has: from the case to the customer's e-mail, in a browser."""

import re
from collections.abc import Iterator

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from exceptions_queue.models import ExceptionCase
from lockers.models import Point
from orders import tasks
from orders.models import Order
from orders.states import AcsStatus, Destination, OrderState
from partners.sandbox.world import World
from tests.browser.conftest import axe_faults, is_within_its_width, keep, small_targets
from tests.browser.looks import LOOKS
from tests.partners.mail.fake_smtp import FakeSmtp, smtp

pytestmark = pytest.mark.browser


@pytest.fixture
def mail(settings) -> Iterator[FakeSmtp]:
    with smtp() as server:
        settings.EMAIL_URL, settings.EMAIL_FROM = server.url, "orders@shop.test"
        yield server


@pytest.fixture
def closed(world: World) -> list[Order]:
    """Three picked orders whose locker has closed since."""
    orders = list(Order.objects.filter(state=OrderState.RELEASED, destination=Destination.LOCKER).order_by("pk")[:3])
    ids = [order.pk for order in orders]
    point_id = orders[0].locker_id
    Order.objects.filter(pk__in=ids).update(locker_id=point_id, acs_status=AcsStatus.PICK_CONFIRMED, acs_status_since=timezone.now())
    for order in orders:
        world.acs[order.number]["order"]["Misc1"], world.acs[order.number]["status"] = point_id, "Pick Confirmed"
        Order.objects.filter(pk=order.pk).update(shop=order.shop | {"locker_id": point_id})
    Point.objects.filter(point_id=point_id).update(status="Disabled", may_receive=False)
    tasks.ask_for_labels()
    return list(Order.objects.filter(pk__in=ids).order_by("pk"))


def looks_right(page: Page, name: str) -> None:
    assert axe_faults(page) == []
    assert is_within_its_width(page)
    assert small_targets(page) == []
    keep(page, name)


def test_from_the_case_to_the_customers_e_mail(world: World, sign_in, closed, mail):
    order = closed[0]
    case = ExceptionCase.objects.get(code="LOC-CLOSED", order_number=order.number)
    page = sign_in("cx")
    page.goto(f"/queue/{case.pk}/")
    nearest = page.locator(".choice").first
    expect(nearest).to_contain_text("from the first choice")
    chosen = nearest.locator("input").get_attribute("value")
    looks_right(page, "reassign-case")

    page.reload()  # the checker leaves styles behind
    nearest.click()
    page.get_by_role("button", name="Send it there").click()
    expect(page.get_by_text("ACS is asked now").first).to_be_visible()
    tasks.send_releases()
    order.refresh_from_db()
    case.refresh_from_db()
    assert (order.locker_id, world.acs[order.number]["order"]["Misc1"], case.state) == (chosen, chosen, "cured")

    page.get_by_role("link", name="Write to the customer").first.click()
    expect(page.get_by_label("Text", exact=True)).to_have_value(re.compile(chosen))
    looks_right(page, "reassign-message")
    page.get_by_role("button", name="Send the e-mail").click()
    expect(page.get_by_text("Handed to the mail server").first).to_be_visible()
    tasks.send_messages()

    [letter] = mail.messages
    assert chosen in letter
    page.goto(f"/orders/{order.number}/")
    expect(page.get_by_text("Sent by e-mail")).to_be_visible()
    keep(page, "reassign-order")


@pytest.mark.parametrize(("theme", "width"), LOOKS)
def test_all_of_a_closed_locker_at_once(world: World, sign_in, closed, mail, theme, width):
    page = sign_in("cx", theme=theme, width=width)
    page.goto("/orders/bulk/?kind=nearest_locker&all=1&code=LOC-CLOSED&state=open")
    expect(page.get_by_text("from the first choice").first).to_be_visible()
    looks_right(page, f"reassign-dry-run-{theme}-{width}")

    page.get_by_role("button", name="Send each to the nearest locker").click()
    tasks.drain_bulk()
    tasks.send_releases()
    page.reload()
    expect(page.get_by_text("To locker").first).to_be_visible()
    assert axe_faults(page) == []
    keep(page, f"reassign-job-{theme}-{width}")
    assert ExceptionCase.objects.filter(code="LOC-CLOSED", state="open", order_number__in=[order.number for order in closed]).count() == 0

    page.get_by_role("link", name="Write to the customers").click()
    looks_right(page, f"reassign-drafts-{theme}-{width}")
    page.get_by_role("button", name=re.compile("Send all [0-9]+ e-mails")).click()
    tasks.drain_bulk()
    tasks.send_messages()

    assert {order.number for order in closed} <= set(re.findall("LS-[0-9]+", "".join(mail.messages)))
    page.reload()
    expect(page.get_by_text("Handed to the mail server").first).to_be_visible()


@pytest.mark.parametrize(("theme", "width"), LOOKS)
def test_the_picker_and_the_message_in_other_light_and_on_a_telephone(world: World, sign_in, closed, theme, width):
    order = closed[0]
    page = sign_in("cx", theme=theme, width=width)
    page.goto(f"/orders/{order.number}/change-locker/")
    expect(page.locator(".choice").first).to_be_visible()
    looks_right(page, f"reassign-picker-{theme}-{width}")
    page.locator(".choice").first.click()
    page.get_by_role("button", name="Send it there").click()
    expect(page.get_by_text("ACS is asked now").first).to_be_visible()

    page.get_by_role("link", name="Write to the customer").first.click()
    expect(page.get_by_text("EMAIL_URL")).to_be_visible()
    looks_right(page, f"reassign-message-{theme}-{width}")
