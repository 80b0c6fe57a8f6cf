"""Two readings of Shopify's papers meet: our client, and the sandbox's shop, which shares no code with it."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from django.utils import timezone

from orders.models import Order
from orders.states import Destination
from orders.sync import apply_orders, read_orders
from partners import connect
from partners.connections import check
from partners.errors import Denied, Throttled, Unreachable
from partners.sandbox.server import Sandbox, settings_for
from partners.sandbox.shop import open_shop
from partners.sandbox.world import World
from partners.shop import StoreOrder
from partners.shopify.subscriptions import TOPICS

pytestmark = pytest.mark.django_db
HANDLE = "lockstep-contract"
Turn = Callable[..., dict[str, Any]]


@pytest.fixture
def app(settings, tmp_path: Path) -> Iterator[Sandbox]:
    world = World(seed=7, orders=60)
    open_shop(world, tmp_path)
    for name, value in settings_for("http://sandbox.test", tmp_path, "shopify").items():
        setattr(settings, name, value)
    settings.SANDBOX = True
    made = Sandbox(world)
    with connect.use({"store": httpx.WSGITransport(app=made)}):
        yield made


@pytest.fixture
def turn(app) -> Turn:
    """Turn something in the sandbox's shop from outside, and see what it holds."""
    client = httpx.Client(transport=httpx.WSGITransport(app=app), base_url="http://sandbox.test/_sandbox/shopify")

    def turn(path: str, **said: Any) -> dict[str, Any]:
        answer = client.post(path, json=said) if said else client.get(path)
        assert answer.status_code == 200, answer.text
        return answer.json()

    return turn


def read_all(cursor: str = "") -> list[StoreOrder]:
    shop = connect.store()
    return [shop.decode(record) for page in shop.orders(cursor) for record in page.records]


class TestReading:
    def test_every_order_of_the_shop_is_read_once_and_understood(self, app, turn):
        read = read_all()

        assert sorted(order.number for order in read) == sorted(turn("/state")["orders"])
        assert all(order.lines and order.store_id.startswith("gid://shopify/Order/") for order in read)
        assert any(order.phones for order in read)

    def test_what_changed_is_read_again_from_the_cursor(self, app, turn):
        last = [page.cursor for page in connect.store().orders("") if page.cursor][-1]
        number = next(iter(turn("/state")["orders"]))
        turn(f"/orders/{number}", email="new@example.com")

        assert [order.email for order in read_all(last) if order.number == number] == ["new@example.com"]

    def test_one_order_is_the_same_alone_as_in_its_page(self, app):
        some = read_all()[0]
        shop = connect.store()
        assert shop.decode(shop.order(some.number, store_id=some.store_id)) == some
        assert shop.order("LS-0", store_id="gid://shopify/Order/1") is None

    def test_a_cancelled_order_says_so(self, app, turn):
        some = read_all()[0]
        turn(f"/orders/{some.number}", cancel=True)
        shop = connect.store()
        assert shop.decode(shop.order(some.number, store_id=some.store_id)).cancelled_at is not None

    def test_wherever_the_shop_keeps_the_locker_our_mirror_finds_it(self, app):
        applied = [apply_orders(page, timezone.now()) for page in read_orders("")]

        assert [reject for one in applied for reject in one.rejected] == []
        lockers = Order.objects.filter(destination=Destination.LOCKER)
        assert lockers.count() > 20
        assert not lockers.filter(locker_id="").exists()
        assert Order.objects.exclude(mobile="").count() > 0.9 * Order.objects.count()


class TestWriting:
    def test_a_hold_stands_once_and_is_lifted_once(self, app, turn):
        some = next(order for order in read_all() if not turn("/state")["orders"][order.number]["holds"])
        asked = {"store_id": some.store_id, "handle": HANDLE}
        placed = [connect.store().hold(some.number, reason="INCORRECT_ADDRESS", note="No mobile", **asked) for _ in range(2)]
        assert placed == [True, False]
        assert turn("/state")["orders"][some.number]["holds"]

        assert [connect.store().release(some.number, **asked) for _ in range(2)] == [True, False]
        assert turn("/state")["orders"][some.number]["holds"] == []

    def test_the_hold_of_another_app_stays(self, app, turn):
        some = next(order for order in read_all() if not turn("/state")["orders"][order.number]["holds"])
        turn(f"/orders/{some.number}", hold={"handle": HANDLE})
        asked = {"store_id": some.store_id, "handle": HANDLE}

        assert connect.store().release(some.number, **asked) is False
        assert connect.store().hold(some.number, reason="OTHER", note="", **asked) is True
        assert connect.store().release(some.number, **asked) is True
        assert turn("/state")["orders"][some.number]["holds"]

    def test_a_tag_is_added_and_taken_away(self, app, turn):
        some = read_all()[0]
        tag = connect.store().tag
        assert tag(some.number, store_id=some.store_id, add=("lockstep-held",)) is True
        assert "lockstep-held" in turn("/state")["orders"][some.number]["tags"]
        assert tag(some.number, store_id=some.store_id, remove=("lockstep-held",)) is True
        assert "lockstep-held" not in turn("/state")["orders"][some.number]["tags"]

    def test_we_are_subscribed_once_and_again_when_dropped(self, app, turn):
        callback = "https://desk.test/webhooks/shopify/"
        assert connect.store().watch(callback) == TOPICS
        assert connect.store().watch(callback) == ()
        turn("/webhooks", unsubscribe=True)
        assert connect.store().watch(callback) == TOPICS


class TestTrouble:
    def test_the_connection_passes_its_test_and_names_a_scope_that_is_gone(self, app, turn, noon):
        assert check("store", noon).ok is True
        turn("/scopes", revoke=["write_orders"])
        checked = check("store", noon)
        assert (checked.ok, "write_orders" in checked.said) == (False, True)

    def test_a_wrong_token_is_a_matter_of_credentials(self, app, settings):
        settings.SHOPIFY_ACCESS_TOKEN = "wrong"
        with pytest.raises(Denied):
            read_all()

    def test_an_empty_budget_is_a_wait(self, app, turn):
        turn("/budget", left=0)
        with pytest.raises(Throttled):
            read_all()

    FAULTS = (("500", Unreachable), ("html_502", Unreachable), ("429", Throttled))

    @pytest.mark.parametrize(("kind", "expected"), FAULTS, ids=[kind for kind, _ in FAULTS])
    def test_each_fault_is_the_error_it_should_be(self, app, kind, expected):
        app.world.faults.arm({"partner": "store", "kind": kind, "times": 0})
        with pytest.raises(expected):
            connect.store().order("LS-1", store_id="1")
