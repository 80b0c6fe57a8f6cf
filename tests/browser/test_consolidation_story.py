"""A part of a locker order is missing at ACS: from the warehouse's case to the customer's choice, in a browser."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from config.running import run_feed
from exceptions_queue.models import ExceptionCase
from orders.models import Consolidation, Order, OrderLine
from orders.states import OrderState
from partners.sandbox.world import World
from tests.browser.conftest import axe_faults, is_within_its_width, keep, small_targets

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def order(world: World, tmp_path: Path) -> Order:
    """A locker order of two garments, one of which ACS's list says was not picked."""
    of_two = OrderLine.objects.filter(quantity=1, order__state=OrderState.RELEASED, order__destination="locker").values_list("order_id")
    order = next(order for order in Order.objects.filter(pk__in=of_two) if order.lines.count() == 2)
    Order.objects.filter(pk=order.pk).update(deliver_on=timezone.localdate() + timedelta(days=20))
    line = order.lines.order_by("pk").last()
    path = tmp_path / "progress.csv"
    path.write_text(f"order,status,line,picked\n{order.number},Part Picked,{line.line_id},0\n")
    run_feed("acs.orders", path=str(path))
    return order


@pytest.mark.parametrize("width", [1280, 360])
def test_the_planner_says_what_waits_and_what_each_way_costs(sign_in, order: Order, width: int):
    page = sign_in("warehouse", width=width)
    page.goto("/consolidation/")
    expect(page.get_by_text("keeps the promise").first).to_be_visible()
    assert (axe_faults(page), small_targets(page), is_within_its_width(page)) == ([], [], True)
    keep(page, f"consolidation-{width}")

    page.get_by_role("link", name=order.number).click()

    for way in ("Wait for the rest", "Split, with consent", "Send to the door"):
        expect(page.get_by_role("heading", name=way)).to_be_visible()
    expect(page.get_by_role("button", name="Choose home delivery")).to_have_count(0)
    assert (axe_faults(page), small_targets(page), is_within_its_width(page)) == ([], [], True)
    keep(page, f"consolidation-order-{width}")


def test_cx_records_the_customers_consent_and_the_cases_close(sign_in, order: Order):
    case = ExceptionCase.objects.get(code="HLD-CONSOL", order_number=order.number)
    page = sign_in("cx")
    page.goto(f"/queue/{case.pk}/")
    page.get_by_role("link", name="Wait, split, or send to the door").click()

    page.get_by_label("How and when did the customer agree?").fill("E-mail of today, 14:20")
    page.get_by_role("button", name="Record the split").click()

    expect(page.get_by_role("heading", name="What is left to do")).to_be_visible()
    assert axe_faults(page) == []
    assert Consolidation.objects.get(order=order).choice == "split"
    assert not ExceptionCase.objects.filter(order_number=order.number, state="open").exists()


def test_who_comes_second_sees_that_it_was_decided(sign_in, order: Order, watch):
    watch.expected = ("409",)
    page = sign_in("cx")
    page.goto(f"/consolidation/{order.number}/")
    Consolidation.objects.update(version=2)

    page.get_by_label("Ready by").fill((timezone.localtime() + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M"))
    page.get_by_role("button", name="Let it wait").click()

    expect(page.get_by_role("alert")).to_contain_text("Nothing was saved")
