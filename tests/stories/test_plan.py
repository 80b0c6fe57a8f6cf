"""What the world holds is what the desk finds: each fault held by its code, each good order gone by itself."""

from collections import Counter

import pytest
from django.utils import timezone

from config.running import run_feed
from exceptions_queue.models import ExceptionCase
from orders import actions, tasks
from orders.models import Order
from orders.states import OrderState
from partners.sandbox.server import Sandbox
from partners.sandbox.shopify.sale import Hold
from partners.sandbox.world import World
from tests.exceptions_queue.builders import make_user

pytestmark = pytest.mark.django_db

BOTH = pytest.mark.parametrize("store", ["folder", "shopify"])


@BOTH
@pytest.mark.parametrize("seed", [7, 8])
def test_every_fault_is_held_by_its_code_and_every_good_order_is_at_acs_once(world: World):
    plan = world.plan()

    tasks.review_new()
    tasks.send_releases()

    cases = ExceptionCase.objects.filter(state="open").values_list("order_number", "code")
    assert dict(cases) == plan["faults"]
    assert Counter(code for _, code in cases) == plan["orders"]["held"]
    released = set(Order.objects.filter(state=OrderState.RELEASED).values_list("number", flat=True))
    assert released == set(world.acs) == {order.number for order in world.orders} - set(plan["faults"])
    assert {kept["puts"] for kept in world.acs.values()} == {1}


def test_the_folder_shows_a_hold_for_each_held_order_and_lifts_it_when_the_order_goes(world: World, settings):
    from pathlib import Path

    tasks.review_new()
    tasks.send_holds()
    holds = (Path(settings.STORE_FOLDER) / "out" / "holds.csv").read_text().splitlines()

    assert len(holds) == 1 + sum(world.plan()["orders"]["held"].values())


@pytest.mark.parametrize("store", ["shopify"])
def test_shopify_holds_and_tags_what_is_held_and_nothing_else(world: World, sandbox: Sandbox):
    tasks.review_new()
    tasks.send_holds()

    held = set(world.plan()["faults"])
    for number, sale in sandbox.shop.by_number.items():
        handles = [hold.handle for one in sale.fulfilments for hold in one.holds]
        assert (handles, sale.tags) == (([f"lockstep-{number}"], ["lockstep-held"]) if number in held else ([], []))
    assert set(Order.objects.filter(shop_held_at__isnull=False).values_list("number", flat=True)) == held


@pytest.mark.parametrize("store", ["shopify"])
def test_a_hold_is_lifted_in_shopify_when_the_order_is_put_right_and_that_of_another_app_stays(world: World, sandbox: Sandbox):
    tasks.review_new()
    tasks.send_holds()
    number, answer = next((number, answer) for number, answer in world.plan()["answers"].items() if "mobile" in answer)
    sale = sandbox.shop.by_number[number]
    theirs = Hold(1, "theirs", "HIGH_RISK_OF_FRAUD", None, None, app="another")
    sandbox.shop.hold(sale, sale.fulfilments[0], theirs)
    order = Order.objects.get(number=number)

    actions.correct_mobile(order, value=answer["mobile"], version=order.version, actor=make_user("cx"), at=timezone.now())
    tasks.send_holds()

    assert sale.fulfilments[0].holds == [theirs]
    assert sale.tags == []


@pytest.mark.parametrize("store", ["shopify"])
def test_our_own_holds_come_back_as_news_and_change_nothing(world: World):
    """Holding and tagging makes an order newer in the shop; its echo must neither move it nor trouble whoever works on it."""
    tasks.review_new()
    tasks.send_holds()
    before = standing()

    run = run_feed("store.orders")
    tasks.review_new()

    assert (run.outcome, run.rejected) == ("ok", 0)
    assert standing() == before


def standing() -> tuple[list[tuple[object, ...]], list[tuple[object, ...]]]:
    orders = Order.objects.order_by("number").values_list("number", "state", "version", "locker_id", "mobile", "postcode")
    return list(orders), list(ExceptionCase.objects.order_by("id").values_list("id", "state", "version"))
