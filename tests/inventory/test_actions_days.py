"""What the night writes: how stock stood, and how long garments take until they are ready. Both databases alike."""

from datetime import date, timedelta
from statistics import quantiles

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from inventory import tasks
from inventory.actions import keep_day, learn_state_times
from inventory.models import GarmentChange, Level, StateTime, StockDay
from tests.inventory.builders import (
    BER,
    HIRE,
    INSPECTION,
    NEW,
    READY,
    REFURBISHMENT,
    counted,
    make_change,
    make_garments,
    make_much_stock,
    make_product,
    make_stays,
    status,
)

pytestmark = pytest.mark.django_db
MONDAY = date(2026, 6, 8)
DAY = timedelta(days=1)


def test_a_day_is_kept_as_it_stood(noon):
    make_much_stock("A-1", noon)

    assert keep_day(on=MONDAY, at=noon) == 1

    row = StockDay.objects.get()
    assert (row.on_hand, row.for_sale, row.waiting, row.allocated, row.reserve, row.sellable) == (120, 73, 23, 8, 5, 37)


def test_only_what_differs_from_its_last_row_is_written(noon):
    make_garments("A-1", 2)
    make_garments("B-1", 2)
    counted(at=noon)
    assert keep_day(on=MONDAY, at=noon) == 2
    Level.objects.filter(sku="B-1").update(reserve=1)

    written = [keep_day(on=MONDAY + days * DAY, at=noon) for days in (1, 2)]

    assert written == [1, 0]
    assert list(StockDay.objects.filter(sku="B-1").order_by("on").values_list("on", "sellable")) == [(MONDAY, 2), (MONDAY + DAY, 1)]


def test_a_second_time_the_same_day_corrects_and_never_doubles(noon):
    make_garments("A-1", 2)
    counted(at=noon)
    keep_day(on=MONDAY, at=noon)
    Level.objects.update(allocated=9)

    assert (keep_day(on=MONDAY, at=noon), keep_day(on=MONDAY, at=noon)) == (1, 0)
    assert StockDay.objects.get().sellable == 0


def test_what_has_ripened_is_counted_first(noon):
    make_garments("A-1", 1, since=noon - timedelta(hours=71))
    counted(at=noon)

    keep_day(on=MONDAY, at=noon + timedelta(hours=2))

    assert StockDay.objects.get().sellable == 1


def test_the_night_asks_the_same_for_three_skus_and_thirty(noon):
    def statements() -> int:
        with CaptureQueriesContext(connection) as queries:
            keep_day(on=MONDAY, at=noon)
        return len(queries)

    for number in range(3):
        make_garments(f"A-{number}")
    counted(at=noon)
    three = statements()
    for number in range(3, 30):
        make_garments(f"A-{number}")
    counted(at=noon)

    assert statements() == three


def test_times_are_the_percentiles_of_the_stays_that_ended_by_category_and_for_all(noon):
    make_product("A-1", category="Dresses")
    make_product("B-1", category="Coats")
    make_stays(make_garments("A-1", 7, raw=READY), REFURBISHMENT, until=noon)
    make_stays(make_garments("B-1", 4, raw=READY), REFURBISHMENT, until=noon)
    status(REFURBISHMENT)

    assert learn_state_times(at=noon) == 3

    found = {row.category: (row.observations, row.p50_h, row.p80_h, row.p90_h) for row in StateTime.objects.all()}
    assert found["Dresses"] == (7, 96.0, pytest.approx(139.2), pytest.approx(153.6))
    assert found["Coats"] == (4, 60.0, pytest.approx(81.6), pytest.approx(88.8))
    every = sorted([24 * days for days in range(1, 8)] + [24 * days for days in range(1, 5)])
    deciles = quantiles(every, n=10, method="inclusive")
    assert found[""] == (11, pytest.approx(deciles[4]), pytest.approx(deciles[7]), pytest.approx(deciles[8]))


def test_a_stay_lasts_until_the_garment_is_ready_whatever_came_between(noon):
    """Two days in inspection, one in refurbishment, then ready: inspection took three days, refurbishment one."""
    [one] = make_garments("A-1", 1)
    make_change(one, INSPECTION, REFURBISHMENT, at=noon - DAY, hours=48)
    make_change(one, REFURBISHMENT, READY, at=noon, hours=24)
    for raw in (INSPECTION, REFURBISHMENT):
        status(raw)

    learn_state_times(at=noon)

    assert dict(StateTime.objects.values_list("target", "p50_h")) == {"inspection": 72.0, "refurbishment": 24.0}


def test_what_is_not_over_not_mapped_or_long_ago_teaches_nothing(noon):
    ours = make_garments("A-1", 5)
    make_change(ours[0], INSPECTION, REFURBISHMENT, at=noon, hours=48)
    make_change(ours[1], NEW, READY, at=noon, hours=48)
    make_change(ours[2], INSPECTION, READY, at=noon - 181 * DAY, hours=48)
    make_change(ours[3], HIRE, BER, at=noon, hours=48)
    make_change(ours[4], INSPECTION, READY, at=noon, hours=1, event="missing")
    for raw in (INSPECTION, REFURBISHMENT, HIRE, BER, NEW):
        status(raw)

    assert learn_state_times(at=noon) == 0


def test_texts_spelt_otherwise_mean_the_same(noon):
    [one] = make_garments("A-1", 1)
    status(REFURBISHMENT)
    make_change(one, "in-refurbishment ", "In warehouse - ready for customer", at=noon, hours=10)

    learn_state_times(at=noon)

    assert StateTime.objects.get().p50_h == 10


def test_times_are_written_anew_each_night(noon):
    make_stays(make_garments("A-1", 3), REFURBISHMENT, until=noon)
    status(REFURBISHMENT)
    learn_state_times(at=noon)
    GarmentChange.objects.all().delete()

    assert learn_state_times(at=noon) == 0
    assert not StateTime.objects.exists()


def test_the_clock_may_ask_for_both(noon):
    make_garments("A-1", 1)
    counted(at=noon)

    tasks.keep_stock_day()
    tasks.learn_state_times()

    assert StockDay.objects.count() == 1
