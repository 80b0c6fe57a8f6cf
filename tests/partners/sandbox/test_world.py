"""The seeded world: the same from the same seed, every fault in it, and nothing wrong with what is not faulty."""

import json
import re
from collections import Counter
from datetime import timedelta

import phonenumbers
import pytest

from partners.sandbox.faulty import KINDS
from partners.sandbox.orders import Order
from partners.sandbox.points import takes_everything
from partners.sandbox.world import World
from tests.partners.sandbox.conftest import START, good, locker_of

# product.md §3: compartments in mm, 0.7 for what is soft, 0.85 of the room, 15 kg with 150 g of packing.
COMPARTMENTS = {"A": (80, 380, 640), "B": (190, 380, 640), "C": (410, 380, 640)}


@pytest.fixture(scope="module")
def by_kind(seven) -> dict[str, Order]:
    return {order.kind: order for order in seven.orders if order.kind}


def needed_size(world: World, order: Order) -> str:
    products = {product.sku: product for product in world.products}
    items = [products[line["sku"]] for line in order.body["lines"] for _ in range(line["quantity"])]
    if sum(item.weight for item in items) + 150 > 15_000:
        return ""
    volume = sum(item.length * item.width * item.height * (1 if item.rigid else 0.7) for item in items)
    rigid = [sorted((item.length, item.width, item.height)) for item in items if item.rigid]
    for size, limits in COMPARTMENTS.items():
        sides = sorted(limits)
        if volume <= 0.85 * sides[0] * sides[1] * sides[2] and all(
            side <= limit for item in rigid for side, limit in zip(item, sides, strict=True)
        ):
            return size
    return ""


def is_mobile(raw: str) -> bool:
    number = phonenumbers.parse(raw, "GB")
    uk = phonenumbers.region_code_for_number(number) in ("GB", "IM", "GG", "JE")
    return uk and phonenumbers.is_valid_number(number) and phonenumbers.number_type(number) == phonenumbers.PhoneNumberType.MOBILE


class TestSameSeedSameWorld:
    def test_twice_is_equal_to_the_byte(self, seven):
        again = World(7, start=START)

        assert again.plan() == seven.plan()
        assert [order.body for order in again.orders] == [order.body for order in seven.orders]
        assert again.points == seven.points
        assert again.products == seven.products

    def test_another_seed_is_another_world(self, seven):
        assert World(8, start=START).plan()["faults"] != seven.plan()["faults"]


class TestPlan:
    def test_every_fault_is_there_in_every_world(self, full):
        assert set(full.plan()["kinds"].values()) == {kind.name for kind in KINDS}

    def test_one_in_eight_is_faulty_and_the_counts_agree(self, full):
        plan = full.plan()

        assert plan["orders"]["mirrored"] == len(full.orders) == 300
        assert sum(plan["orders"]["held"].values()) == len(plan["faults"]) == 300 // 8
        assert Counter(plan["faults"].values()) == plan["orders"]["held"]
        assert plan["faults"].keys() == plan["kinds"].keys() == plan["answers"].keys()
        assert all(plan["answers"].values())

    def test_the_plan_is_json(self, seven):
        assert json.loads(json.dumps(seven.plan())) == seven.plan()

    @pytest.mark.parametrize("count", [0, 1, 2, 5, 36, 37, 1_000])
    def test_any_number_of_orders_makes_a_world(self, count):
        world = World(7, count, start=START)

        assert len({order.number for order in world.orders}) == count
        assert len(world.plan()["faults"]) == {0: 0, 1: 0, 2: 0, 5: 2, 36: 33, 37: 33, 1_000: 125}[count]

    def test_no_order_is_the_double_of_two(self):
        world = World(7, 2_000, start=START)
        alike = Counter(order.body["email"] for order in world.orders if order.body["email"])

        assert max(alike.values()) == 2


