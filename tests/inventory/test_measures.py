"""Several sources measure a product: what is used follows the order, the desk's entry stands, and orders are checked again."""

from datetime import datetime, timedelta

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django_q.models import OrmQ

from exceptions_queue.models import AuditEntry
from inventory.actions import (
    CannotDecide,
    accept_learnt_size,
    decide_again,
    learn_sizes,
    note_packed,
    prefer_source,
    redecide,
    set_size,
    set_source_order,
)
from inventory.models import Measure, Product, SizeCorrection, SourceOrder
from inventory.sync import apply_products, read_products_csv
from tests.inventory.builders import file_of, make_product

pytestmark = pytest.mark.django_db

HEADINGS = "sku,brand,length,width,height,weight,rigid"
ROW = "A-1,Arden,340,260,40,520,no"
PARCEL = (400, 300, 60, 640)


def load(at: datetime, *rows: str) -> None:
    [page] = read_products_csv(file_of(HEADINGS, *rows))("")
    apply_products(page, at)


def pack(at: datetime, sku: str = "A-1", times: int = 3) -> int:
    return note_packed({sku: [PARCEL] * times}, at=at)


def used(sku: str = "A-1") -> tuple:
    return Product.objects.values_list("length_mm", "width_mm", "height_mm", "weight_g", "size_source").get(sku=sku)


def rung() -> list[str]:
    return [row.task["func"] for row in OrmQ.objects.all()]


def test_packed_parcels_decide_from_the_third_on(noon):
    load(noon, ROW)

    assert pack(noon, times=2) == 0
    assert used() == (340, 260, 40, 520, "csv")
    assert rung() == []

    assert pack(noon, times=1) == 1
    assert used() == (400, 300, 60, 640, "acs_measured")
    assert Product.objects.get().rigid is False  # a parcel says nothing of that
    assert rung() == ["orders.tasks.recheck_open"]


def test_a_parcel_that_changes_nothing_rings_nobody(noon):
    load(noon, ROW)
    pack(noon)
    OrmQ.objects.all().delete()

    assert pack(noon + timedelta(days=1), times=1) == 0
    assert rung() == []
    assert Measure.objects.get(source="acs_measured").parcels == 4


def test_a_product_without_a_size_gets_one_from_its_parcels(noon):
    load(noon, "A-1,Arden,,,,,")

    pack(noon)

    assert used() == (400, 300, 60, 640, "acs_measured")


def test_a_parcel_of_a_sku_nobody_described_is_remembered_until_somebody_does(noon):
    pack(noon, sku="NEW-1")
    assert not Product.objects.exists()

    load(noon, "NEW-1,Arden,340,260,40,520,no")

    assert used("NEW-1") == (400, 300, 60, 640, "acs_measured")


def test_the_file_is_kept_and_not_used_while_another_source_decides(noon):
    load(noon, ROW)
    pack(noon)

    load(noon, ROW.replace("340", "350"))

    assert used()[0] == 400
    assert Measure.objects.get(source="csv").length_mm == 350


def test_a_brand_may_hear_its_file_first(noon, admin_user: User):
    load(noon, ROW, ROW.replace("A-1,Arden", "B-1,Wilde"))
    pack(noon)
    pack(noon, sku="B-1")

    set_source_order("Arden", ["csv", "pim", "acs_measured"], actor=admin_user, at=noon)
    assert "inventory.tasks.decide_again" in rung()
    assert decide_again("arden", at=noon) == 1

    assert (used("A-1")[4], used("B-1")[4]) == ("csv", "acs_measured")
    assert AuditEntry.objects.get(verb="order of sources changed").after == {"order": ["csv", "pim", "acs_measured"]}


@pytest.mark.parametrize("written", ["ÉCLAT", "éclat", "Strauß"])
def test_a_brand_is_the_same_in_capitals_whatever_its_letters(written: str, noon, admin_user: User):
    load(noon, ROW.replace("Arden", written))
    pack(noon)

    order = set_source_order(written.swapcase(), ["csv", "pim", "acs_measured"], actor=admin_user, at=noon)

    assert decide_again(order.brand, at=noon) == 1


def test_saying_the_order_that_stands_writes_nothing(noon, admin_user: User):
    for _ in range(2):
        set_source_order("Arden", ["csv", "pim", "acs_measured"], actor=admin_user, at=noon)

    assert AuditEntry.objects.filter(verb="order of sources changed").count() == 1


@pytest.mark.parametrize("order", [[], ["csv"], ["csv", "csv", "pim"], ["csv", "pim", "desk"], ["csv", "pim", "acs_measured", "csv"]])
def test_what_is_no_order_is_refused(order: list[str], noon, admin_user: User):
    with pytest.raises(ValueError, match="Not an order"):
        set_source_order("", order, actor=admin_user, at=noon)

    assert not SourceOrder.objects.exists()


