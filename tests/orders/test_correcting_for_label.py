"""What only the label still needs can be put right after the pick: ACS packs without it, and InPost makes no label with it wrong."""

import pytest
from django.utils import timezone

from exceptions_queue.models import AuditEntry, ExceptionCase
from lockers.models import LabelAttempt, Parcel
from lockers.rules.shipments import from_payload
from orders.actions import Refused, TooLate, change_locker, correct_email, correct_mobile
from orders.actions.labelling import ask_for_labels, retry_labels
from orders.models import Order
from orders.states import AcsStatus, OrderState
from partners.models import Intent
from tests.orders.builders import NOON, make_order, make_point, make_shopfloor

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def live(settings, db):
    settings.MODES = dict.fromkeys(settings.MODES, "live")
    make_shopfloor()


def picked(**facts) -> Order:
    standing = {"state": OrderState.RELEASED, "released_at": NOON, "release_claimed_at": NOON, "acs_status": AcsStatus.PICK_CONFIRMED}
    order = make_order(**standing | facts)
    ask_for_labels(at=timezone.now())
    return order


def refused(**facts) -> Order:
    """An order of which InPost refused to make a label."""
    order = picked(**facts)
    LabelAttempt.objects.update(state="refused", remedy="fix_first", problems=[{"field": "recipient.phone"}])
    Intent.objects.update(state=Intent.State.DEAD)
    return order


def correct(order: Order, value: str = "07712 345 069"):
    return correct_mobile(order, value=value, actor="system:test", at=timezone.now(), version=order.version)


def test_a_mobile_that_inpost_refused_is_corrected_and_the_label_tried_with_it():
    order = refused()

    assert "Try the label again" in correct(order).sentence

    assert retry_labels(Parcel.objects.all(), actor="system:test", at=timezone.now()) == {Parcel.objects.get().pk: ""}
    again = Intent.objects.get(state=Intent.State.READY)
    assert from_payload(again.payload["shipment"]).mobile_e164 == "+447712345069"
    assert Order.objects.get().state == OrderState.RELEASED
    assert not Intent.objects.filter(kind="acs_release").exists()  # ACS is told nothing
    assert AuditEntry.objects.filter(verb="order corrected").count() == 1


def test_what_the_gate_stopped_at_the_pick_is_corrected_and_asked_for_by_itself():
    order = picked(mobile="")
    assert ExceptionCase.objects.get(state="open").code == "VAL-MOB-MISSING"

    correct(order)

    assert ask_for_labels(at=timezone.now()) == 1
    assert not ExceptionCase.objects.filter(state="open").exists()


@pytest.mark.parametrize(
    "columns", [{"state": "labelled", "tracking_number": "JJD1"}, {"tracking_number": "JJD1"}], ids=["labelled", "made at InPost"]
)
def test_once_a_label_carries_the_old_value_it_is_too_late(columns):
    order = refused()
    Parcel.objects.update(**columns)

    with pytest.raises(TooLate):
        correct(order)
    assert Order.objects.get().mobile == "07712 345 068"


def test_while_it_is_being_made_it_is_too_late():
    with pytest.raises(TooLate):
        correct(picked())


@pytest.mark.parametrize("status", [AcsStatus.PICKING, AcsStatus.DESPATCHED, AcsStatus.CANCELLED])
def test_only_between_the_pick_and_the_label(status):
    order = refused()
    Order.objects.update(acs_status=status)
    with pytest.raises(TooLate):
        correct(order)


def test_what_acs_was_told_of_stays_as_it_is():
    order = refused()
    make_point("UK00000905")
    with pytest.raises(TooLate):
        change_locker(order, locker_id="UK00000905", actor="system:test", at=timezone.now(), version=order.version)


def test_a_wrong_value_is_refused_as_ever():
    order = refused()
    with pytest.raises(Refused):
        correct(order, "0113 496 0999")
    with pytest.raises(Refused):
        correct_email(order, value="nobody", actor="system:test", at=timezone.now(), version=order.version)
