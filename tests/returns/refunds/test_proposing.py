"""What a grade makes due is proposed once, follows its facts, and is withdrawn by another grade."""

from datetime import timedelta

import pytest

from exceptions_queue.models import AuditEntry, ExceptionCase
from exceptions_queue.states import CaseState
from orders.models import Order, OrderLine
from returns.actions import refunds
from returns.models import Refund, ReturnItem
from returns.states import Grade, RefundState
from tests.returns.builders import NOON, make_grade
from tests.returns.refunds.due import came_back, proposed, sold

pytestmark = pytest.mark.django_db


def look(*items: ReturnItem, at=NOON):
    return refunds.look([item.pk for item in items], at=at)


def cases() -> list[str]:
    opened = ExceptionCase.objects.filter(code="REF-DUE", state=CaseState.OPEN)
    return [case.evidence["fault"] for case in opened.order_by("pk")]


def regrade(item: ReturnItem, grade: str) -> None:
    ReturnItem.objects.filter(pk=item.pk).update(grade=make_grade(grade, grade.upper()), raw_grade=grade.upper())


class TestProposing:
    def test_a_garment_that_was_sold_paid_and_graded_is_due_what_was_paid_for_it_with_a_case(self):
        order = sold(pence=8_450)
        look(came_back(order, grade=Grade.C))

        one = Refund.objects.get()
        assert (one.state, one.amount_pence, one.order_number, one.line_id, one.unit) == ("proposed", 8_450, order.number, "1", 1)
        assert (one.proposed_by, one.kind, cases()) == (None, "credit_note", ["proposed"])
        assert ExceptionCase.objects.get().value_pence == 8_450

    def test_the_shop_gives_it_where_it_can(self, settings):
        settings.STORE = "shopify"
        assert proposed().kind == "store_refund"

    def test_however_often_the_feed_says_so_it_is_proposed_once(self):
        item = came_back(sold())
        told = [look(item).proposed, look(item).proposed, refunds.look_again(at=NOON).proposed]

        assert (told, Refund.objects.count()) == ([1, 0, 0], 1)
        assert AuditEntry.objects.filter(verb="refund proposed").count() == 1

    def test_of_one_garment_sold_no_two_are_given_back(self):
        order = sold()
        look(came_back(order), came_back(order))

        assert Refund.objects.count() == 1

    def test_one_garment_told_of_twice_has_one_refund_though_two_were_sold(self):
        order = sold(quantity=2)
        look(came_back(order, rfid="E1"), came_back(order, rfid="E1"))
        assert Refund.objects.count() == 1

        look(came_back(order, rfid="E2"))
        assert sorted(Refund.objects.values_list("unit", flat=True)) == [1, 2]

    def test_what_was_paid_otherwise_or_nobody_knows_is_a_case_that_says_why(self):
        look(came_back(sold(currency="EUR")), came_back(sold(pence=0)))

        assert (Refund.objects.count(), cases()) == (0, ["currency", "price"])

    @pytest.mark.parametrize(
        "facts", [{"paid_at": None}, {"store_cancelled_at": NOON}, {"shop": {"lines": []}}], ids=["unpaid", "cancelled", "gone"]
    )
    def test_what_is_not_paid_or_went_back_in_the_shop_is_not_due_and_no_case(self, facts):
        look(came_back(sold(**facts)))

        assert (Refund.objects.count(), cases()) == (0, [])

    def test_nothing_for_a_hire_and_for_a_garment_of_nobodys(self):
        look(came_back(sold(hire=True), grade=Grade.BER), came_back(None), came_back(sold(), sku="OTHER"))

        assert (Refund.objects.count(), cases()) == (0, [])

    @pytest.mark.parametrize("count", [3, 30])
    def test_the_same_statements_for_few_and_many(self, count, django_assert_max_num_queries):
        items = [came_back(sold(sku=f"S{number}"), sku=f"S{number}") for number in range(count)]

        with django_assert_max_num_queries(26):
            assert look(*items).proposed == count


class TestFollowing:
    def test_another_grade_withdraws_it_and_a_third_proposes_it_again(self):
        one = proposed()
        regrade(one.item, Grade.QUARANTINE)
        look(one.item)
        one.refresh_from_db()
        assert (one.state, one.decided_by, cases()) == ("declined", None, [])

        regrade(one.item, Grade.B)
        look(one.item)
        one.refresh_from_db()
        assert (one.state, one.reason, cases()) == ("proposed", "", ["proposed"])

    def test_what_a_person_declined_stays_declined(self, people):
        one = proposed()
        refunds.decline(one.pk, reason="Worn.", actor=people.finance, at=NOON)
        look(one.item)
        refunds.look_again(at=NOON)

        one.refresh_from_db()
        assert (one.state, one.reason) == ("declined", "Worn.")

    def test_a_price_that_changed_is_reckoned_anew(self):
        one = proposed()
        OrderLine.objects.update(unit_price_pence=5_000)
        look(one.item)

        one.refresh_from_db()
        assert (one.amount_pence, one.paid_pence, one.state) == (5_000, 5_000, "proposed")

    def test_what_was_approved_as_it_stood_goes_back_to_be_signed_anew(self, people):
        one = proposed()
        refunds.approve(one.pk, pence=8_400, actor=people.finance, at=NOON)
        OrderLine.objects.update(unit_price_pence=5_000)
        look(one.item)

        one.refresh_from_db()
        assert (one.state, one.decided_by, one.amount_pence, cases()) == ("proposed", None, 5_000, ["proposed"])

    def test_what_is_on_its_way_or_given_is_left_as_it_is(self):
        one = proposed()
        for state in (RefundState.SENDING, RefundState.UNKNOWN, RefundState.DONE):
            Refund.objects.update(state=state, external_id="1", decided_at=NOON)
            regrade(one.item, Grade.QUARANTINE)
            look(one.item)
            assert Refund.objects.get().state == state

    def test_it_does_not_become_an_old_story_while_it_waits(self):
        one = proposed()
        refunds.look_again(at=NOON + timedelta(days=60))

        one.refresh_from_db()
        assert one.state == "proposed"

    def test_what_comes_to_be_paid_is_found_without_the_feed(self):
        order = sold(paid_at=None)
        look(came_back(order))
        Order.objects.update(paid_at=NOON)

        assert refunds.look_again(at=NOON).proposed == 1
