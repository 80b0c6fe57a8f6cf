"""What orders take from stock."""

from datetime import UTC, datetime

import pytest

from config.bench.harness import statements
from inventory.actions import allocate, allocate_many, leave, recount
from inventory.models import Allocation, Level
from inventory.queries import sellable_now
from tests.inventory.holding import make_ready

NOON = datetime(2026, 6, 9, 11, 0, tzinfo=UTC)

pytestmark = pytest.mark.django_db


def standing(order: str) -> dict[str, int]:
    return dict(Allocation.objects.filter(order_number=order).values_list("sku", "quantity"))


def test_what_is_sold_is_not_offered_any_more():
    make_ready(3, NOON)
    recount(at=NOON)

    assert allocate("LS-1", {"DRS-1": 2}, at=NOON)

    assert sellable_now(at=NOON) == {"DRS-1": 1}


def test_another_content_replaces_the_one_before():
    allocate("LS-1", {"DRS-1": 2, "DRS-2": 1}, at=NOON)

    allocate("LS-1", {"DRS-1": 1, "DRS-3": 4}, at=NOON)

    assert standing("LS-1") == {"DRS-1": 1, "DRS-3": 4}
    assert dict(Level.objects.values_list("sku", "allocated")) == {"DRS-1": 1, "DRS-2": 0, "DRS-3": 4}


def test_nothing_wanted_gives_everything_back_and_leaves_the_other_orders_alone():
    allocate_many({"LS-1": {"DRS-1": 2}, "LS-2": {"DRS-1": 1}}, at=NOON)

    assert allocate("LS-1", {}, at=NOON)

    assert (standing("LS-1"), standing("LS-2")) == ({}, {"DRS-1": 1})
    assert Level.objects.get().allocated == 1


def test_what_is_so_already_costs_one_statement_and_says_so():
    allocate("LS-1", {"DRS-1": 2}, at=NOON)

    with statements() as asked:
        assert not allocate("LS-1", {"DRS-1": 2}, at=NOON)

    assert asked.count == 1


def test_lines_without_a_sku_or_a_garment_take_nothing():
    assert not allocate("LS-1", {"": 2, "DRS-1": 0}, at=NOON)
    assert not Level.objects.exists()


@pytest.mark.parametrize("number", [3, 30])
def test_many_orders_take_the_same_statements(number):
    with statements() as asked:
        allocate_many({f"LS-{n}": {f"DRS-{n}": 1, "DRS-X": 1} for n in range(number)}, at=NOON)

    assert asked.count <= 10
    assert Level.objects.get(sku="DRS-X").allocated == number


def test_leaving_is_noted_once():
    allocate("LS-1", {"DRS-1": 1}, at=NOON)

    assert (leave(["LS-1"], at=NOON), leave(["LS-1"], at=NOON)) == (1, 0)
    assert Level.objects.get().allocated == 1
