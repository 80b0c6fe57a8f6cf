"""How long a garment may stay where it is, learnt from how long others did; and cases that close by themselves."""

from datetime import timedelta

import pytest

from exceptions_queue.catalogue import CATALOGUE, Code
from exceptions_queue.models import ExceptionCase
from inventory.actions import look_at_statuses
from inventory.models import Garment, GarmentChange, Product
from inventory.problems.garments import ENOUGH, limits, stalled
from partners.models import CodeMapping
from tests.inventory.stock.files import DAY_ONE, PROCESSING, READY, row, rows

pytestmark = pytest.mark.django_db
NOW = DAY_ONE + timedelta(days=10)


def moves(garment: Garment, count: int, *, days: int = 40, step: float = 1) -> None:
    """It left processing `count` times over so many days, after 1, 2, 3 … steps of an hour."""
    GarmentChange.objects.bulk_create(
        GarmentChange(garment=garment, was=PROCESSING, became=READY, at=at, since_before=at - timedelta(hours=number * step))
        for number in range(1, count + 1)
        for at in [NOW - timedelta(days=days if number == 1 else 0)]
    )


def test_nine_in_ten_of_two_hundred_moves_is_the_limit_and_fewer_say_nothing(drop):
    drop.read(1, [*rows(9), row(10, PROCESSING)])
    Product.objects.create(sku="SKU-0", category="Dresses", fetched_at=NOW, changed_at=NOW)
    state = {CodeMapping.objects.get(raw=PROCESSING).pk: "processing"}
    garment = Garment.objects.get(rfid="E000010")
    moves(garment, ENOUGH - 1)
    assert limits(state, as_of=NOW) == {}

    GarmentChange.objects.all().delete()
    moves(garment, ENOUGH)

    assert limits(state, as_of=NOW) == {("Dresses", "processing"): timedelta(hours=180)}
    assert list(stalled(as_of=DAY_ONE + timedelta(hours=6, minutes=9) + timedelta(hours=180))) == []
    assert list(stalled(as_of=DAY_ONE + timedelta(hours=6, minutes=11) + timedelta(hours=180))) == [garment.pk]


@pytest.mark.parametrize(("days", "known"), [(28, True), (27, False)])
def test_a_short_history_says_nothing_of_what_takes_long(drop, days, known):
    drop.read(1, [*rows(9), row(10, PROCESSING)])
    state = {CodeMapping.objects.get(raw=PROCESSING).pk: "processing"}

    moves(Garment.objects.get(rfid="E000010"), ENOUGH, days=days)

    assert bool(limits(state, as_of=NOW)) == known


def test_nothing_is_stuck_within_a_day_however_quick_the_others_were(drop):
    drop.read(1, [*rows(9), row(10, PROCESSING)])
    state = {CodeMapping.objects.get(raw=PROCESSING).pk: "processing"}

    moves(Garment.objects.get(rfid="E000010"), ENOUGH, step=0.1)

    assert limits(state, as_of=NOW) == {("", "processing"): timedelta(hours=24)}


def test_a_vanished_garment_may_be_a_loss_so_nobody_waives_it():
    assert CATALOGUE[Code.STK_RFID_MISSING].waivable_by == frozenset()


def test_a_status_that_gets_a_meaning_closes_its_case(drop):
    drop.read(1, [*rows(9), row(10, "Gone to the moon")])
    CodeMapping.objects.filter(raw="Gone to the moon").update(target="lost", flags={"sellable": False})

    look_at_statuses(at=NOW)

    assert ExceptionCase.objects.get().state == "cured"
