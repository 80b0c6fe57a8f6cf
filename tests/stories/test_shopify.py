"""A shop on Shopify on its bad days: short of points, refusing, changing its schema, its letters wrong, late and twice.

Both sides are real: our client over the make-believe Shopify, and its letters through our door.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from config.running import run_feed
from exceptions_queue.models import ExceptionCase
from orders import tasks
from orders.models import Order
from orders.states import OrderState
from partners.models import InboxMessage, Intent
from partners.sandbox.server import Sandbox
from partners.sandbox.shopify.control import ShopControl
from partners.sandbox.world import World

pytestmark = [pytest.mark.django_db, pytest.mark.parametrize("store", ["shopify"])]

ADDRESS = "https://desk.example/webhooks/shopify/"


@pytest.fixture
def shop(sandbox: Sandbox) -> ShopControl:
    return ShopControl(sandbox.shop)


@pytest.fixture
def letters(world: World, sandbox: Sandbox, settings, client: Client) -> None:
    """We are subscribed, and what the shop posts comes in at our door."""

    def post(url: str, headers: dict[str, str], body: bytes) -> int:
        named = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in headers.items() if name != "Content-Type"}
        return client.post(url.removeprefix("https://desk.example"), body, content_type="application/json", **named).status_code

    settings.SHOPIFY_WEBHOOK_ADDRESS = ADDRESS
    sandbox.shop.postman.post = post
    assert tasks.stay_subscribed()["watched"] is True


@pytest.fixture
def later() -> Iterator[Callable[[timedelta], None]]:
    """Let time pass, for us and for the shop."""
    with time_machine.travel(timezone.now(), tick=True) as traveller:
        yield lambda span: traveller.shift(span)


def held_there(sandbox: Sandbox) -> set[str]:
    return {number for number, sale in sandbox.shop.by_number.items() if any(one.holds for one in sale.fulfilments)}


def good(world: World) -> str:
    return next(order.number for order in world.orders if not order.code)


@contextmanager
def armed(world: World, kind: str, **more: object) -> Iterator[None]:
    world.faults.arm({"partner": "store", "kind": kind, "times": 0, **more})
    yield
    world.faults.clear()


class TestPoints:
    def test_throttled_for_ten_minutes_every_hold_arrives_once_when_it_is_over(self, world: World, sandbox: Sandbox, later):
        tasks.review_new()
        with armed(world, "throttled"):
            for _ in range(10):
                tasks.send_holds()
                later(timedelta(minutes=1))
            assert held_there(sandbox) == set()
        for _ in range(5):
            later(timedelta(minutes=5))
            tasks.send_holds()

        assert held_there(sandbox) == set(world.plan()["faults"])
        assert len(sandbox.shop.ours()) == len(world.plan()["faults"])
        assert set(Intent.objects.filter(kind="shop_hold").values_list("state", flat=True)) == {"done"}

    def test_reading_that_runs_out_of_points_goes_on_where_it_stopped(self, world: World, sandbox: Sandbox, later):
        """Enough for the first page of two: the second comes with a later run."""
        budget, asked = sandbox.shop.budget, []
        take = budget.take
        budget.take = lambda points: asked.append(points) or take(points)
        run_feed("store.orders")
        for sale in sandbox.shop.sales.values():
            sale.note = "Please ring"
            sandbox.shop.touch(sale)
        budget.set(size=2_000, restores=1)
        budget.set(left=max(asked) + 10)

        first = run_feed("store.orders")
        behind = Order.objects.exclude(note="Please ring").count()
        later(timedelta(minutes=20))
        second = run_feed("store.orders")

        assert (first.outcome, second.outcome) == ("partial", "ok")
        assert 0 < behind < 90
        assert Order.objects.exclude(note="Please ring").count() == 0
        assert sandbox.shop.counts["throttled"] == 0  # it saw how little was left, and did not ask


class TestRefusals:
    def test_a_200_with_user_errors_is_no_hold_and_is_asked_again_after_an_hour(self, world: World, sandbox: Sandbox, later):
        tasks.review_new()
        with armed(world, "user_errors"):
            tasks.send_holds()
            later(timedelta(minutes=30))
            tasks.send_holds()
        assert held_there(sandbox) == set()
        assert Order.objects.filter(state=OrderState.HELD).count() == len(world.plan()["faults"])

        later(timedelta(minutes=31))
        tasks.send_holds()

        assert held_there(sandbox) == set(world.plan()["faults"])

    @pytest.mark.parametrize("field", ["Order.customAttributes", "Order.updatedAt", "FulfillmentOrder.status"])
    def test_a_field_of_the_schema_that_is_gone_stops_the_feed_and_touches_nothing(self, world: World, field: str):
        before = list(Order.objects.order_by("id").values_list("number", "content_hash"))
        with armed(world, "schema_gone", about=field):
            run = run_feed("store.orders")
        after = list(Order.objects.order_by("id").values_list("number", "content_hash"))

        assert run.outcome == "failed"
        assert after == before
        assert run_feed("store.orders").outcome == "ok"

    def test_a_hold_whose_answer_is_lost_is_there_once(self, world: World, sandbox: Sandbox, later):
        tasks.review_new()
        world.faults.arm({"partner": "store", "kind": "accept_then_timeout", "path": "/fulfillmentOrderHold", "times": 3})
        for _ in range(4):
            tasks.send_holds()
            later(timedelta(minutes=20))

        assert held_there(sandbox) == set(world.plan()["faults"])
        assert len(sandbox.shop.ours()) == len(world.plan()["faults"])

    def test_a_scope_that_was_taken_away_is_named(self, world: World, shop: ShopControl):
        shop.post("/scopes", {"revoke": ["read_orders", "write_orders"]})

        run = run_feed("store.orders")

        assert run.outcome == "failed"
        assert "read_orders" in run.why


@pytest.mark.usefixtures("letters")
class TestLetters:
    def change(self, shop: ShopControl, number: str, **said: object) -> None:
        shop.post(f"/orders/{number}", said)

    def test_a_change_is_mirrored_as_soon_as_it_is_told(self, world: World, shop: ShopControl):
        number = good(world)
        self.change(shop, number, email="new@example.com")

        assert [one["status"] for one in shop.deliver({})["delivered"]] == [200]
        tasks.read_hints()

        assert Order.objects.get(number=number).email == "new@example.com"

    def test_a_new_order_is_here_before_the_next_poll(self, world: World, shop: ShopControl):
        placed = shop.post("/orders", {"like": good(world)})
        shop.deliver({})
        tasks.read_hints()

        assert Order.objects.filter(number=placed["number"], store_id__endswith=str(placed["id"])).count() == 1

    def test_a_wrong_signature_is_turned_away_with_nothing_stored(self, world: World, shop: ShopControl):
        self.change(shop, good(world), email="new@example.com")

        told = shop.deliver({"corrupt": True})["delivered"]

        assert [one["status"] for one in told] == [401]
        assert InboxMessage.objects.count() == 0

    def test_reordered_replayed_and_a_day_late_end_in_what_the_shop_says(self, world: World, shop: ShopControl, later):
        number = good(world)
        for name in ("first", "second", "third"):
            later(timedelta(seconds=5))
            self.change(shop, number, email=f"{name}@example.com")
        for how in ({"reverse": True}, {"last": 3}, {"last": 3, "late_hours": 24}):
            assert {one["status"] for one in shop.deliver(how)["delivered"]} == {200}
            tasks.read_hints()
            assert Order.objects.get(number=number).email == "third@example.com"

        assert InboxMessage.objects.count() == 3

    def test_a_subscription_that_the_shop_dropped_is_made_again(self, shop: ShopControl, sandbox: Sandbox):
        before = {one.topic for one in sandbox.shop.postman.subscriptions.values()}
        shop.post("/webhooks", {"unsubscribe": True})

        again = tasks.stay_subscribed()

        assert (again["again"], again["added"]) == (True, len(before))
        assert {one.topic for one in sandbox.shop.postman.subscriptions.values()} == before

    def test_with_nobody_at_the_door_the_shop_gives_up_and_the_poll_still_knows(self, world: World, shop: ShopControl, sandbox: Sandbox):
        shop.post("/webhooks", {"ladder_s": [0]})
        sandbox.shop.postman.post = lambda url, headers, body: 0
        number = good(world)
        self.change(shop, number, email="new@example.com")
        shop.deliver({})
        shop.deliver({})
        run_feed("store.orders")

        assert not any(one.topic == "ORDERS_UPDATED" for one in sandbox.shop.postman.subscriptions.values())
        assert Order.objects.get(number=number).email == "new@example.com"


class TestAfterRelease:
    @pytest.fixture
    def released(self, world: World) -> Order:
        tasks.review_new()
        tasks.send_releases()
        return Order.objects.get(number=good(world), state=OrderState.RELEASED)

    def test_an_edit_in_the_shop_is_one_case(self, world: World, shop: ShopControl, released: Order):
        shop.post(f"/orders/{released.number}", {"address": {"address1": "9 Other Street"}})
        run_feed("store.orders")
        tasks.recheck_open()
        tasks.review_new()
        tasks.watch()

        cases = ExceptionCase.objects.filter(order_number=released.number, state="open")
        assert list(cases.values_list("code", flat=True)) == ["VAL-EDITED"]
        assert "Other Street" not in str(cases.get().evidence)

    def test_a_cancellation_in_the_shop_recalls_it_once(self, world: World, shop: ShopControl, released: Order):
        shop.post(f"/orders/{released.number}", {"cancel": True})
        run_feed("store.orders")
        for _ in range(2):
            tasks.watch()
            tasks.send_releases()

        assert world.acs[released.number]["status"] == "Cancelled"
        assert world.acs[released.number]["puts"] == 2
