"""The shop, ACS and we at the same moment, on PostgreSQL: whoever is first, what is shown is what is so."""

import json
from collections.abc import Callable
from contextvars import copy_context
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import timezone

from config.running import run_feed
from exceptions_queue.models import ExceptionCase
from inventory.models import AcsSku
from orders import tasks
from orders.actions import hold, review_many
from orders.actions.outcomes import Refused, TooLate
from orders.invariants import INVARIANTS
from orders.models import Order
from orders.states import OrderState
from partners import inbox
from partners.models import InboxMessage, Intent
from partners.sandbox.shop import open_shop
from partners.sandbox.world import World
from tests.orders.builders import NOON, make_order

pytestmark = [pytest.mark.postgres, pytest.mark.timeout(120), pytest.mark.django_db(transaction=True)]

ORDERS = 30


def at_once(race, *acts: Callable[[], object]) -> list[str]:
    """Each act in a thread of its own that speaks to the same sandbox."""
    runners = [(copy_context(), act) for act in acts]
    return race(lambda runner: runner[0].run(runner[1]), runners)


def until_idle() -> None:
    for _ in range(4):
        Intent.objects.exclude(state__in=Intent.ENDED).update(next_at=timezone.now())
        tasks.watch()
        tasks.recheck_open()
        tasks.send_releases()
    tasks.watch()


def released_orders(count: int) -> list[Order]:
    orders = [make_order(email=f"a{place}@example.com") for place in range(count)]
    review_many([order.pk for order in orders], at=NOON)
    tasks.send_releases()
    return orders


def breaches() -> list[str]:
    return [breach for _, check in INVARIANTS for breach in check(timezone.now())]


def test_a_recall_and_a_pick_at_once_end_stopped_or_too_late_and_never_both(world: World, race):
    orders = released_orders(ORDERS)
    Order.objects.update(store_cancelled_at=timezone.now(), fetched_at=timezone.now())
    tasks.watch()

    def pick() -> None:
        for order in reversed(orders):
            with world.lock:
                if world.acs[order.number]["status"] == "Acknowledged":
                    world.acs[order.number]["status"] = "Picking"

    outcomes = at_once(race, tasks.send_releases, tasks.send_releases, pick)
    until_idle()

    assert outcomes == ["ok", "ok", "ok"]
    stopped = {number for number, kept in world.acs.items() if kept["status"] == "Cancelled"}
    cases = list(ExceptionCase.objects.filter(state="open").values_list("order_number", "code"))
    assert {order.number for order in Order.objects.filter(state=OrderState.CANCELLED)} == stopped
    assert sorted(cases) == sorted((order.number, "VAL-EDITED") for order in orders if order.number not in stopped)
    assert all(kept["puts"] == 2 for number, kept in world.acs.items() if number in stopped)
    assert breaches() == []


@pytest.fixture
def shop(world: World, tmp_path, settings) -> Path:
    """Home deliveries that pass every check, in the shop's folder."""
    settings.STORE_FOLDER = str(tmp_path / "shop")
    open_shop(World(seed=7, orders=120), tmp_path / "shop")
    AcsSku.objects.all().delete()
    world.acs_skus |= {line["sku"] for path in files() for line in json.loads(path.read_text())["lines"]}
    return tmp_path / "shop"


def files() -> list[Path]:
    return sorted((Path(settings.STORE_FOLDER) / "orders").glob("*.json"))


def rewrite(path: Path, street: str) -> dict[str, object]:
    body = json.loads(path.read_text())
    body["updatedAt"] = timezone.now().isoformat()
    body["shipTo"]["address1"] = street
    path.write_text(json.dumps(body))
    return body


def test_the_shop_changes_orders_while_they_are_being_sent(shop: Path, world: World, race):
    run_feed("store.orders")
    review_many(list(Order.objects.values_list("pk", flat=True)), at=timezone.now())
    ready = set(Order.objects.filter(state=OrderState.READY).values_list("number", flat=True))
    for path in files():
        if path.stem in ready:
            rewrite(path, "99 New Street")

    outcomes = at_once(race, tasks.send_releases, lambda: run_feed("store.orders"), tasks.send_releases)
    until_idle()

    assert outcomes == ["ok", "ok", "ok"]
    assert len(ready) > 10
    with_case = set(ExceptionCase.objects.filter(state="open", code="VAL-EDITED").values_list("order_number", flat=True))
    for order in Order.objects.filter(number__in=ready):
        there = world.acs[order.number]["order"]["Delivery_Address1"]
        assert (order.state, there) == (OrderState.RELEASED, order.address1)
        assert (there == "99 New Street") != (order.number in with_case)
    assert breaches() == []


def test_the_poll_and_the_hints_meet_at_orders_that_are_new(shop: Path, race):
    for place, path in enumerate(files()):
        body = rewrite(path, "1 New Street")
        hint = {"id": body["id"], "name": body["name"], "updated_at": body["updatedAt"]}
        inbox.receive("shopify", f"d-{place}", body=json.dumps(hint).encode(), at=timezone.now())

    outcomes = at_once(race, lambda: run_feed("store.orders"), tasks.read_hints, tasks.read_hints)

    assert outcomes == ["ok", "ok", "ok"]
    assert (Order.objects.count(), InboxMessage.objects.exclude(state="done").count()) == (120, 0)
    assert all(order.lines.count() == len(order.shop["lines"]) for order in Order.objects.prefetch_related("lines"))


def test_a_hold_and_a_cancellation_in_the_shop_at_once(world: World, race):
    orders = [make_order(email=f"a{place}@example.com") for place in range(ORDERS)]
    review_many([order.pk for order in orders], at=NOON)
    Order.objects.update(store_cancelled_at=timezone.now())

    def hold_all() -> None:
        for order in reversed(orders):
            try:
                hold(order, reason="Fraud", exit="Checked", actor="agent", at=timezone.now())
            except (TooLate, Refused):
                continue

    outcomes = at_once(race, tasks.watch, hold_all, tasks.send_releases)
    until_idle()

    assert outcomes == ["ok", "ok", "ok"]
    assert set(Order.objects.values_list("state", flat=True)) == {OrderState.CANCELLED}
    assert world.acs == {}
    assert breaches() == []
