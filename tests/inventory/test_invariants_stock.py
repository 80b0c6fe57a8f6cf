"""What must be true of stock, and that its breach is noticed."""

from datetime import UTC, datetime, timedelta

import pytest

from config.bench.harness import statements
from inventory.actions import allocate, recount
from inventory.invariants import the_counters_equal_a_recount, what_nobody_mapped_is_not_for_sale
from inventory.models import Allocation, Garment, Level
from partners.models import CodeMapping
from tests.inventory.holding import make_garment, make_ready, make_status

NOON = datetime(2026, 6, 9, 11, 0, tzinfo=UTC)
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def stock(db):
    make_ready(3, NOON)
    make_ready(1, NOON, days=1)
    make_garment(make_status("New words", ""), since=NOON)
    allocate("LS-1", {"DRS-1": 1}, at=NOON)
    recount(at=NOON)


def test_what_is_counted_holds_now_and_after_something_has_ripened():
    for at in (NOON, NOON + timedelta(days=5)):
        assert the_counters_equal_a_recount(at) == []
        assert what_nobody_mapped_is_not_for_sale(at) == []


@pytest.mark.parametrize(
    "spoil",
    [
        lambda: Level.objects.update(ripe=2),
        lambda: Level.objects.update(missing=1),
        lambda: Allocation.objects.all().delete(),
        lambda: Garment.objects.filter(since=NOON).update(missing_since=NOON, missing_files=1),
        lambda: make_ready(1, NOON, "DRS-2"),
    ],
)
def test_a_counter_that_is_not_so_is_named(spoil):
    spoil()

    [breach] = the_counters_equal_a_recount(NOON)

    assert breach.startswith("DRS-")


def test_a_meaning_taken_away_behind_our_back_is_noticed():
    CodeMapping.objects.filter(raw="Ready").update(target="")

    assert what_nobody_mapped_is_not_for_sale(NOON) == ["4 garments may be sold, but 0 are in a state that may"]


def test_a_doubt_that_was_not_counted_is_noticed_twice_and_a_counted_one_never():
    Garment.objects.filter(pk=Garment.objects.order_by("pk")[0].pk).update(doubted_since=NOON)

    assert [breach.split()[0] for breach in the_counters_equal_a_recount(NOON)] == ["DRS-1"]
    assert what_nobody_mapped_is_not_for_sale(NOON) == ["4 garments may be sold, but 3 are in a state that may"]
    recount(at=NOON)
    assert (the_counters_equal_a_recount(NOON), what_nobody_mapped_is_not_for_sale(NOON)) == ([], [])


@pytest.mark.parametrize("number", [3, 30])
def test_looking_takes_the_same_statements_for_three_skus_and_for_thirty(number):
    for n in range(number):
        make_ready(1, NOON, f"DRS-{n + 10}")
    recount(at=NOON)

    with statements() as asked:
        assert the_counters_equal_a_recount(NOON) == []

    assert asked.count == 9
