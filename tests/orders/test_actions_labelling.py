"""Picked at ACS: the gate looks again, a label is asked for once, and what fails is a case that closes by itself."""

import pytest
from django.utils import timezone

from exceptions_queue.models import ExceptionCase
from lockers.models import LabelAttempt, Parcel
from lockers.rules.shipments import from_payload
from orders.actions.labelling import ask_for_labels, find_failed, mirror_acs_labels, retry_labels
from orders.models import GateDecision, Order
from orders.states import AcsStatus, OrderState
from partners.models import Intent
from tests.orders.builders import NOON, make_order, make_shopfloor

pytestmark = pytest.mark.django_db

PACKED = {"length_mm": 350, "width_mm": 250, "height_mm": 150, "weight_g": 700}


@pytest.fixture(autouse=True)
def live(settings, db):
    settings.MODES = dict.fromkeys(settings.MODES, "live")
    make_shopfloor()


def picked(**facts) -> Order:
    standing = {"state": OrderState.RELEASED, "released_at": NOON, "release_claimed_at": NOON, "acs_status": AcsStatus.PICK_CONFIRMED}
    return make_order(**standing | facts)


def ask() -> int:
    return ask_for_labels(at=timezone.now())


def refuse(parcel: Parcel, remedy: str = "fix_first") -> None:
    problems = [{"field": "recipient.phone", "reason": "The mobile is missing.", "to_do": "Correct it."}]
    LabelAttempt.objects.filter(parcel=parcel).update(state="refused", remedy=remedy, problems=problems)
    Intent.objects.update(state=Intent.State.DEAD)


def open_codes() -> list[str]:
    return list(ExceptionCase.objects.filter(state="open").values_list("code", flat=True))


class TestAsking:
    def test_uses_what_acs_packed(self):
        picked(acs_packed=PACKED)

        assert ask() == 1

        parcel = Parcel.objects.get()
        assert (parcel.size, parcel.size_from, parcel.height_mm, parcel.weight_g) == ("B", "acs", 150, 700)
        assert from_payload(Intent.objects.get().payload["shipment"]).mobile_e164 == "+447712345068"

    def test_without_measures_uses_the_compartment_we_reckon_with(self):
        picked()

        assert ask() == 1

        parcel = Parcel.objects.get()
        assert (parcel.size, parcel.size_from, parcel.height_mm) == ("A", "estimate", 80)

    def test_asks_once_and_stores_one_decision(self):
        picked()

        assert (ask(), ask()) == (1, 0)
        assert GateDecision.objects.filter(gate="picked", passed=True).count() == 1

    @pytest.mark.parametrize(
        ("facts", "code"),
        [
            ({"mobile": ""}, "VAL-MOB-MISSING"),
            ({"locker_id": "UK00000905"}, "VAL-LOCKER-UNKNOWN"),
            ({"acs_packed": PACKED | {"height_mm": 500, "width_mm": 500}}, "VAL-OVERSIZE"),
        ],
    )
    def test_the_gate_fails_closed_and_says_so_once(self, facts, code):
        order = picked(**facts)

        assert (ask(), ask()) == (0, 0)

        assert open_codes() == [code]
        assert GateDecision.objects.filter(order=order, gate="picked", passed=False).count() == 1

    @pytest.mark.parametrize("facts", [{"acs_status": AcsStatus.PICKING}, {"acs_short": [{"sku": "x"}]}, {"store_cancelled_at": NOON}])
    def test_leaves_alone_what_is_not_picked_whole_or_is_cancelled(self, facts):
        picked(**facts)
        assert ask() == 0

    def test_asks_for_none_where_acs_makes_them_or_in_observe_mode(self, settings):
        picked()
        settings.LABELS_BY = "acs"
        assert ask() == 0

        settings.LABELS_BY, settings.MODES = "lockstep", dict.fromkeys(settings.MODES, "observe")
        assert ask() == 0

    @pytest.mark.parametrize("count", [3, 30])
    def test_takes_the_same_statements_for_any_number(self, django_assert_max_num_queries, count):
        for _ in range(count):
            picked()
        with django_assert_max_num_queries(40):
            assert ask() == count


class TestFailures:
    def test_a_refused_label_is_a_case_until_the_label_exists(self):
        picked()
        ask()
        parcel = Parcel.objects.get()
        refuse(parcel)

        assert find_failed(at=timezone.now()) == 1
        assert open_codes() == ["LBL-FAILED"]

        Parcel.objects.update(state="labelled", tracking_number="JJD1", labelled_at=timezone.now())
        assert find_failed(at=timezone.now()) == 0
        assert open_codes() == []

    def test_trying_again_takes_what_the_order_says_by_now(self):
        order = picked()
        ask()
        parcel = Parcel.objects.get()
        refuse(parcel)
        Order.objects.filter(pk=order.pk).update(mobile="07712 345 069")

        assert retry_labels([parcel], actor="system:test", at=timezone.now()) == {parcel.pk: ""}

        again = Intent.objects.get(state=Intent.State.READY)
        assert from_payload(again.payload["shipment"]).mobile_e164 == "+447712345069"
        assert list(LabelAttempt.objects.order_by("number").values_list("number", "state")) == [(1, "refused"), (2, "asked")]

    def test_what_cannot_be_tried_says_why(self):
        order = picked()
        ask()
        parcel = Parcel.objects.get()
        assert "not waiting" in retry_labels([parcel], actor="system:test", at=timezone.now())[parcel.pk]

        refuse(parcel)
        Order.objects.filter(pk=order.pk).update(mobile="")
        assert "not right yet" in retry_labels([parcel], actor="system:test", at=timezone.now())[parcel.pk]


class TestLabelsByAcs:
    def test_mirror_the_number_once(self, settings):
        settings.LABELS_BY = "acs"
        picked(acs_tracking="JJD7", acs_packed=PACKED)

        assert (mirror_acs_labels(at=NOON), mirror_acs_labels(at=NOON)) == (1, 0)

        parcel = Parcel.objects.get()
        assert (parcel.state, parcel.made_by, parcel.tracking_number, parcel.size) == ("labelled", "acs", "JJD7", "B")
        assert not Intent.objects.exists()

    def test_one_number_for_two_orders_is_one_parcel(self, settings):
        settings.LABELS_BY = "acs"
        for _ in range(2):
            picked(acs_tracking="JJD7")

        assert mirror_acs_labels(at=NOON) == 1

    def test_a_number_of_a_void_parcel_is_not_made_live_again(self, settings):
        settings.LABELS_BY = "acs"
        picked(acs_tracking="JJD7")
        mirror_acs_labels(at=NOON)
        Parcel.objects.update(state="void")

        assert mirror_acs_labels(at=NOON) == 0
