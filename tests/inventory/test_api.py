"""A program asks how many of a SKU may be sold."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.utils import timezone

from inventory.actions import allocate, recount
from inventory.models import Level
from inventory.queries import waterfall_of
from tests.callers import Caller, is_problem, load_roles, of_role
from tests.inventory.holding import make_garment, make_ready, make_status, stock_file_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def caller() -> Caller:
    cache.clear()
    load_roles()
    return of_role("viewer", "stock:read")


@pytest.fixture
def stock():
    """Of DRS/1 seven are on hand: four ripe, one waiting, one in processing, one in a text nobody has mapped; one is missing."""
    now = timezone.now()
    make_ready(4, now, "DRS/1")
    make_ready(1, now, "DRS/1", days=1)
    make_garment(make_status("Processing", "processing", bucket="quality_control"), "DRS/1", since=now)
    make_garment(make_status("New words", ""), "DRS/1", since=now)
    make_garment(make_status(), "DRS/1", since=now - timedelta(days=9), missing_since=now)
    stock_file_of(now)
    recount(at=now)
    allocate("LS-1", {"DRS/1": 2}, at=now)
    Level.objects.update(reserve=1)


def test_every_term_is_told(caller, stock):
    told = caller.get("stock/DRS/1/").json()

    terms = ("on_hand", "missing", "waiting", "ripe", "allocated", "reserve", "sellable", "buffer_hours", "stale")
    assert [told[term] for term in terms] == [7, 1, 1, 4, 2, 1, 1, 72, False]
    assert told["buckets"] == {"available": 4, "safety_stock": 1, "quality_control": 1, "reserved": 1}
    assert {row["raw"]: (row["state"], row["count"], row["sellable"]) for row in told["by_state"]} == {
        "Ready": ("ready", 5, True),
        "Processing": ("processing", 1, False),
        "New words": ("", 1, False),
    }
    assert told["ripens_at"] > told["as_of"]


def test_what_is_doubted_is_on_hand_and_reserved(caller, stock):
    now = timezone.now()
    make_garment(make_status(), "DRS/1", since=now - timedelta(days=9), doubted_since=now)
    make_garment(make_status("Processing", "processing", bucket="quality_control"), "DRS/1", since=now, doubted_since=now)
    recount(at=now)

    told = caller.get("stock/DRS/1/").json()

    assert (told["on_hand"], told["ripe"], told["waiting"], told["sellable"]) == (9, 4, 1, 1)
    assert told["buckets"] == {"available": 4, "safety_stock": 1, "quality_control": 2, "reserved": 2}
    assert sum(told["buckets"].values()) == sum(row["count"] for row in told["by_state"]) == 9


def test_what_has_ripened_since_it_was_counted_is_told_as_ripe(stock):
    later = waterfall_of("DRS/1", at=timezone.now() + timedelta(days=3))

    assert (later.ripe, later.waiting, later.ripens_at, later.sellable, later.stale) == (5, 0, None, 2, True)
    assert sum(later.buckets.values()) == later.on_hand == sum(state.count for state in later.states)


def test_a_sku_nobody_named_is_not_there(caller):
    assert "named this SKU" in is_problem(caller.get("stock/NO-1/"), 404, "not_found")["detail"]


def test_it_takes_the_scope():
    load_roles()

    is_problem(of_role("viewer", "lockers:read").get("stock/DRS-1/"), 403, "scope")


def test_it_costs_the_same_with_three_garments_and_thirty(caller, django_assert_num_queries):
    for sku, number in (("DRS-3", 3), ("DRS-30", 30)):
        make_ready(number, timezone.now(), sku)
    recount(at=timezone.now())
    caller.get("stock/DRS-3/")

    for sku in ("DRS-3", "DRS-30"):
        with django_assert_num_queries(5):
            assert caller.get(f"stock/{sku}/").status_code == 200
