"""The cases about returns open and close by themselves: no order, no grade in time, a hire that is not back."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from exceptions_queue.models import AuditEntry, ExceptionCase
from inventory.models import Garment
from lockers.models import Parcel
from orders.models import Order, OrderLine
from orders.states import AcsStatus, OrderState
from returns.actions.matching import NotMatched, match, match_by_hand
from returns.models import Return, ReturnItem
from returns.tasks import look_at_returns
from tests.inventory.builders import make_garments
from tests.orders.builders import make_order
from tests.returns.telling import MONDAY, grade, make_item, make_return

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()


def states(code: str) -> list[tuple[str, str]]:
    return list(ExceptionCase.objects.filter(code=code).order_by("pk").values_list("subject_label", "state"))


def order() -> Order:
    return make_order(number="LS-1")


class TestUngraded:
    def test_a_return_without_a_grade_in_time_is_a_case_until_every_garment_has_one(self):
        ret = make_return("R-1", order=order(), arrived_at=timezone.now() - timedelta(days=30))
        first, second = make_item(ret, "A"), make_item(ret)

        look_at_returns()
        opened = ExceptionCase.objects.get(code="RET-UNGRADED")
        ReturnItem.objects.filter(pk=second.pk).update(raw_grade="BER", grade=grade("BER"))
        look_at_returns()

        assert (opened.subject_label, opened.order_number, opened.evidence["count"], opened.owner) == ("Return R-1", "LS-1", 1, "warehouse")
        assert (states("RET-UNGRADED"), first.raw_grade) == ([("Return R-1", "cured")], "A")

    def test_a_return_in_which_nobody_listed_anything_counts_too(self):
        make_return("R-1", order=order(), arrived_at=timezone.now() - timedelta(days=30))

        look_at_returns()

        assert ExceptionCase.objects.get(code="RET-UNGRADED").evidence["count"] == 0

    @pytest.mark.parametrize(("days", "open_ones"), [(1, 0), (9, 1)])
    def test_it_has_the_working_days_that_the_setting_says(self, settings, days: int, open_ones: int):
        settings.RETURN_GRADE_DAYS = 3
        make_item(make_return(order=order(), arrived_at=timezone.now() - timedelta(days=days)))

        look_at_returns()

        assert ExceptionCase.objects.filter(code="RET-UNGRADED").count() == open_ones


class TestUnmatched:
    def test_by_the_number_on_the_parcel(self):
        found = order()
        Parcel.objects.create(order_number="LS-1", point_id="UK1", tracking_number="JC1", returning_number="JC1-R", created_at=MONDAY)
        went, came = make_return(tracking_number="JC1"), make_return(tracking_number="JC1-R")

        assert match() == 2
        assert {Return.objects.get(pk=ret.pk).order for ret in (went, came)} == {found}

    def test_by_its_garments_where_all_of_them_name_one_order(self):
        found = order()
        one, other, unknown = make_garments("DRS-1", 3)
        Garment.objects.filter(pk__in=[one.pk, other.pk]).update(order_number="LS-1")
        ret = make_return()
        for garment in (one, other, unknown):
            make_item(ret, rfid=garment.rfid)

        match()

        assert Return.objects.get().order == found

    def test_garments_of_two_orders_tell_nothing(self):
        order()
        make_order(number="LS-2")
        ret = make_return()
        for garment, number in zip(make_garments("DRS-1", 2), ("LS-1", "LS-2"), strict=True):
            Garment.objects.filter(pk=garment.pk).update(order_number=number)
            make_item(ret, rfid=garment.rfid)

        assert match() == 0

    def test_a_number_that_is_none_of_ours_is_not_overruled_by_a_guess(self):
        order()
        [garment] = make_garments("DRS-1")
        Garment.objects.update(order_number="LS-1")
        make_item(make_return("R-1", order_number="XX-9"), rfid=garment.rfid)

        look_at_returns()

        case = ExceptionCase.objects.get(code="RET-UNMATCHED")
        assert (case.evidence, Return.objects.get().order) == (
            {"field": "order_number", "fault": "unknown_order", "return": "R-1"},
            None,
        )

    def test_a_person_says_which_order_it_is_and_the_case_closes(self):
        found, priya = order(), User.objects.create_user("priya")
        make_return("R-1", order_number="XX-9")
        look_at_returns()

        match_by_hand("R-1", " #ls-1 ", actor=priya, at=MONDAY)
        look_at_returns()

        assert Return.objects.get().order == found
        assert states("RET-UNMATCHED") == [("Return R-1", "cured")]
        assert AuditEntry.objects.get(verb="return matched").after == {"order": "LS-1"}

    @pytest.mark.parametrize("number", ["", "LS-404", "\x00", "LS-1"])
    def test_what_names_no_other_order_is_refused_in_words(self, number: str):
        make_return("R-1", order=order())

        with pytest.raises(NotMatched) as refused:
            match_by_hand("R-1", number, actor=User.objects.create_user("priya"), at=MONDAY)
        assert refused.value.sentence.endswith(".")
        assert AuditEntry.objects.count() == 0


class TestOverdue:
    def hire(self, days_late: int, **facts: object) -> Order:
        standing = {
            "number": "LS-1",
            "is_hire": True,
            "return_on": TODAY - timedelta(days=days_late),
            "state": OrderState.CLOSED,
            "acs_status": AcsStatus.DESPATCHED,
            "released_at": MONDAY,
            "quantity": 2,
        }
        made = make_order(**standing | facts)
        OrderLine.objects.filter(order=made).update(is_hire=True)
        return made

    @pytest.fixture(autouse=True)
    def returns_are_mirrored(self):
        make_return("R-0", order=make_order(number="LS-0"), arrived_at=timezone.now() - timedelta(days=60))

    def test_a_hire_that_is_not_back_is_a_case_until_every_garment_is(self):
        hired = self.hire(4)

        look_at_returns()
        opened = ExceptionCase.objects.get(code="RET-OVERDUE")
        make_item(make_return("R-1", order=hired))
        look_at_returns()
        part = ExceptionCase.objects.get(code="RET-OVERDUE").evidence
        make_item(Return.objects.get(acs_id="R-1"))
        look_at_returns()

        assert (opened.owner, opened.order_number, opened.evidence["count"], opened.evidence["fault"]) == ("cx", "LS-1", 2, "nothing")
        assert (part["count"], part["fault"]) == (1, "part")
        assert states("RET-OVERDUE") == [("Order LS-1", "cured")]

    def test_it_has_its_days_of_grace(self, settings):
        settings.RETURN_GRACE_DAYS = 3
        self.hire(3)

        look_at_returns()

        assert not ExceptionCase.objects.filter(code="RET-OVERDUE").exists()

    @pytest.mark.parametrize(
        "facts",
        [
            {"is_hire": False},
            {"return_on": None},
            {"state": OrderState.CANCELLED},
            {"acs_status": AcsStatus.PACKED},
            {"return_on": TODAY + timedelta(days=36_500)},
            {"return_on": TODAY - timedelta(days=90)},
        ],
        ids=["sold", "without a date", "cancelled", "not gone yet", "never to come back", "due before returns were mirrored"],
    )
    def test_what_is_not_out_on_hire_is_not_missed(self, facts: dict[str, object]):
        self.hire(4, **facts)

        look_at_returns()

        assert not ExceptionCase.objects.filter(code="RET-OVERDUE").exists()


def test_looking_costs_the_same_statements_with_three_and_with_thirty():
    def statements(number: int) -> int:
        for _ in range(number):
            make_item(make_return(arrived_at=timezone.now() - timedelta(days=30)))
        look_at_returns()
        with CaptureQueriesContext(connection) as queries:
            look_at_returns()
        return len(queries)

    assert statements(3) == statements(27)