class TestGoodOrders:
    def test_a_mobile_is_a_valid_uk_mobile(self, full):
        wrong = [order.body["phones"][0]["value"] for order in good(full) if not is_mobile(order.body["phones"][0]["value"])]

        assert wrong == []

    def test_no_mobile_looks_made_up(self, full):
        digits = [re.sub(r"\D", "", order.body["phones"][0]["value"])[-6:] for order in good(full)]

        assert not [six for six in digits if len(set(six)) < 3 or six in "01234567890" or six in "09876543210"]

    def test_name_mail_and_address_are_whole(self, full):
        for order in good(full):
            ship = order.body["shipTo"]
            assert all(ship[name] for name in ("firstName", "lastName", "address1", "city"))
            assert re.fullmatch(r"[^@\s]+@[^@\s]+\.\w+", order.body["email"])
            assert re.fullmatch(r"[A-Z]{1,2}\d[A-Z\d]? ?\d[ABD-HJLNP-UW-Z]{2}", ship["zip"].upper())

    def test_a_locker_order_fits_its_open_locker(self, full):
        lockers = [order for order in good(full) if order.body["service"]["code"] == "inpost_locker"]
        for order in lockers:
            point = full.points[locker_of(order)]
            assert takes_everything(point)
            assert needed_size(full, order) in point["locker_availability"]["details"]

        assert 0.75 < len(lockers) / len(good(full)) < 0.85

    def test_home_orders_name_no_locker(self, full):
        assert {locker_of(order) for order in good(full) if order.body["service"]["code"] != "inpost_locker"} == {""}

    def test_hire_dates_follow_each_other_and_lie_ahead(self, full):
        hires = [order for order in good(full) if order.is_hire]
        for order in hires:
            dates = [order.body["attributes"][f"{name} Date"] for name in ("Dispatch", "Delivery", "Event", "Return")]
            assert START.date().isoformat() < dates[0] < dates[1] < dates[2] < dates[3]

        assert len(hires) > 30

    def test_every_sku_is_known_to_acs_and_sized(self, full):
        sound = {p.sku for p in full.products if p.at_acs and None not in (p.length, p.width, p.height, p.weight)}

        assert {line["sku"] for order in good(full) for line in order.body["lines"]} <= sound

    def test_nobody_ordered_twice_but_in_the_duplicates(self, full):
        emails = Counter(order.body["email"] for order in good(full))

        assert set(emails.values()) == {1}

    def test_they_come_one_after_the_other_over_five_days(self, full):
        placed = [order.placed_at for order in good(full)]

        assert placed == sorted(placed)
        assert placed[0] - (START - timedelta(days=5)) < timedelta(hours=2)
        assert placed[-1] <= START - timedelta(minutes=20)
        assert placed[-1] > START - timedelta(hours=4)

    def test_they_are_as_untidy_as_people(self, seven):
        phones = [order.body["phones"][0]["value"] for order in good(seven)]
        names = "".join(order.body["shipTo"]["firstName"] + order.body["shipTo"]["lastName"] for order in good(seven))
        postcodes = [order.body["shipTo"]["zip"] for order in good(seven)]

        assert any(phone.startswith("+44 ") for phone in phones)
        assert any(phone.startswith("0044") for phone in phones)
        assert any(re.sub(r"\D", "", phone)[-10:].startswith("7624") for phone in phones)
        assert "'" in names
        assert not names.isascii()
        assert any(" " not in postcode for postcode in postcodes)
        assert any(postcode.islower() or postcode != postcode.upper() for postcode in postcodes)
        assert {tuple(order.body["metafields"]) for order in good(seven)} == {(), ("lockers.point",)}


class TestFaults:
    @pytest.mark.parametrize("kind", [kind.name for kind in KINDS if kind.code in ("VAL-MOB-FORMAT", "VAL-MOB-MISSING")])
    def test_the_mobile_alone_is_wrong_and_the_answer_right(self, by_kind, seven, kind):
        order = by_kind[kind]

        assert is_mobile(order.answer["mobile"])
        assert locker_of(order) in seven.points
        assert order.body["email"]

    def test_the_closed_lockers_are_closed(self, by_kind, seven):
        statuses = {kind: seven.points[locker_of(by_kind[kind])]["status"] for kind in ("locker out of service", "locker disabled")}

        assert statuses == {"locker out of service": "NonOperating", "locker disabled": "Disabled"}

    def test_the_locker_that_lacks_the_size_is_open(self, by_kind, seven):
        order = by_kind["locker lacks the size"]
        point = seven.points[locker_of(order)]

        assert point["status"] == "Operating"
        assert needed_size(seven, order) == "C"
        assert set(point["locker_availability"]["details"]) == {"A", "B"}

    @pytest.mark.parametrize("kind", ["parcel too big", "parcel too heavy"])
    def test_what_is_too_much_fits_no_compartment(self, by_kind, seven, kind):
        assert needed_size(seven, by_kind[kind]) == ""

    @pytest.mark.parametrize("kind", ["product without size", "product without height"])
    def test_a_missing_size_becomes_one_that_fits(self, by_kind, seven, kind):
        order = by_kind[kind]
        sku = order.body["lines"][0]["sku"]
        product = next(product for product in seven.products if product.sku == sku)

        assert None in (product.length, product.height)
        assert set(order.answer["sizes"]) == {sku}
        assert set(order.answer["sizes"][sku]) == {"length", "width", "height", "weight"}

    def test_the_unmapped_method_is_not_one_of_the_shops_usual(self, by_kind):
        order = by_kind["method unmapped"]

        assert order.body["service"]["code"] == "evri_parcelshop" == next(iter(order.answer["delivery_method"]))

    @pytest.mark.parametrize(
        ("kind", "late", "before"),
        [
            ("dispatch after delivery", "Delivery", "Dispatch"),
            ("event before delivery", "Event", "Delivery"),
            ("return before event", "Return", "Event"),
        ],
    )
    def test_one_date_is_out_of_order(self, by_kind, kind, late, before):
        order = by_kind[kind]
        dates = order.body["attributes"]

        assert dates[f"{late} Date"] < dates[f"{before} Date"]
        assert list(order.answer["dates"].values()) == sorted(order.answer["dates"].values())

    def test_the_duplicate_is_placed_five_minutes_after_its_good_double(self, by_kind, seven):
        later = by_kind["duplicate"]
        earlier = next(order for order in good(seven) if order.body["email"] == later.body["email"])

        assert later.placed_at - earlier.placed_at == timedelta(minutes=5)
        assert later.body["lines"] == earlier.body["lines"]
        assert later.body["shipTo"] == earlier.body["shipTo"]
        assert later.number > earlier.number

    @pytest.mark.parametrize(("kind", "area"), [("Northern Ireland without customs", "BT"), ("Jersey without customs", "JE")])
    def test_customs_are_missing_where_they_are_needed(self, by_kind, kind, area):
        order = by_kind[kind]

        assert order.body["shipTo"]["zip"].startswith(area)
        assert "customs" not in order.body
        assert order.answer["customs"] == {"contents": "Clothing", "value": order.body["total"]}
