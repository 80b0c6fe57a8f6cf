"""The counters, beside the pure rules applied garment by garment."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from config.bench.harness import statements
from inventory.actions import allocate, recount, ripen
from inventory.models import Allocation, BufferRule, Garment, Level
from inventory.queries import sellable_now
from inventory.rules import is_ripe, sellable, still_to_take
from partners.models import CodeMapping
from tests.inventory.holding import make_garment, make_ready, make_status, stock_file_of

NOON = datetime(2026, 6, 9, 11, 0, tzinfo=UTC)
SKUS = ["DRS-1", "DRS-2", "BOX/3", "ø 4"]
HOURS = st.integers(-24 * 7, 24 * 7)

pytestmark = pytest.mark.django_db


def one_by_one(sku: str, *, at: datetime) -> tuple[int, int]:
    """(sellable, present in sellable states) by the pure rules."""
    level = Level.objects.get(sku=sku)
    meanings = {row.pk: row for row in CodeMapping.objects.filter(kind="stock_status")}
    buffer = timedelta(hours=level.buffer_hours)
    here = [
        garment
        for garment in Garment.objects.filter(sku=sku, missing_since=None)
        if meanings[garment.status_id].target and meanings[garment.status_id].flags.get("sellable") and not garment.doubted_since
    ]
    ripe = sum(is_ripe(since=garment.since, buffer=buffer, at=at) for garment in here)
    sold = sum(still_to_take(sold=row.quantity, picked=picked(row, meanings)) for row in Allocation.objects.filter(sku=sku))
    return sellable(ripe=ripe, allocated=sold, reserve=level.reserve), len(here)


def picked(row: Allocation, meanings: dict[int, CodeMapping]) -> int:
    """Garments in the last file that ACS shows as picked for this order."""
    here = Garment.objects.filter(sku=row.sku, missing_since=None)
    return sum(garment.order_number == row.order_number and meanings[garment.status_id].target == "allocated" for garment in here)


garments = st.lists(
    st.tuples(st.sampled_from(SKUS), st.integers(0, 4), HOURS, st.booleans(), st.booleans(), st.sampled_from(["", "LS-1", "LS-1", "LS-9"])),
    max_size=25,
)
meanings = st.lists(st.sampled_from(["ready", "ready-but-kept", "processing", "allocated", ""]), min_size=5, max_size=5)
sold = st.dictionaries(st.tuples(st.sampled_from(["LS-1", "LS-2"]), st.sampled_from(SKUS)), st.integers(1, 4), max_size=5)
buffers = st.dictionaries(st.sampled_from(SKUS), st.integers(0, 24 * 8), max_size=3)
reserves = st.dictionaries(st.sampled_from(SKUS), st.integers(0, 3), max_size=3)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(garments, meanings, sold, buffers, reserves, st.integers(0, 24 * 9))
def test_the_counters_say_what_the_rules_say_garment_by_garment(garments, meanings, sold, buffers, reserves, later):
    for model in (Garment, Level, Allocation, BufferRule):
        model.objects.all().delete()
    statuses = [
        make_status(f"Status {n}", "ready" if meaning.startswith("ready") else meaning, sellable=meaning == "ready")
        for n, meaning in enumerate(meanings)
    ]
    for sku, status, hours, missing, doubted, number in garments:
        since = NOON - timedelta(hours=hours)
        then = {"missing_since": NOON if missing else None, "doubted_since": NOON if doubted else None}
        then["order_number"] = number
        make_garment(statuses[status], sku, since=since, **then)
    for sku, hours in buffers.items():
        BufferRule.objects.create(scope="sku", value=sku, hours=hours, made_at=NOON)
    for order in ("LS-1", "LS-2"):
        allocate(order, {sku: count for (number, sku), count in sold.items() if number == order}, at=NOON)
    recount(at=NOON)
    for sku, kept in reserves.items():
        Level.objects.filter(sku=sku).update(reserve=kept)

    then = NOON + timedelta(hours=later)
    now = sellable_now(at=then)

    for sku, quantity in now.items():
        expected, present = one_by_one(sku, at=then)
        assert quantity == expected
        assert 0 <= quantity <= present
    before = list(Level.objects.order_by("sku").values("sku", "on_hand", "missing", "ripe", "waiting", "allocated"))
    assert sum(row["on_hand"] for row in before) == Garment.objects.filter(missing_since=None).count()
    ripen(at=then)
    recount(SKUS, at=then)
    assert {sku: quantity for sku, quantity in sellable_now(at=then).items() if sku in now} == now


def test_a_text_nobody_has_mapped_is_on_hand_and_never_sellable():
    make_ready(2, NOON)
    make_garment(make_status("New words", ""), since=NOON - timedelta(days=30))

    recount(at=NOON)

    assert Level.objects.get().on_hand == 3
    assert sellable_now(at=NOON + timedelta(days=99)) == {"DRS-1": 2}


def test_a_garment_is_sold_from_the_instant_its_buffer_ends():
    make_ready(1, NOON, days=0)
    recount(at=NOON)

    moments = [NOON + timedelta(hours=72) + timedelta(seconds=seconds) for seconds in (-1, 0)]

    assert [sellable_now(at=moment) for moment in moments] == [{"DRS-1": 0}, {"DRS-1": 1}]


def test_what_has_ripened_is_counted_anew_and_then_there_is_nothing_to_do():
    make_ready(1, NOON, days=0)
    recount(at=NOON)

    assert ripen(at=NOON + timedelta(hours=71)) == 0
    assert ripen(at=NOON + timedelta(hours=72)) == 1
    level = Level.objects.get()
    assert (level.ripe, level.waiting, level.ripening, level.ripens_at) == (1, 0, [], None)
    with statements() as asked:
        assert ripen(at=NOON + timedelta(hours=73)) == 0
    assert asked.count == 1


@pytest.mark.parametrize(("days", "ripe", "waiting"), [(10, 2, 1), (1, 3, 0)])
def test_a_doubted_garment_is_on_hand_and_neither_ripe_nor_waiting(days, ripe, waiting):
    make_ready(3, NOON)
    make_ready(1, NOON, days=1)
    [doubted, *_] = Garment.objects.filter(since=NOON - timedelta(days=days)).values_list("pk", flat=True)
    Garment.objects.filter(pk=doubted).update(doubted_since=NOON)

    recount(at=NOON)

    level = Level.objects.get()
    assert (level.on_hand, level.ripe, level.waiting, len(level.ripening)) == (4, ripe, waiting, waiting)
    assert sellable_now(at=NOON + timedelta(days=9)) == {"DRS-1": 3}


@pytest.mark.parametrize(
    ("number", "state", "sold"),
    [("LS-1", "allocated", 1), ("", "allocated", 2), ("LS-2", "allocated", 2), ("LS-1", "quarantine", 2)],
)
def test_a_garment_that_acs_shows_as_picked_for_its_order_is_not_taken_away_twice(number, state, sold):
    make_ready(4, NOON)
    make_garment(make_status("Picked", state), since=NOON, order_number=number)

    allocate("LS-1", {"DRS-1": 2}, at=NOON)
    by_selling = Level.objects.get().allocated
    recount(at=NOON)

    assert by_selling == Level.objects.get().allocated == sold
    assert sellable_now(at=NOON) == {"DRS-1": 4 - sold}


def test_more_picked_than_an_order_wants_gives_nothing_to_another():
    make_ready(4, NOON)
    for _ in range(3):
        make_garment(make_status("Picked", "allocated"), since=NOON, order_number="LS-1")

    allocate("LS-1", {"DRS-1": 1}, at=NOON)
    allocate("LS-2", {"DRS-1": 1}, at=NOON)
    recount(at=NOON)

    assert sellable_now(at=NOON) == {"DRS-1": 3}


def test_a_missing_garment_is_not_sold():
    make_ready(2, NOON)
    Garment.objects.filter(pk=Garment.objects.first().pk).update(missing_since=NOON, missing_files=1)

    recount(["DRS-1"], at=NOON)

    level = Level.objects.get()
    assert (level.on_hand, level.missing, level.ripe) == (1, 1, 1)


def test_counting_again_writes_nothing():
    make_ready(3, NOON)
    recount(at=NOON)

    with statements() as asked:
        recount(at=NOON + timedelta(hours=1))

    assert [sql for sql in asked.sql if sql.startswith(("INSERT", "UPDATE"))] == []
    assert Level.objects.get().counted_at == NOON


@pytest.mark.parametrize("number", [3, 30])
def test_counting_takes_the_same_statements_for_three_skus_and_for_thirty(number):
    for n in range(number):
        make_ready(1, NOON, f"DRS-{n}")

    with statements() as first:
        recount([f"DRS-{n}" for n in range(number)], at=NOON)

    assert first.count <= 14
    assert Level.objects.filter(ripe=1).count() == number


def test_a_long_buffer_of_one_sku_leaves_the_others_alone():
    make_ready(1, NOON, "DRS-1", days=5)
    make_ready(1, NOON, "DRS-2", days=5)
    BufferRule.objects.create(scope="sku", value="DRS-2", hours=24 * 6, made_at=NOON)

    recount(at=NOON)

    assert sellable_now(at=NOON) == {"DRS-1": 1, "DRS-2": 0}


def test_what_left_counts_until_a_file_of_later():
    make_ready(2, NOON)
    stock_file_of(NOON - timedelta(hours=1))
    allocate("LS-1", {"DRS-1": 1}, at=NOON)
    Allocation.objects.update(left_at=NOON)

    recount(at=NOON)
    assert Level.objects.get().allocated == 1
    stock_file_of(NOON + timedelta(hours=1))
    recount(["ANOTHER"], at=NOON + timedelta(hours=1))

    assert Level.objects.get(sku="DRS-1").allocated == 0
    assert not Allocation.objects.exists()


def test_a_sku_of_more_than_can_be_named_is_counted_with_all_others(monkeypatch):
    monkeypatch.setattr("inventory.actions.levels.AT_ONCE", 2)
    for n in range(4):
        make_ready(1, NOON, f"DRS-{n}")

    assert recount(["DRS-0", "DRS-1", "DRS-2"], at=NOON) == 4
