"""A label that stands unused is a case of the warehouse's, until the parcel is scanned, manifested or labelled anew."""

from datetime import UTC, datetime, timedelta

import pytest

from exceptions_queue.models import ExceptionCase
from lockers.models import Parcel
from orders.actions.aging import find_old
from orders.models import Order
from orders.states import AcsStatus, OrderState
from tests.lockers.labelled import make_labelled, put_on_manifest
from tests.orders.builders import NOON, make_order, make_shopfloor

pytestmark = pytest.mark.django_db

MADE = datetime(2026, 6, 8, 9, 0, tzinfo=UTC)  # a Monday
FRIDAY = datetime(2026, 6, 12, 9, 1, tzinfo=UTC)


@pytest.fixture(autouse=True)
def shopfloor(db) -> None:
    make_shopfloor()


def labelled_order(**facts: object) -> Parcel:
    standing = {"state": OrderState.RELEASED, "released_at": NOON, "release_claimed_at": NOON, "acs_status": AcsStatus.PICK_CONFIRMED}
    return make_labelled(make_order(**standing | facts).number, at=MADE)


def open_cases() -> list[ExceptionCase]:
    return list(ExceptionCase.objects.filter(state="open", code="LBL-EXPIRING"))


def test_it_is_a_case_after_four_working_days_and_not_before():
    labelled_order()

    assert find_old(at=FRIDAY - timedelta(minutes=2)) == 0
    assert find_old(at=FRIDAY) == 1

    [case] = open_cases()
    assert (case.owner, case.blocks) == ("warehouse", "")
    assert case.evidence["made"] == "8 June"


def test_a_weekend_makes_no_label_older():
    make_labelled(make_order(state=OrderState.RELEASED, released_at=NOON, release_claimed_at=NOON).number, at=FRIDAY)
    assert find_old(at=FRIDAY + timedelta(days=3)) == 0


@pytest.mark.parametrize(("days", "count"), [(3, 1), (5, 0)])
def test_how_old_is_a_setting(settings, days, count):
    settings.LABEL_GOOD_DAYS = days
    labelled_order()
    assert find_old(at=FRIDAY - timedelta(hours=1)) == count


def scanned(parcel: Parcel) -> None:
    Parcel.objects.filter(pk=parcel.pk).update(handed_over_at=FRIDAY, carriage="handed_over", carriage_at=FRIDAY)


def manifested(parcel: Parcel) -> None:
    put_on_manifest(parcel, closed_at=FRIDAY)


def replaced(parcel: Parcel) -> None:
    Parcel.objects.filter(pk=parcel.pk).update(state="void", void_at=FRIDAY)
    make_labelled(parcel.order_number, at=FRIDAY)


def stopped(parcel: Parcel) -> None:
    Order.objects.filter(number=parcel.order_number).update(state=OrderState.CANCELLED)


@pytest.mark.parametrize("ends", [scanned, manifested, replaced, stopped])
def test_it_closes_by_itself_when_the_label_is_used_or_replaced(ends):
    parcel = labelled_order()
    find_old(at=FRIDAY)

    ends(parcel)

    assert find_old(at=FRIDAY) == 0
    assert open_cases() == []
    assert ExceptionCase.objects.get(code="LBL-EXPIRING").state == "cured"


def test_looking_twice_changes_nothing():
    labelled_order()
    find_old(at=FRIDAY)
    first = ExceptionCase.objects.values().get()

    assert find_old(at=FRIDAY) == 1
    assert ExceptionCase.objects.values().get() == first


@pytest.mark.parametrize("count", [3, 30])
def test_takes_the_same_statements_for_any_number(django_assert_max_num_queries, count):
    for _ in range(count):
        labelled_order()
    with django_assert_max_num_queries(20):
        assert find_old(at=FRIDAY) == count
