"""What a person corrects is written once, with its audit row, and has the orders checked again."""

from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django_q.models import OrmQ

from exceptions_queue.models import AuditEntry
from inventory.actions import NOT_THERE, RECHECK, Stale, correct_product, set_size
from inventory.models import Product
from tests.inventory.builders import LONG_AGO, make_product

pytestmark = pytest.mark.django_db

SIZE = {"length_mm": 350, "width_mm": 260, "height_mm": 40, "weight_g": 520}


def rung() -> list[str]:
    return [row.task["func"] for row in OrmQ.objects.all()]


def test_a_size_is_saved_with_its_audit_row_and_the_orders_are_checked_again(noon: datetime):
    product = make_product()

    set_size(product.sku, **SIZE, actor="system:test", at=noon)

    product.refresh_from_db()
    entry = AuditEntry.objects.get()
    assert (product.length_mm, product.source, product.changed_at) == (350, "desk", noon)
    assert (entry.verb, entry.subject_label, entry.before, entry.after) == (
        "product corrected",
        product.sku,
        {"length_mm": 340},
        {"length_mm": 350},
    )
    assert rung() == [RECHECK]


def test_a_sku_that_nobody_described_becomes_a_product(noon: datetime):
    set_size("NEW-1", **SIZE, actor="system:test", at=noon)

    product = Product.objects.get()
    assert (product.sku, product.length_mm, product.rigid, product.source) == ("NEW-1", 350, True, "desk")
    assert AuditEntry.objects.get().before == dict.fromkeys(SIZE)


def test_a_product_described_by_nothing_still_says_who_made_it(noon: datetime):
    correct_product("NEW-1", {"rigid": True}, actor="system:test", at=noon)

    assert AuditEntry.objects.get().subject_label == "NEW-1"


def test_saying_what_stands_there_writes_nothing(noon: datetime):
    product = make_product(**SIZE)

    correct_product(product.sku, SIZE, actor="system:test", at=noon, seen=LONG_AGO)

    assert Product.objects.get().changed_at == LONG_AGO
    assert (AuditEntry.objects.count(), OrmQ.objects.count()) == (0, 0)


def test_the_second_of_two_people_is_told_and_nothing_is_written(noon: datetime):
    product = make_product()
    correct_product(product.sku, SIZE, actor="system:first", at=noon, seen=LONG_AGO)

    with pytest.raises(Stale) as refusal:
        correct_product(product.sku, SIZE | {"length_mm": 1}, actor="system:second", at=noon + timedelta(minutes=1), seen=LONG_AGO)

    assert refusal.value.product.length_mm == 350
    assert Product.objects.get().length_mm == 350
    assert AuditEntry.objects.count() == 1


def test_a_product_that_somebody_described_meanwhile_is_not_overwritten(noon: datetime):
    correct_product("NEW-1", SIZE, actor="system:first", at=noon, seen=NOT_THERE)

    with pytest.raises(Stale):
        correct_product("NEW-1", SIZE | {"length_mm": 1}, actor="system:second", at=noon, seen=NOT_THERE)


def test_nothing_is_left_when_the_transaction_fails(noon: datetime):
    with pytest.raises(IntegrityError), transaction.atomic():
        set_size("NEW-1", **SIZE | {"length_mm": -1}, actor="system:test", at=noon)

    assert (Product.objects.count(), AuditEntry.objects.count(), OrmQ.objects.count()) == (0, 0, 0)


def test_only_what_the_desk_may_say_can_be_said(noon: datetime):
    with pytest.raises(ValueError, match="name"):
        correct_product("A-1", {"name": "Dress"}, actor="system:test", at=noon)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_of_two_people_who_save_at_once_one_is_told(noon: datetime, race):
    make_product()

    def save(length: int) -> None:
        correct_product("DRS-0012-10", SIZE | {"length_mm": length}, actor="system:test", at=noon, seen=LONG_AGO)

    assert sorted(race(save, [350, 360])) == ["Stale", "ok"]
    assert AuditEntry.objects.count() == 1
