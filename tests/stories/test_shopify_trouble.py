"""A shop in trouble: whatever Shopify says instead of an answer, nothing is lost and nothing is done twice."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
import time_machine
from django.utils import timezone

from config.running import run_feed
from exceptions_queue.catalogue import Code
from exceptions_queue.models import ExceptionCase
from orders import tasks
from orders.models import Order
from partners import connect
from partners.models import Circuit, Feed, Intent, SyncRun
from partners.tasks import check_health
from tests.orders.builders import make_shopfloor
from tests.partners.fake_web import Asked, FakeWeb, Reply
from tests.partners.shopify.fake_shopify import TOKEN, FakeShopify, answer, done, error, order, refusal

pytestmark = pytest.mark.django_db
SETTINGS = {"STORE": "shopify", "SHOPIFY_URL": "http://shop.test", "SHOPIFY_ACCESS_TOKEN": TOKEN, "SHOPIFY_API_VERSION": "2026-07"}
EMPTY = {"requestedQueryCost": 6000, "throttleStatus": {"maximumAvailable": 20_000.0, "currentlyAvailable": 0, "restoreRate": 100.0}}


@dataclass
class Troubled:
    """The shop, and what it says instead by the name of the question; "" stands for every question. `lost` loses one answer."""

    shop: FakeShopify = field(default_factory=FakeShopify)
    says: dict[str, Reply] = field(default_factory=dict)
    lost: str = ""

    def reply(self, asked: Asked) -> Reply:
        name = asked.body.split(b"(", 1)[0].split(b"{")[1].decode().split()[-1]
        if said := self.says.get(name) or self.says.get(""):
            self.shop.asked.append((name, {}))
            return said
        good = self.shop.reply(asked)
        if name == self.lost:
            self.lost = ""
            return 502, {}, b""
        return good


@pytest.fixture
def store(settings) -> Iterator[Troubled]:
    for name, value in SETTINGS.items():
        setattr(settings, name, value)
    settings.MODES = {**settings.MODES, "acs": "observe", "store": "live"}
    make_shopfloor()
    made = Troubled()
    made.shop.add(*(order(number) for number in range(1, 4)))
    with connect.use({"store": FakeWeb(made.reply).transport}):
        yield made


def holds(store: Troubled) -> list[int]:
    """How many holds each order has in the shop."""
    return [len(one["fulfillmentOrders"]["nodes"][0]["fulfillmentHolds"]) for one in store.shop.orders.values()]


def work(at: datetime) -> SyncRun:
    """What the clock does in one minute."""
    with time_machine.travel(at, tick=True):
        run = run_feed("store.orders")
        tasks.review_new()
        tasks.send_holds()
        check_health()
    return run


def open_codes() -> set[str]:
    return set(ExceptionCase.objects.filter(state="open").values_list("code", flat=True))


def test_throttled_for_ten_minutes_everything_waits_and_then_comes_once(store: Troubled):
    began = timezone.now()
    assert work(began).outcome == "ok"
    assert holds(store) == [1, 1, 1]
    store.shop.add(order(4, updatedAt=began.strftime("%Y-%m-%dT%H:%M:%SZ")))
    store.says[""], calls = answer(refusal("THROTTLED", cost=EMPTY)), len(store.shop.asked)

    runs = [work(began + timedelta(minutes=minute)) for minute in range(1, 11)]

    assert {run.outcome for run in runs} == {"failed"}
    assert "asks us to wait 60 seconds" in runs[0].why
    assert len(store.shop.asked) - calls <= 10
    assert Order.objects.count() == 3
    assert Code.INT_DOWN not in open_codes()

    store.says.clear()
    assert work(began + timedelta(minutes=12)).outcome == "ok"
    assert (Order.objects.count(), holds(store)) == (4, [1, 1, 1, 1])


def test_a_200_that_refuses_a_hold_keeps_the_order_held_here_and_is_asked_again_after_an_hour(store: Troubled):
    began = timezone.now()
    store.says["Hold"] = answer(done(errors=[error("FULFILLMENT_ORDER_HOLD_LIMIT_REACHED", "The order has too many holds", "id")]))
    work(began)

    refused = Intent.objects.filter(kind="shop_hold")
    assert {(intent.state, intent.error) for intent in refused} == {("dead", "The order has too many holds.")}
    assert set(Order.objects.values_list("state", flat=True)) == {"held"}
    assert Circuit.objects.get(partner="store").failures == 0

    store.says.clear()
    work(began + timedelta(minutes=30))
    assert holds(store) == [0, 0, 0]
    work(began + timedelta(minutes=70))
    assert holds(store) == [1, 1, 1]


def test_a_field_that_is_gone_is_named_in_one_case_and_nothing_is_lost(store: Troubled):
    began = timezone.now()
    work(began)
    cursor = Feed.objects.get(name="store.orders").cursor
    store.shop.add(order(4, updatedAt=began.strftime("%Y-%m-%dT%H:%M:%SZ")))
    store.says["Orders"] = answer(refusal("undefinedField", "Field 'sourceName' doesn't exist on type 'Order'"))

    runs = [work(began + timedelta(minutes=minute)) for minute in range(1, 8)]

    assert {run.outcome for run in runs} == {"failed"}
    assert "Field 'sourceName' doesn't exist on type 'Order'" in runs[0].why
    assert ExceptionCase.objects.filter(code=Code.INT_DOWN, state="open").count() == 1
    assert Feed.objects.get(name="store.orders").cursor == cursor

    store.says.clear()
    work(began + timedelta(minutes=20))
    assert (Order.objects.count(), holds(store)) == (4, [1, 1, 1, 1])
    assert Code.INT_DOWN not in open_codes()


def test_a_hold_whose_answer_was_lost_stands_once(store: Troubled):
    began = timezone.now()
    store.lost = "Hold"
    work(began)
    assert sorted(Intent.objects.values_list("state", flat=True)) == ["done", "done", "unknown"]

    for minute in (3, 4):
        work(began + timedelta(minutes=minute))

    assert set(Intent.objects.values_list("state", flat=True)) == {"done"}
    assert holds(store) == [1, 1, 1]
    assert not Order.objects.filter(shop_held_at__isnull=True).exists()


def test_an_access_that_was_narrowed_is_one_case_with_its_name(store: Troubled):
    began = timezone.now()
    store.says["Orders"] = answer(refusal("ACCESS_DENIED", requiredAccess="`read_orders` access scope."))
    runs = [work(began + timedelta(minutes=minute)) for minute in range(3)]

    assert "`read_orders` access scope" in runs[0].why
    assert open_codes() == {Code.INT_AUTH}
    assert len(store.shop.asked) == 1
