"""A rehearsal foretells exactly what publishing does, and writes nothing."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from inventory.actions import recount
from inventory.models import Allocation, Garment, Level
from inventory.queries import forecast, sellable_now
from inventory.states import ItemState
from partners.models import CodeMapping
from tests.inventory.mapped import QUARANTINE, READY, UNMAPPED, allocate, counted, days_before, kept_back, make_garments, make_status

QUERIES = 11
NOON = datetime(2026, 6, 9, 11, 0, tzinfo=UTC)
PICKED = {"target": "allocated", "flags": {"sellable": False, "bucket": "committed"}}
MEANINGS = st.sampled_from([READY, QUARANTINE, UNMAPPED, PICKED, {"target": "ready", "flags": {"sellable": False, "bucket": "reserved"}}])
SKUS = ["A", "B", "C"]
ORDERS = st.sampled_from(["", "LS-0", "LS-1"])
GARMENT = st.tuples(st.sampled_from(SKUS), st.integers(0, 3), st.integers(0, 130), st.booleans(), st.booleans(), ORDERS)
SOLD = st.tuples(st.sampled_from(SKUS), st.integers(1, 4))
KEPT = st.fixed_dictionaries({"reserve": st.integers(0, 2), "hours": st.sampled_from([0, 24, 72, 100])})


class TestForesight(TestCase):
    @settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(
        st.lists(MEANINGS, min_size=4, max_size=4),
        st.lists(GARMENT, max_size=14),
        st.lists(SOLD, max_size=3),
        st.dictionaries(st.sampled_from(SKUS), KEPT),
        st.dictionaries(st.integers(0, 3), MEANINGS, max_size=4),
    )
    def test_what_is_foretold_is_what_a_recount_finds_after_the_change(self, standing, garments, sold, kept, wanted):
        statuses = [make_status(f"status {number}", meaning) for number, meaning in enumerate(standing)]
        for sku, number, hours, missing, doubted, order in garments:
            gone = {"missing_since": NOON, "missing_files": 1} if missing else {}
            came = {"since": NOON - timedelta(hours=hours), "doubted_since": NOON if doubted else None, "order_number": order}
            make_garments(1, sku, statuses[number], **came, **gone)
        for number, (sku, quantity) in enumerate(sold):
            allocate(f"LS-{number}", sku, quantity, at=NOON)
        for sku, terms in kept.items():
            kept_back(sku, **terms, at=NOON)
        recount(at=NOON)
        before = sellable_now(at=NOON)
        meanings = {statuses[number].pk: meaning for number, meaning in wanted.items()}

        told = forecast(meanings, at=NOON)

        for pk, meaning in meanings.items():
            CodeMapping.objects.filter(pk=pk).update(**meaning)
        recount(told.skus, at=NOON)
        after = sellable_now(at=NOON)
        assert {effect.sku: (effect.before, effect.after) for effect in told.told} == {
            sku: (before[sku], after[sku]) for sku in after if before[sku] != after[sku]
        }
        assert told.total == sum(before.values())
        assert told.delta == sum(after.values()) - sum(before.values())
        recount(at=NOON)
        assert sellable_now(at=NOON) == after  # no SKU was left out of the recount


@pytest.mark.django_db
class TestWhatFollows:
    @pytest.fixture
    def new(self, noon):
        return make_status("QUAR-2")

    @pytest.fixture
    def ready(self, noon):
        return CodeMapping.objects.filter(kind="stock_status", target="ready").first() or make_status("Ready", READY)

    def test_garments_come_on_sale_by_their_own_clock(self, new, noon):
        make_garments(3, "A", new, since=days_before(noon, 4))
        make_garments(2, "A", new, since=days_before(noon, 1))
        counted(noon)

        told = forecast({new.pk: READY}, at=noon)

        assert [(e.sku, e.moving, e.units_before, e.units_after, e.before, e.after) for e in told.effects] == [("A", 5, 0, 5, 0, 3)]
        assert (told.garments, told.delta, told.becomes_sellable) == (5, 3, ["QUAR-2"])

    def test_the_newest_orders_lose_first_and_open_cases(self, ready, noon):
        make_garments(5, "A", ready, since=days_before(noon, 4))
        for number, quantity in enumerate((2, 2, 1)):
            allocate(f"LS-{number}", "A", quantity, at=noon - timedelta(hours=9 - number))
        other = make_status("Ready two", READY)
        make_garments(1, "A", other, since=days_before(noon, 4))
        Garment.objects.filter(sku="A", status=ready).order_by("pk").first().delete()
        counted(noon)

        told = forecast({other.pk: QUARANTINE}, at=noon)

        assert [order.number for order in told.orders] == ["LS-2"]
        assert [tuple(case) for case in told.cases] == [("STK-OVERSOLD", 1, 0)]

    def test_what_is_doubted_moves_and_comes_on_sale_for_nobody(self, new, ready, noon):
        make_garments(2, "A", new, since=days_before(noon, 4))
        make_garments(1, "A", new, since=days_before(noon, 4), doubted_since=noon)
        make_garments(1, "A", ready, since=days_before(noon, 1), doubted_since=noon)
        allocate("LS-1", "A", 3, at=noon)
        counted(noon)

        told = forecast({new.pk: READY}, at=noon)

        assert [(e.sku, e.moving, e.units_before, e.units_after, e.before, e.after) for e in told.effects] == [("A", 3, 0, 2, 0, 0)]
        assert [tuple(case) for case in told.cases] == [("STK-UNMAPPED", 0, 1)]  # three are sold, and two are there for them

    def test_what_is_picked_for_an_order_is_there_for_it_though_not_for_sale(self, ready, noon):
        make_garments(2, "A", ready, since=days_before(noon, 4))
        allocate("LS-1", "A", 2, at=noon)
        counted(noon)

        told = forecast({ready.pk: PICKED}, at=noon)

        assert (told.orders, told.cases, told.delta) == ([], [], 0)

    def test_an_order_that_has_left_has_its_garments(self, ready, noon):
        make_garments(1, "A", ready, since=days_before(noon, 4))
        other = make_status("Ready two", READY)
        make_garments(1, "A", other, since=days_before(noon, 4))
        allocate("LS-1", "A", 1, at=days_before(noon, 2))
        Allocation.objects.filter(pk=allocate("LS-2", "A", 1, at=noon).pk).update(left_at=noon)
        counted(noon)

        assert [order.number for order in forecast({other.pk: QUARANTINE}, at=noon).orders] == ["LS-1"]

    def test_a_status_that_gets_a_meaning_closes_its_case_if_a_garment_has_it(self, new, noon):
        unseen = make_status("NEVER-SENT")
        make_garments(1, "A", new, since=noon)

        told = forecast({new.pk: QUARANTINE, unseen.pk: QUARANTINE}, at=noon)

        assert [tuple(case) for case in told.cases] == [("STK-UNMAPPED", 0, 1)]
        assert [tuple(case) for case in forecast({new.pk: UNMAPPED}, at=noon).cases] == []

    def test_what_stays_moves_nothing(self, new, noon):
        make_garments(3, "A", new, since=noon)

        told = forecast({new.pk: UNMAPPED}, at=noon)

        assert (told.garments, told.effects, told.samples) == (0, [], [])

    @pytest.mark.parametrize("flags", [{"sellable": "yes"}, {"sellable": 1}, {}])
    def test_only_a_plain_yes_makes_anything_sellable(self, new, noon, flags):
        make_garments(3, "A", new, since=days_before(noon, 4))

        assert forecast({new.pk: {"target": "ready", "flags": flags}}, at=noon).delta == 0
        assert forecast({new.pk: {"target": "", "flags": {"sellable": True}}}, at=noon).delta == 0

    @pytest.mark.parametrize("skus", [3, 30])
    def test_it_writes_nothing_and_asks_the_same_for_three_skus_and_thirty(self, new, ready, noon, skus, django_assert_num_queries):
        for number in range(skus):
            make_garments(2, f"S{number:02}", ready, since=days_before(noon, 4))
            allocate(f"LS-{number}", f"S{number:02}", 1, at=noon)
        counted(noon)
        standing = [list(model.objects.order_by("pk").values()) for model in (Garment, Level, Allocation, CodeMapping)]

        with django_assert_num_queries(QUERIES) as asked:
            forecast({ready.pk: QUARANTINE}, at=noon)

        assert all(query["sql"].startswith("SELECT") for query in asked.captured_queries)
        assert standing == [list(model.objects.order_by("pk").values()) for model in (Garment, Level, Allocation, CodeMapping)]

    @pytest.mark.parametrize("state", ItemState)
    def test_every_state_can_be_foretold(self, new, noon, state):
        make_garments(1, "A", new, since=days_before(noon, 4))

        assert forecast({new.pk: {"target": state, "flags": {"sellable": False, "bucket": "reserved"}}}, at=noon).garments == 1
