"""What the shop tells us is a hint: whatever comes, in whatever order and how late, we end with what the shop says now."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from config.running import run_feed
from orders import tasks
from orders.models import Order
from orders.sync import apply_orders
from orders.sync.hints import hint_of
from partners import connect, inbox
from partners.models import InboxMessage, WebhookDoor
from partners.sandbox.shop import open_shop
from partners.sandbox.world import World
from tests.orders.builders import make_shopfloor

pytestmark = pytest.mark.django_db
START = datetime.now(UTC) - timedelta(days=2)


@pytest.fixture
def shop(settings, tmp_path) -> Iterator[Path]:
    settings.STORE_FOLDER = str(tmp_path)
    make_shopfloor()
    open_shop(World(seed=7, orders=4), tmp_path)
    return tmp_path


def files(shop: Path) -> list[Path]:
    return sorted((shop / "orders").glob("*.json"))


def change(path: Path, at: datetime, **values: Any) -> dict[str, Any]:
    """The order as the shop writes it next, and what its webhook says."""
    body = json.loads(path.read_text()) | {"updatedAt": at.isoformat()} | values
    path.write_text(json.dumps(body))
    return {"id": body["id"], "name": body["name"], "updated_at": at.isoformat(), "note": "what a webhook says is never used"}


def tell(hint: dict[str, Any], delivery: str = "d-1") -> bool:
    return inbox.receive("shopify", delivery, body=json.dumps(hint).encode(), at=timezone.now())


def test_an_order_the_shop_tells_of_is_read_and_checked_before_the_next_poll(shop):
    hint = change(files(shop)[0], timezone.now())
    tell(hint)

    assert tasks.read_hints() == {"done": 1}

    order = Order.objects.get()
    assert (order.number, order.note) == (hint["name"], "")
    assert order.state != "received"


def test_an_order_is_found_by_the_shop_s_id_whatever_number_the_message_names(shop):
    run_feed("store.orders")
    hint = change(files(shop)[0], timezone.now(), note="Please ring")
    tell(hint | {"name": "#1001"})

    tasks.read_hints()

    assert Order.objects.get(store_id=hint["id"]).note == "Please ring"
    assert Order.objects.count() == 4


def test_news_older_than_what_we_have_asks_the_shop_nothing(shop):
    run_feed("store.orders")
    order = Order.objects.first()
    for path in files(shop):
        path.unlink()
    tell({"id": order.store_id, "name": order.number, "updated_at": (order.store_updated_at - timedelta(days=1)).isoformat()})

    assert tasks.read_hints() == {"done": 1}
    assert Order.objects.count() == 4


def test_a_message_about_an_order_the_shop_no_longer_has_is_done(shop):
    tell({"id": 999_999, "name": "LS-9", "updated_at": timezone.now().isoformat()})

    assert tasks.read_hints() == {"done": 1}
    assert not Order.objects.exists()


def test_an_order_that_cannot_be_read_ends_its_message_with_the_reason_and_stops_no_other(shop):
    first, second = files(shop)[:2]
    bad, good = change(first, timezone.now(), placedAt="yesterday"), change(second, timezone.now())
    tell(bad, "d-1")
    tell(good, "d-2")

    assert tasks.read_hints() == {"dead": 1, "done": 1}
    assert "$.placedAt" in InboxMessage.objects.get(state="dead").error
    assert Order.objects.get().number == good["name"]


def test_while_the_shop_cannot_be_reached_the_message_waits(shop, settings):
    tell(change(files(shop)[0], timezone.now()))
    settings.STORE_FOLDER = "/nowhere"

    assert tasks.read_hints() == {"later": 1}


@pytest.mark.parametrize(
    ("body", "ids"),
    [
        (b'{"id": 7, "name": "LS-1"}', ("gid://shopify/Order/7", "7")),
        (b'{"admin_graphql_api_id": "gid://shopify/Order/7"}', ("gid://shopify/Order/7", "7")),
        (b'{"admin_graphql_api_id": "gid://shopify/Fulfillment/1", "order_id": 7}', ("gid://shopify/Order/7", "7")),
        (b'{"order_edit": {"id": 9, "order_id": 7, "line_items": {"additions": []}}}', ("gid://shopify/Order/7", "7")),
        (b'{"admin_graphql_api_id": "gid://shopify/Product/1", "id": 1}', None),
        (b"[]", None),
        (b"{", None),
        (b'{"id": null}', None),
        (b"[" * 50_000, None),
    ],
)
def test_which_order_a_message_is_about(body, ids):
    hint = hint_of(body)

    assert (hint and hint.store_ids) == ids


class Told:
    """A shop that changes one order, tells of each change, and a poll that may be slow to write what it fetched."""

    def __init__(self, path: Path) -> None:
        self.path, self.version, self.hints, self.fetched = path, 0, [], []

    def act(self, what: str, which: int) -> None:
        if what == "change":
            self.version += 1
            self.hints.append(change(self.path, START + timedelta(minutes=self.version), note=f"version {self.version}"))
        elif what == "tell" and self.hints:
            self.tell(which % len(self.hints))
        elif what == "fetch":
            self.fetched += list(connect.store().orders(""))
        elif what == "write" and self.fetched:
            apply_orders(self.fetched[which % len(self.fetched)], timezone.now())

    def tell(self, which: int) -> None:
        tell(self.hints[which], f"d-{which}-{InboxMessage.objects.count()}")
        tasks.read_hints()


ACTS = st.lists(st.tuples(st.sampled_from(["change", "tell", "fetch", "write"]), st.integers(0, 20)), min_size=1, max_size=15)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=ACTS, late=st.randoms(use_true_random=False))
def test_replayed_reordered_and_late_messages_end_in_what_the_shop_says(shop, acts, late):
    Order.objects.all().delete()
    InboxMessage.objects.all().delete()
    told = Told(files(shop)[0])
    told.act("change", 0)
    for what, which in acts:
        told.act(what, which)
    rest = [*range(len(told.hints)), *range(len(told.hints))]
    late.shuffle(rest)

    for which in rest:
        told.tell(which)
    for page in told.fetched:
        apply_orders(page, timezone.now())

    order = Order.objects.get(number=told.hints[-1]["name"])
    assert (order.note, order.store_updated_at) == (f"version {told.version}", START + timedelta(minutes=told.version))


def test_without_an_address_nobody_looks_after_subscriptions(shop):
    assert tasks.stay_subscribed() == {"watched": False}


def test_with_an_address_the_shop_is_asked_and_the_door_remembers(shop, settings):
    settings.SHOPIFY_WEBHOOK_ADDRESS = "https://desk.example.com/webhooks/shopify/"
    settings.MODES = {**settings.MODES, "store": "live"}

    assert tasks.stay_subscribed() == {"watched": True, "added": 0, "again": False}
    assert WebhookDoor.objects.get().watched_at is not None
