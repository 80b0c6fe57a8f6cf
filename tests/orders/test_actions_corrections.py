"""A person puts a fact right: saved once, checked at once, and what the shop said stays beside it."""

import pytest

from exceptions_queue.models import AuditEntry, ExceptionCase
from orders.actions import (
    Refused,
    Stale,
    TooLate,
    cancel_order,
    change_locker,
    clear,
    convert_to_home,
    correct_address,
    correct_email,
    correct_mobile,
    correct_name,
    hold,
    keep_both,
    review_many,
)
from orders.models import Order
from orders.states import OrderState
from partners.models import Intent
from tests.orders.builders import NOON, make_order, make_point, make_shopfloor

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def live(settings):
    settings.MODES = {**settings.MODES, "acs": "live", "store": "live"}
    make_shopfloor()


def held_order(**facts: object) -> Order:
    order = make_order(**facts)
    review_many([order.pk], at=NOON)
    order.refresh_from_db()
    assert order.state == OrderState.HELD
    return order


def test_a_right_mobile_frees_the_order_and_closes_its_case():
    order = held_order(mobile="0113 496 0123")

    checked = correct_mobile(order, value="07712 345068", actor="test", at=NOON, version=1)

    assert (checked.closed, checked.blocking, checked.order.state) == ({"VAL-MOB-FORMAT"}, frozenset(), OrderState.READY)
    assert Order.objects.get().mobile == "+447712345068"


def test_another_wrong_mobile_is_refused_by_name_and_changes_nothing():
    order = held_order(mobile="")

    with pytest.raises(Refused) as refusal:
        correct_mobile(order, value="0113 496 0123", actor="test", at=NOON, version=1)

    assert (refusal.value.field, "landline" in refusal.value.sentence) == ("mobile", True)
    assert Order.objects.get().mobile == ""


def test_the_audit_log_names_the_field_and_never_the_number():
    order = held_order(mobile="")

    correct_mobile(order, value="07712 345068", actor="test", at=NOON, version=1)

    entry = AuditEntry.objects.get(verb="order corrected")
    assert set(entry.after) == {"mobile"}
    assert "7712" not in repr((entry.before, entry.after))


def test_the_second_of_two_people_who_save_sees_what_the_first_saved():
    order = held_order(mobile="")
    correct_mobile(order, value="07712 345068", actor="first", at=NOON, version=1)

    with pytest.raises(Stale) as stale:
        correct_mobile(order, value="07803 345068", actor="second", at=NOON, version=1)

    assert stale.value.order.mobile == "+447712345068"


def test_a_ready_order_that_is_corrected_goes_with_the_new_content_only():
    order = make_order()
    review_many([order.pk], at=NOON)

    correct_email(Order.objects.get(), value="new@example.com", actor="test", at=NOON, version=1)

    live = Intent.objects.get(state=Intent.State.READY)
    assert live.payload["order"]["email"] == "new@example.com"
    assert list(Intent.objects.order_by("pk").values_list("state", flat=True)) == ["cancelled", "ready"]


@pytest.mark.parametrize(
    ("facts", "act"),
    [
        ({"email": "nobody"}, lambda order: correct_email(order, value="a@example.com", actor="t", at=NOON, version=1)),
        ({"last_name": ""}, lambda order: correct_name(order, first_name="Ada", last_name="Byron", actor="t", at=NOON, version=1)),
        (
            {"postcode": "nowhere"},
            lambda order: correct_address(
                order,
                address1="1 High Street",
                address2="",
                city="Leeds",
                county="",
                postcode="ls14ab",
                country="GB",
                actor="t",
                at=NOON,
                version=1,
            ),
        ),
        ({"locker_id": "UK12345678"}, lambda order: change_locker(order, locker_id="uk00000904", actor="t", at=NOON, version=1)),
        ({"locker_id": ""}, lambda order: convert_to_home(order, delivery_method="royal_mail_48", actor="t", at=NOON, version=1)),
    ],
    ids=["email", "name", "address", "locker", "home"],
)
def test_each_fix_frees_the_order_it_is_for(facts, act):
    order = held_order(**facts)

    checked = act(order)

    assert (checked.order.state, checked.blocking) == (OrderState.READY, frozenset())


def test_a_locker_that_takes_no_parcels_is_refused_with_its_status():
    make_point("UK00000905", status="NonOperating", may_receive=False)
    order = held_order(locker_id="")

    with pytest.raises(Refused, match="NonOperating"):
        change_locker(order, locker_id="UK00000905", actor="test", at=NOON, version=1)


def test_an_order_that_goes_to_a_door_takes_no_locker():
    make_point("UK00000905")
    order = held_order(delivery_method="royal_mail_48", destination="home", locker_id="", postcode="nowhere")

    with pytest.raises(Refused, match="goes to the customer's door"):
        change_locker(order, locker_id="UK00000905", actor="test", at=NOON, version=order.version)


def test_a_method_that_is_no_home_delivery_is_refused():
    order = held_order(locker_id="")

    with pytest.raises(Refused, match="home delivery"):
        convert_to_home(order, delivery_method="inpost_locker", actor="test", at=NOON, version=1)


def test_keeping_both_look_alikes_frees_the_later():
    make_order(email="a@example.com", placed_at=NOON.replace(hour=8))
    later = held_order(email="a@example.com", placed_at=NOON.replace(hour=9))

    assert keep_both(later, actor="test", at=NOON, version=1).blocking == frozenset()


def test_an_order_may_have_several_holds_and_goes_when_the_last_ends():
    order = make_order()
    hold(order, reason="Fraud", exit="Checked", actor="test", at=NOON)
    hold(order, reason="Gift card", exit="Paid", actor="test", at=NOON)
    from exceptions_queue.models import Hold

    first, second = Hold.objects.order_by("pk")

    after_one = clear(order, hold=first, reason="Checked", actor="test", at=NOON)
    after_both = clear(order, hold=second, reason="Paid", actor="test", at=NOON)

    assert (after_one.order.state, after_both.order.state) == (OrderState.HELD, OrderState.READY)


def test_a_cancelled_order_leaves_no_case_open_and_nothing_to_send():
    order = held_order(mobile="")

    cancel_order(order, reason="The customer changed her mind", actor="test", at=NOON, version=1)

    assert Order.objects.get().state == OrderState.CANCELLED
    assert ExceptionCase.objects.filter(state="open").count() == 0


def test_cancelling_needs_a_reason():
    with pytest.raises(Refused, match="Say why"):
        cancel_order(held_order(mobile=""), reason=" ", actor="test", at=NOON, version=1)


def test_what_acs_has_can_no_longer_be_corrected_here():
    order = make_order()
    Order.objects.update(state=OrderState.RELEASED, released_at=NOON, release_claimed_at=NOON)

    with pytest.raises(TooLate, match="released to ACS"):
        correct_email(order, value="a@example.com", actor="test", at=NOON, version=1)
