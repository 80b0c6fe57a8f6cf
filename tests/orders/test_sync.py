"""The shop says: facts are mirrored once, corrections stand until the shop says something new, bad records stop nobody."""

import json
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from config.running import run_feed
from inventory.models import Allocation
from orders.actions import correct_mobile
from orders.invariants import what_is_sold_is_taken_from_stock
from orders.models import Order
from partners.models import CodeMapping, RejectedRecord
from partners.sandbox.shop import open_shop
from partners.sandbox.world import World
from tests.orders.builders import make_methods

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop(settings, tmp_path) -> Iterator[Path]:
    settings.STORE_FOLDER = str(tmp_path)
    open_shop(World(seed=7, orders=40), tmp_path)
    return tmp_path


def change(shop: Path, number: str, **values: Any) -> None:
    """Write an order again as the shop would: with a later updatedAt."""
    path = shop / "orders" / f"{number}.json"
    body = json.loads(path.read_text())
    body.update(updatedAt=timezone.now().isoformat(), **deepcopy(values))
    path.write_text(json.dumps(body))


def counts(run: Any) -> tuple[int, int, int, int, int]:
    return run.seen, run.created, run.changed, run.unchanged, run.rejected


def test_every_order_is_mirrored_once_and_counts_add_up(shop):
    first, second = run_feed("store.orders"), run_feed("store.orders", full=True)

    assert what_is_sold_is_taken_from_stock(timezone.now()) == []
    assert counts(first) == (40, 40, 0, 0, 0)
    assert counts(second) == (40, 0, 0, 40, 0)
    assert Order.objects.count() == 40


def test_other_lines_take_other_garments(shop):
    run_feed("store.orders")
    number = Order.objects.order_by("pk").first().number
    lines = json.loads((shop / "orders" / f"{number}.json").read_text())["lines"]

    change(shop, number, lines=[lines[0] | {"sku": "DRS-9999-01", "quantity": 3}])
    run_feed("store.orders")

    assert dict(Allocation.objects.filter(order_number=number).values_list("sku", "quantity")) == {"DRS-9999-01": 3}
    assert what_is_sold_is_taken_from_stock(timezone.now()) == []


def test_an_unreadable_record_is_quarantined_by_path_and_the_others_go_on(shop):
    (shop / "orders" / "LS-10003.json").write_text('{"name": "LS-10003", "id": "1", "updatedAt": "2026-11-20T09:00:00Z"}')
    (shop / "orders" / "LS-10004.json").write_text("{half a fi")

    run = run_feed("store.orders")

    assert (run.created, run.rejected) == (38, 2)
    assert dict(RejectedRecord.objects.values_list("path", "key")) == {"$.placedAt": "LS-10003", "$": ""}


def test_the_same_bad_record_twice_is_one_row_with_a_count(shop):
    (shop / "orders" / "LS-10004.json").write_text("{half a fi")

    run_feed("store.orders")
    run_feed("store.orders")

    assert RejectedRecord.objects.get().times == 2


def test_a_correction_stands_while_the_shop_says_the_same(shop):
    make_methods()
    run_feed("store.orders")
    order = Order.objects.filter(destination="locker").first()
    correct_mobile(order, value="07712 345068", actor="test", at=timezone.now(), version=order.version)

    change(shop, order.number, note="Please ring")
    run_feed("store.orders")

    order.refresh_from_db()
    assert (order.mobile, order.note) == ("+447712345068", "Please ring")


def test_a_new_word_of_the_shop_replaces_the_correction(shop):
    make_methods()
    run_feed("store.orders")
    order = Order.objects.filter(destination="locker").first()
    correct_mobile(order, value="07712 345068", actor="test", at=timezone.now(), version=order.version)

    change(shop, order.number, phones=[{"source": "shipping", "value": "07803 111222"}])
    run_feed("store.orders")

    order.refresh_from_db()
    assert order.mobile == "07803 111222"


def test_an_older_version_never_overwrites_a_newer_one(shop):
    run_feed("store.orders")
    order = Order.objects.first()
    change(shop, order.number, note="new")
    run_feed("store.orders")
    change(shop, order.number, note="old")
    path = shop / "orders" / f"{order.number}.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"updatedAt": "2026-11-01T00:00:00Z"}))

    run_feed("store.orders", full=True)

    order.refresh_from_db()
    assert order.note == "new"


def test_the_rule_that_found_a_fact_is_kept_with_it(shop):
    run_feed("store.orders")

    resolved = Order.objects.exclude(locker_id="").first().resolved_by

    assert set(resolved["locker_id"]) == {"rule", "source"}
    assert resolved["mobile"]["rule"] == "Phone for the delivery"


def test_a_delivery_method_nobody_mapped_is_listed_with_its_count(shop):
    run_feed("store.orders")

    unmapped = CodeMapping.objects.get(raw="inpost_locker")

    assert (unmapped.target, unmapped.seen_count) == ("", Order.objects.filter(delivery_method="inpost_locker").count())


@pytest.mark.parametrize(
    "name",
    ["😀 Ada", "\u202eadA", "Ada\x00Byron", "<script>alert(1)</script>", '=HYPERLINK("http://evil")', "A" * 5000, "Zoë\ud800"],
    ids=["emoji", "rtl", "nul", "script", "formula", "long", "surrogate"],
)
def test_whatever_stands_in_a_name_the_order_is_mirrored(shop, name):
    run_feed("store.orders")
    number = Order.objects.first().number
    path = shop / "orders" / f"{number}.json"
    body = json.loads(path.read_text()) | {"updatedAt": timezone.now().isoformat()}
    body["shipTo"]["firstName"] = name
    path.write_bytes(json.dumps(body).encode())

    run = run_feed("store.orders")

    assert run.outcome == "ok"
    stored = Order.objects.get(number=number).first_name
    assert "\x00" not in stored
    assert len(stored) <= 100


def test_a_note_of_ten_megabytes_is_cut_and_the_order_goes_on(shop):
    run_feed("store.orders")
    number = Order.objects.first().number
    change(shop, number, note="x" * 10_000_000)

    run = run_feed("store.orders")

    assert run.rejected == 0
    assert len(Order.objects.get(number=number).note) == 5_000


def test_reading_costs_the_same_statements_for_any_number_of_orders(shop, django_assert_max_num_queries):
    # eleven of them take what the orders sold from stock
    with django_assert_max_num_queries(42):
        run_feed("store.orders")
