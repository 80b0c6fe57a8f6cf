"""What orders take from stock, whatever happens to them."""

from datetime import timedelta
from importlib import import_module
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st

from config.bench.harness import statements
from inventory.models import Allocation, Level
from orders.actions import cancel_order
from orders.actions.allocating import allocate_for
from orders.actions.reading import note_progress, write_taken
from orders.actions.review import review_many
from orders.invariants import what_is_sold_is_taken_from_stock
from orders.models import Order
from orders.rules.picking import Wanted
from orders.rules.selling import Sold, Takes, takes
from orders.states import AcsStatus, OrderState
from partners.mappings import fold
from partners.models import CodeMapping
from partners.shop import Fulfilled
from tests.orders.builders import NOON, make_order, make_shopfloor

pytestmark = pytest.mark.django_db


def taken() -> dict[str, int]:
    return dict(Allocation.objects.filter(left_at=None).values_list("order_number", "quantity"))


@pytest.mark.parametrize(
    ("sold", "what"),
    [
        (Sold("received", ""), Takes.LINES),
        (Sold("held", ""), Takes.LINES),
        (Sold("released", "packed"), Takes.LINES),
        (Sold("released", "cancelled"), Takes.LINES),
        (Sold("released", "packed", "all"), Takes.LINES),
        (Sold("released", "despatched"), Takes.GONE),
        (Sold("closed", "despatched"), Takes.GONE),
        (Sold("closed", ""), Takes.GONE),
        (Sold("cancelled", "despatched"), Takes.NOTHING),
        (Sold("received", "", is_excluded=True), Takes.LINES),
        (Sold("received", "", "part", is_excluded=True), Takes.LINES),
        (Sold("received", "", "all", is_excluded=True), Takes.GONE),
        (Sold("held", "", "all"), Takes.GONE),
        (Sold("received", "", "back"), Takes.NOTHING),
        (Sold("received", "", is_excluded=True, is_cancelled_in_shop=True), Takes.NOTHING),
        (Sold("held", "", is_cancelled_in_shop=True), Takes.LINES),
    ],
)
def test_what_an_order_takes_follows_from_where_it_is(sold, what):
    assert takes(sold) is what


SOLD = st.builds(
    dict,
    state=st.sampled_from(OrderState),
    acs_status=st.sampled_from(AcsStatus),
    shop_fulfilled=st.sampled_from(Fulfilled),
    store_cancelled_at=st.sampled_from([None, NOON]),
    excluded_why=st.sampled_from(["", "Home delivery"]),
)


@given(facts=SOLD)
@settings(max_examples=60)
def test_the_invariant_and_the_rule_agree_wherever_an_order_is(facts):
    order = make_order(number="LS-1")
    sent = {"released_at": NOON} if facts["state"] == OrderState.RELEASED else {}
    Order.objects.filter(pk=order.pk).update(**facts, **sent)

    allocate_for([order.pk], at=NOON)
    broken = what_is_sold_is_taken_from_stock(NOON)
    Order.objects.all().delete()
    Allocation.objects.all().delete()

    assert broken == []


def test_a_cancelled_order_gives_its_garments_back():
    make_shopfloor()
    order = make_order(number="LS-1", quantity=2)
    assert taken() == {"LS-1": 2}

    cancel_order(order, reason="Changed her mind", actor=User.objects.create(username="cx"), at=NOON)

    assert taken() == {}
    assert Level.objects.get().allocated == 0


def test_a_home_delivery_that_others_send_takes_its_garments_all_the_same(settings):
    settings.RELEASES = "locker"
    make_shopfloor()
    order = make_order(destination="home", locker_id="", delivery_method="royal_mail_48")

    review_many([order.pk], at=NOON)

    assert Order.objects.get().excluded_why
    assert taken() == {order.number: 1}


def say(order: Order, raw: str) -> None:
    words = note_progress(at=NOON)
    lines = [Wanted("1", "DRS-0012-10", 1)]
    words.take(order, lines, status=raw, since=NOON, tracking="", packed={}, picked={})
    write_taken([order], words, at=NOON)


def test_what_left_acs_counts_as_gone_and_what_did_not_leave_after_all_counts_again():
    for raw, target in (("Despatched", "despatched"), ("Packed", "packed")):
        CodeMapping.objects.update_or_create(
            partner="acs", kind="order_status", folded=fold(raw), defaults={"raw": raw, "target": target, "flags": {}}
        )
    order = make_order(state=OrderState.RELEASED, released_at=NOON, release_claimed_at=NOON, acs_status=AcsStatus.PACKED)

    say(order, "Despatched")
    assert Allocation.objects.get().left_at == NOON
    say(order, "Packed")

    assert Allocation.objects.get().left_at is None


@pytest.mark.parametrize("number", [3, 30])
def test_many_orders_take_the_same_statements(number):
    ids = [make_order(number=f"LS-{n}", sku=f"DRS-{n}").pk for n in range(number)]
    Allocation.objects.all().delete()

    with statements() as asked:
        allocate_for(ids, at=NOON + timedelta(minutes=1))

    assert asked.count <= 10
    assert len(taken()) == number


def test_orders_from_before_there_was_stock_take_theirs():
    make_order(number="LS-1", quantity=2)
    make_order(number="LS-2", state=OrderState.CANCELLED)
    make_order(number="LS-3", excluded_why="Home delivery")
    sent = {"state": OrderState.RELEASED, "released_at": NOON, "release_claimed_at": NOON}
    make_order(number="LS-4", acs_status=AcsStatus.DESPATCHED, **sent)
    make_order(number="LS-5", acs_status=AcsStatus.PACKED, **sent)
    Allocation.objects.all().delete()
    Level.objects.all().delete()

    import_module("orders.migrations.0011_take_stock").take_stock(apps, SimpleNamespace(connection=connection))

    assert taken() == {"LS-1": 2, "LS-5": 1}
    assert dict(Level.objects.values_list("sku", "allocated")) == {"DRS-0012-10": 3}


def test_a_line_that_stock_does_not_know_and_garments_given_to_nobody_are_named():
    order = make_order(number="LS-1", sku="DRS-1", quantity=2)
    gone = make_order(number="LS-2", sku="DRS-2")
    assert what_is_sold_is_taken_from_stock(NOON) == []

    order.lines.update(quantity=3)
    Order.objects.filter(pk=gone.pk).update(state=OrderState.CANCELLED)

    assert what_is_sold_is_taken_from_stock(NOON) == [
        "order LS-1 sold 3 × DRS-1 and stock does not say so",
        "stock gave 2 × DRS-1 to order LS-1, which does not sell them",
        "stock gave 1 × DRS-2 to order LS-2, which does not sell them",
    ]
