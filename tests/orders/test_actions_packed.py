"""ACS's packed parcel beside our estimate: one case where they differ, a lesson where it held one product, an answer that lasts."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext

from exceptions_queue.catalogue import Code, sentence
from exceptions_queue.models import ExceptionCase
from inventory.actions import accept_learnt_size, correct_product
from inventory.models import SizeCorrection
from orders.actions import review_many
from orders.actions.packed import close_answered, look_packed
from orders.models import Order, OrderLine
from orders.problems import find_many
from orders.states import Destination, OrderState
from tests.orders.builders import NOON, make_order, make_product, make_shopfloor

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)
# The builders' dress is soft, 350 × 250 × 60 mm: 5,250,000 mm³ stated, 3,675,000 counted.
AS_THOUGHT = {"length_mm": 350, "width_mm": 250, "height_mm": 42, "weight_g": 700}
LARGER = {"length_mm": 350, "width_mm": 250, "height_mm": 60, "weight_g": 700}
TOO_HIGH = {"length_mm": 350, "width_mm": 250, "height_mm": 90, "weight_g": 700}


@pytest.fixture(autouse=True)
def shopfloor(db):
    make_shopfloor()


@pytest.fixture
def person() -> User:
    return User.objects.create(username="merchandiser")


def packed(size: dict[str, int], **facts: Any) -> Order:
    return make_order(acs_packed=size, state=OrderState.RELEASED, released_at=NOON, release_claimed_at=NOON, **facts)


def look(*orders: Order) -> None:
    ids = [order.pk for order in orders]
    look_packed(ids, first=ids, at=NOON + HOUR)


def open_cases() -> list[ExceptionCase]:
    return list(ExceptionCase.objects.filter(state="open"))


def test_a_parcel_as_we_thought_is_no_case_and_a_lesson():
    look(packed(AS_THOUGHT))

    assert open_cases() == []
    learnt = SizeCorrection.objects.get()
    assert (learnt.sku, learnt.factor, learnt.seen, learnt.accepted_factor) == ("DRS-0012-10", 700, 1, None)


def test_more_than_a_fifth_of_volume_is_a_case_of_the_merchandiser():
    look(packed(LARGER))

    [case] = open_cases()
    assert (case.code, case.owner, case.blocks) == (Code.DIM_VARIANCE, "merchandiser", "")
    assert sentence(case.code, case.evidence).startswith("The parcel with DRS-0012-10 was packed 43 % larger than our estimate.")


def test_another_compartment_is_said_first():
    look(packed(TOO_HIGH))

    [case] = open_cases()
    assert sentence(case.code, case.evidence).startswith(
        "The parcel with DRS-0012-10 was packed for compartment B; we had reckoned with compartment A."
    )


def test_a_parcel_that_fits_no_locker_is_said_so():
    look(packed(TOO_HIGH | {"height_mm": 700}))

    assert "packed for no locker" in sentence("DIM-VARIANCE", open_cases()[0].evidence)


@pytest.mark.parametrize("size", [{}, {"length_mm": 350}, LARGER | {"weight_g": 0}])
def test_what_acs_did_not_measure_whole_is_not_compared(size: dict[str, int]):
    look(packed(size))

    assert (open_cases(), SizeCorrection.objects.count()) == ([], 0)


def test_without_an_estimate_there_is_nothing_to_differ_from():
    make_product("NEW-1", length_mm=None)

    look(packed(LARGER, sku="NEW-1"))

    assert (open_cases(), SizeCorrection.objects.count()) == ([], 0)


def test_a_home_delivery_teaches_but_is_nobody_s_case():
    look(packed(LARGER, destination=Destination.HOME))

    assert (open_cases(), SizeCorrection.objects.count()) == ([], 1)


def test_a_short_parcel_says_nothing_of_the_size():
    look(packed(LARGER, acs_short=[{"line_id": "1", "sku": "DRS-0012-10", "wanted": 2, "picked": 1}]))

    assert (open_cases(), SizeCorrection.objects.count()) == ([], 0)


def test_only_a_parcel_of_one_product_teaches():
    make_product("BOX-1")
    order = packed(TOO_HIGH)
    OrderLine.objects.create(order=order, line_id="2", sku="BOX-1", quantity=1)

    look(order)

    assert SizeCorrection.objects.count() == 0


def test_what_is_learnt_is_the_middle_of_the_last_parcels():
    for height in (42, 45, 60):
        look(packed(LARGER | {"height_mm": height}))

    learnt = SizeCorrection.objects.get()
    # From the third parcel on their middle is the stated size, of which each is told anew: 42, 45 and 60 of 45 mm.
    assert (learnt.factor, learnt.seen, learnt.recent) == (1_000, 3, [933, 1_000, 1_333])


def test_a_slip_of_the_tape_teaches_nothing():
    look(packed({"length_mm": 3500, "width_mm": 2500, "height_mm": 600, "weight_g": 700}))

    assert (SizeCorrection.objects.count(), len(open_cases())) == (0, 1)


def test_accepting_what_was_learnt_closes_the_case_and_it_stays_closed(person: User):
    order = packed(LARGER)
    look(order)

    accept_learnt_size("DRS-0012-10", factor=1000, actor=person, at=NOON + 2 * HOUR)
    closed = close_answered(at=NOON + 2 * HOUR)

    assert (closed, open_cases()) == (1, [])
    assert close_answered(at=NOON + 3 * HOUR) == 0
    look(order)
    assert open_cases() == []


def test_correcting_the_product_closes_the_case_too(person: User):
    look(packed(TOO_HIGH))

    correct_product("DRS-0012-10", {"height_mm": 90}, actor=person, at=NOON + 2 * HOUR)
    close_answered(at=NOON + 2 * HOUR)

    assert open_cases() == []


def test_a_case_nobody_answered_stays():
    look(packed(LARGER))

    assert (close_answered(at=NOON + 9 * HOUR), len(open_cases())) == (0, 1)


def test_an_accepted_size_is_what_the_release_check_uses(person: User):
    order = make_order(quantity=4)
    before = find_many([order.pk], at=NOON)[0][0].size
    look(packed(LARGER | {"height_mm": 90}))
    accept_learnt_size("DRS-0012-10", factor=1500, actor=person, at=NOON)

    after = find_many([order.pk], at=NOON)[0][0].size

    assert (before, after) == ("A", "B")


def test_a_learnt_size_that_nobody_accepted_changes_nothing(settings):
    settings.MODES = dict.fromkeys(settings.MODES, "live")
    order = make_order(quantity=4)
    look(packed(LARGER | {"height_mm": 90}))

    review_many([order.pk], at=NOON)

    assert order.decisions.get().inputs["size"] == "A"


def test_thirty_parcels_cost_as_many_statements_as_three():
    def statements(count: int) -> int:
        orders = [packed(LARGER) for _ in range(count)]
        with CaptureQueriesContext(connection) as asked:
            look(*orders)
        return len(asked)

    three = statements(3)

    assert statements(30) <= three
