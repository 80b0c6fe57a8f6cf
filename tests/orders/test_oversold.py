"""Orders that the stock no longer covers."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from config.bench.harness import statements
from exceptions_queue.models import ExceptionCase
from inventory.actions import recount
from inventory.models import Garment
from orders.actions import cancel_order
from orders.actions.allocating import allocate_for
from orders.actions.oversold import find_oversold
from orders.actions.review import review_many
from orders.models import Order
from orders.rules.oversold import Claim, uncovered
from orders.states import AcsStatus, OrderState
from tests.inventory.holding import make_garment, make_ready, make_status, stock_file_of
from tests.orders.builders import NOON, make_order, make_shopfloor

SKU = "DRS-0012-10"
SENT = {"state": OrderState.RELEASED, "released_at": NOON, "release_claimed_at": NOON}


@pytest.fixture
def stock(db):
    make_shopfloor()
    make_ready(2, NOON, SKU)
    stock_file_of(NOON)
    recount(at=NOON)


def sold(number: str, minutes: int = 0, quantity: int = 1, **facts) -> Order:
    """An order placed so many minutes after noon."""
    return make_order(number=number, quantity=quantity, placed_at=NOON + timedelta(minutes=minutes), **facts)


def with_case() -> dict[str, str]:
    cases = ExceptionCase.objects.filter(code="STK-OVERSOLD", state="open")
    return dict(cases.values_list("order_number", "blocks"))


def test_the_newest_orders_beyond_what_is_there_are_held_and_not_sent(stock):
    orders = [sold(f"LS-{n}", n) for n in (3, 1, 2)]

    assert find_oversold(at=NOON) == 1
    review_many([order.pk for order in orders], at=NOON)

    assert with_case() == {"LS-3": "R"}
    states = dict(Order.objects.values_list("number", "state"))
    assert states == {"LS-1": "ready", "LS-2": "ready", "LS-3": "held"}
    assert ExceptionCase.objects.get().evidence == {"field": "stock", "fault": "not_sellable", "skus": [SKU]}


def test_a_look_of_the_gate_leaves_the_case_open(stock):
    order = sold("LS-1", quantity=3)
    find_oversold(at=NOON)

    review_many([order.pk], at=NOON)
    review_many([order.pk], at=NOON)

    assert with_case() == {"LS-1": "R"}


def test_it_closes_by_itself_when_the_garment_is_ready_again(stock):
    processing = make_status("Processing", "processing", bucket="quality_control")
    Garment.objects.update(status=processing)
    recount(at=NOON)
    order = sold("LS-1")
    find_oversold(at=NOON)
    assert with_case() == {"LS-1": "R"}

    Garment.objects.update(status=make_status(), since=NOON)  # ready, and inside its buffer
    recount(at=NOON)
    find_oversold(at=NOON)
    review_many([order.pk], at=NOON)

    assert with_case() == {}
    assert Order.objects.get().state == OrderState.READY


def test_it_closes_when_an_order_before_it_is_cancelled(stock):
    first, _ = sold("LS-1", 1, quantity=2), sold("LS-2", 2)
    find_oversold(at=NOON)
    assert with_case() == {"LS-2": "R"}

    cancel_order(first, reason="Changed her mind", actor=User.objects.create(username="cx"), at=NOON)
    find_oversold(at=NOON)

    assert with_case() == {}


def test_it_closes_when_the_customer_takes_another_garment(stock):
    order = sold("LS-1", quantity=3)
    find_oversold(at=NOON)

    order.lines.update(sku="DRS-9")
    allocate_for([order.pk], at=NOON)
    find_oversold(at=NOON)

    assert with_case() == {}


def test_what_acs_has_keeps_the_case_as_information_and_is_served_first(stock):
    sold("LS-1", 1)
    sold("LS-2", 2, **SENT, acs_status=AcsStatus.ACKNOWLEDGED)
    sold("LS-3", 3, **SENT, acs_status=AcsStatus.PACKED)
    sold("LS-4", 4, **SENT, acs_status=AcsStatus.ACKNOWLEDGED)

    find_oversold(at=NOON)

    assert with_case() == {"LS-1": "R", "LS-4": ""}


def test_garments_picked_for_an_order_cover_it(stock):
    Garment.objects.update(status=make_status("Picked", "allocated", bucket="committed"))
    recount(at=NOON)
    sold("LS-1", quantity=2, **SENT, acs_status=AcsStatus.PACKED)

    assert find_oversold(at=NOON) == 0


def test_what_left_after_the_last_file_still_takes_the_garment_that_the_mirror_shows(stock):
    gone = sold("LS-1", **SENT, acs_status=AcsStatus.PACKED)
    Order.objects.filter(pk=gone.pk).update(acs_status=AcsStatus.DESPATCHED)
    allocate_for([gone.pk], at=NOON + timedelta(hours=1))
    sold("LS-2", 2)
    sold("LS-3", 3)

    find_oversold(at=NOON)

    assert with_case() == {"LS-3": "R"}


def test_without_a_stock_file_and_of_what_acs_never_named_nobody_is_short(db):
    make_shopfloor()
    sold("LS-1")
    assert find_oversold(at=NOON) == 0

    stock_file_of(NOON)
    make_garment(make_status(), "ANOTHER", since=NOON)
    recount(at=NOON)

    assert find_oversold(at=NOON) == 0


@pytest.mark.parametrize("number", [3, 30])
def test_looking_takes_the_same_statements_for_three_orders_and_for_thirty(stock, number):
    for n in range(number):
        sold(f"LS-{n}", n)
    with statements() as asked:
        find_oversold(at=NOON)
    assert asked.count <= 24
    with statements() as again:
        find_oversold(at=NOON)

    assert again.count <= 12
    assert len(with_case()) == number - 2


CLAIMS = st.lists(st.tuples(st.sampled_from("AB"), st.integers(1, 3), st.integers(0, 9)), max_size=12)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(CLAIMS, st.dictionaries(st.sampled_from("AB"), st.integers(0, 8)))
def test_those_who_are_served_never_get_more_than_is_there_and_nobody_waits_behind_a_later_one(claims, there):
    asked = [Claim(sku, order, quantity, (rank, order)) for order, (sku, quantity, rank) in enumerate(claims)]

    short = uncovered(asked, there)

    for sku in "AB":
        served = [claim for claim in asked if claim.sku == sku and sku not in short.get(claim.order, [])]
        refused = [claim for claim in asked if claim.sku == sku and sku in short.get(claim.order, [])]
        assert sum(claim.quantity for claim in served) <= there.get(sku, 0)
        assert max((claim.rank for claim in served), default=(-1,)) < min((claim.rank for claim in refused), default=(99,))
