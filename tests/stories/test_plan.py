"""What the world holds is what the desk finds: each fault held by its code, each good order gone by itself."""

from collections import Counter

import pytest

from exceptions_queue.models import ExceptionCase
from orders import tasks
from orders.models import Order
from orders.states import OrderState
from partners.sandbox.world import World

pytestmark = pytest.mark.django_db


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


def test_the_shop_shows_a_hold_for_each_held_order_and_lifts_it_when_the_order_goes(world: World, settings):
    from pathlib import Path

    tasks.review_new()
    tasks.send_holds()
    holds = (Path(settings.STORE_FOLDER) / "out" / "holds.csv").read_text().splitlines()

    assert len(holds) == 1 + sum(world.plan()["orders"]["held"].values())