class TestByHand:
    def test_an_entry_stands_until_the_source_that_decides_says_something_new(self, noon, admin_user: User):
        load(noon, ROW)
        pack(noon)
        set_size("A-1", length_mm=390, width_mm=300, height_mm=50, weight_g=600, actor=admin_user, at=noon)

        load(noon, ROW.replace("340", "355"))  # the file is not heard first
        assert redecide(["A-1"], at=noon) == 0
        assert used() == (390, 300, 50, 600, "desk")

        note_packed({"A-1": [(500, 300, 60, 640)] * 4}, at=noon)
        assert used() == (500, 300, 60, 640, "acs_measured")

    def test_an_entry_ends_what_only_the_parcels_said_of_folding(self, noon, admin_user: User):
        load(noon, ROW)
        pack(noon)
        before = SizeCorrection.objects.get().accepted_factor

        set_size("A-1", length_mm=390, width_mm=300, height_mm=50, weight_g=600, actor=admin_user, at=noon)

        assert (before, SizeCorrection.objects.get().accepted_factor) == (1_000, None)

    def test_another_order_does_not_undo_it(self, noon, admin_user: User):
        load(noon, ROW)
        set_size("A-1", length_mm=390, width_mm=300, height_mm=50, weight_g=600, actor=admin_user, at=noon)

        set_source_order("", ["csv", "pim", "acs_measured"], actor=admin_user, at=noon)
        decide_again("", at=noon)

        assert used()[4] == "desk"

    def test_a_customs_fact_entered_by_hand_leaves_the_size_to_its_source(self, noon, admin_user: User):
        from inventory.actions import correct_product

        load(noon, ROW)
        correct_product("A-1", {"hs_code": "62044300"}, actor=admin_user, at=noon)

        assert (used()[4], Product.objects.get().source) == ("csv", "desk")


class TestChoice:
    def test_one_source_may_be_chosen_for_one_product(self, noon, admin_user: User):
        load(noon, ROW)
        pack(noon)
        OrmQ.objects.all().delete()

        prefer_source("A-1", "csv", actor=admin_user, at=noon)

        assert used() == (340, 260, 40, 520, "csv")
        assert rung() == ["orders.tasks.recheck_open"]
        entry = AuditEntry.objects.get(verb="source of the size chosen")
        assert (entry.before["size_source"], entry.after["size_source"]) == ("acs_measured", "csv")

        note_packed({"A-1": [(500, 300, 60, 640)] * 4}, at=noon)
        assert used()[4] == "csv"

        prefer_source("A-1", "", actor=admin_user, at=noon)
        assert used()[4] == "acs_measured"

    def test_it_ends_what_was_entered_by_hand(self, noon, admin_user: User):
        load(noon, ROW)
        set_size("A-1", length_mm=390, width_mm=300, height_mm=50, weight_g=600, actor=admin_user, at=noon)

        prefer_source("A-1", "csv", actor=admin_user, at=noon)

        assert used() == (340, 260, 40, 520, "csv")

    @pytest.mark.parametrize("source", ["pim", "acs_measured", "desk", "x"])
    def test_a_source_that_does_not_know_the_sides_cannot_decide(self, source: str, noon, admin_user: User):
        load(noon, ROW)
        pack(noon, times=2)

        with pytest.raises(CannotDecide):
            prefer_source("A-1", source, actor=admin_user, at=noon)

        assert Product.objects.get().preferred_source == ""


def test_what_was_learnt_of_a_size_counts_the_parcel_as_before_when_parcels_take_over(noon, admin_user: User):
    make_product("A-1")  # 340 × 260 × 40 = 3,536,000 mm³
    learn_sizes({"A-1": [2_036]}, at=noon)  # packed at 400 × 300 × 60 = 7,200,000 mm³
    accept_learnt_size("A-1", factor=2_036, actor=admin_user, at=noon)

    pack(noon)

    learnt = SizeCorrection.objects.get()
    assert (learnt.factor, learnt.accepted_factor, learnt.recent) == (1_000, 1_000, [1_000])


def test_a_parcel_does_not_fold_so_what_it_measures_counts_in_full_while_it_decides(noon, admin_user: User):
    load(noon, ROW)

    pack(noon)
    assert SizeCorrection.objects.get().accepted_factor == 1_000

    prefer_source("A-1", "csv", actor=admin_user, at=noon)
    assert SizeCorrection.objects.get().accepted_factor is None


def test_a_thousand_products_are_decided_again_in_as_many_statements_as_three(noon):
    def statements(count: int, letter: str) -> int:
        skus = [f"{letter}-{number}" for number in range(count)]
        Product.objects.bulk_create(
            [Product(sku=sku, source="csv", size_source="csv", fetched_at=noon, changed_at=noon) for sku in skus], batch_size=500
        )
        Measure.objects.bulk_create(
            [Measure(sku=s, source="csv", length_mm=1, width_mm=1, height_mm=1, weight_g=1, observed_at=noon) for s in skus], batch_size=500
        )
        with CaptureQueriesContext(connection) as queries:
            assert redecide(skus, at=noon) == count
        return len(queries)

    assert statements(180, "B") == statements(3, "A") <= 8 if connection.vendor == "postgresql" else statements(180, "B") <= 20
