"""What comes back in a seeded world, and that the plan says of it what the feed does."""

import csv
from collections import Counter
from datetime import timedelta

import pytest

from partners.sandbox.inpost.scripts import HAPPY
from partners.sandbox.returned.cases import CASES
from partners.sandbox.returned.files import costs_csv
from partners.sandbox.warehouse import words
from partners.sandbox.world import World
from tests.partners.sandbox.conftest import START


@pytest.fixture(scope="module", params=[7, 8, 101])
def few(request) -> World:
    return World(request.param, start=START)


@pytest.fixture(scope="module")
def costs(seven) -> list[dict[str, str]]:
    return list(csv.DictReader(costs_csv(seven.returned).splitlines()))


def fates(world: World) -> Counter[str]:
    return Counter(one["fate"] for one in world.plan()["returned"].values())


class TestDeciding:
    def test_the_same_seed_brings_back_the_same(self, seven):
        again = World(7, start=START)

        assert (again.returned.returns, again.plan()["returned"]) == (seven.returned.returns, seven.plan()["returned"])
        assert World(8, start=START).plan()["returned"] != seven.plan()["returned"]

    def test_every_world_shows_every_case(self, few):
        found = Counter((one["kind"], one["fate"]) for one in few.plan()["returned"].values())

        assert found == Counter((case.kind, case.fate) for case in CASES) + Counter({("unmatched", ""): 1})

    @pytest.mark.parametrize("seed", [7, 8, 9])
    def test_a_small_world_has_one_each_to_approve_refuse_and_reverse(self, seed):
        assert {"approve", "refuse", "reverse"} <= set(fates(World(seed, 60, 80, start=START)))

    def test_the_counts_are_those_of_the_fates(self, few):
        counts, by_fate = few.plan()["write_offs"], fates(few)

        assert counts["ber"] == sum(count for fate, count in by_fate.items() if fate) == 16
        assert counts["approved"] == counts["posted"] == counts["verified"] == by_fate["approve"] + by_fate["reverse"] == 12
        assert (counts["refused"], counts["reversed"], counts["in_ledger"], counts["in_ledger_twice"]) == (1, 1, 13, 0)

    def test_it_comes_back_from_an_order_with_which_all_goes_well(self, few):
        orders = {order.number: order for order in few.orders}
        matched = [one for one in few.plan()["returned"].values() if one["kind"] != "unmatched"]

        assert {few.fates.scripts[one["order"]] for one in matched} == {HAPPY}
        assert len({one["order"] for one in matched}) == len({one["sku"] for one in matched}) == len(matched)
        assert all(one["sku"] in [line["sku"] for line in orders[one["order"]].body["lines"]] for one in matched)

    def test_no_garment_that_may_be_sold_comes_back(self, few):
        back = [few.stock.garments[rfid] for rfid, one in few.plan()["returned"].items() if one["kind"] != "unmatched"]

        assert {one.history[-1] for one in back} <= {words.RECEIPTED, words.INSPECTION}
        assert all(one.to_come == [words.BER] for one in back if few.returned.told[one.rfid].case.fate in ("approve", "reverse"))

    def test_times_follow_one_another(self, few):
        orders = {order.number: order for order in few.orders}
        for ret in few.returned.returns.values():
            placed = orders[ret.order].placed_at if ret.order in orders else START - timedelta(days=2)
            times = [placed, ret.arrived_at, *(item.graded_at for item in ret.items if item.graded_at), START]
            assert times == sorted(times)
            assert all(ret.arrived_at < photo.taken_at <= item.graded_at for item in ret.items for photo in item.photos)

    def test_one_garment_is_told_of_twice_and_counted_once(self, few):
        told = Counter(item.rfid for ret in few.returned.returns.values() for item in ret.items)

        assert sorted(told.values())[-2:] == [1, 2]
        assert len(told) == len(few.plan()["returned"])

    def test_what_is_beyond_repair_has_its_evidence(self, few):
        ber = [item for ret in few.returned.returns.values() for item in ret.items if item.grade == "BER"]

        assert all(len(item.photos) == 2 and item.reason and item.note and item.grader and item.repair_pence for item in ber)
        by_grader = Counter(item.grader for item in {item.rfid: item for item in ber}.values())
        assert max(by_grader.values()) <= 2


class TestCosts:
    def test_every_garment_that_came_back_has_a_line_but_one(self, seven, costs):
        known = {row["rfid"] for row in costs} - {""}
        without = [one for rfid, one in seven.plan()["returned"].items() if rfid not in known and one["kind"] != "unmatched"]

        assert [one["fate"] for one in without] == ["no_cost"]
        assert without[0]["sku"] not in {row["sku"] for row in costs}

    def test_the_plan_says_what_it_stands_at(self, seven, costs):
        rows = {row["rfid"]: row for row in costs if row["rfid"]}
        for rfid, row in rows.items():
            planned = seven.plan()["returned"][rfid]
            assert planned["carrying_pence"] == int(row["cost_pence"]) - int(row["depreciation_pence"]) > 0
            assert planned["ledger_class"] == row["ledger_class"]

    def test_every_ledger_class_is_there(self, few):
        classes = Counter(one["ledger_class"] for one in few.plan()["returned"].values() if one["grade"] == "BER")

        assert classes["consigned"] == 1
        assert classes["stock"] >= 4
        assert classes["hire_fleet"] >= 2

    def test_what_finance_approves_is_small_and_one_is_not(self, few):
        approved = [one for one in few.plan()["returned"].values() if one["fate"] in ("approve", "reverse")]
        small = [one["carrying_pence"] for one in approved if one["approver"] == "finance"]
        large = [one["carrying_pence"] for one in approved if one["approver"] == "finance_manager"]

        assert max(small) <= 10_000
        assert large == [24_000]
        assert len(small) == 11
