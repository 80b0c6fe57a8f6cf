"""Approving, declining, proposing by hand: who may, what they signed, and what stays undone."""

import pytest
from django.db import IntegrityError, transaction

from exceptions_queue.audit import record
from exceptions_queue.models import AuditEntry, ExceptionCase
from exceptions_queue.states import CaseState
from returns.actions import refunds
from returns.actions.outcomes import Refused
from returns.models import GraderLink, Refund
from returns.states import Grade, RefundState
from tests.callers import person
from tests.returns.builders import NOON, People
from tests.returns.refunds.due import came_back, proposed, sold

pytestmark = pytest.mark.django_db


def state() -> str:
    return Refund.objects.get().state


def approve(one: Refund, who, pence: int = 8_400):
    return refunds.approve(one.pk, pence=pence, actor=who, at=NOON)


class TestApproving:
    def test_one_person_within_their_limit_is_enough_and_the_case_closes(self, people: People):
        one = proposed()
        approve(one, people.finance)

        one.refresh_from_db()
        assert (one.state, one.decided_by, one.decided_at) == ("approved", people.finance, NOON)
        assert not ExceptionCase.objects.filter(state=CaseState.OPEN).exists()
        assert AuditEntry.objects.get(verb="refund approved").actor_label

    def test_what_has_changed_since_is_refused_with_both_amounts(self, people: People):
        one = proposed()
        with pytest.raises(Refused, match=r"It is £84\.00 now and was £80\.00 when you looked"):
            approve(one, people.finance, 8_000)
        assert state() == "proposed"

    def test_above_the_limit_a_higher_tier(self, people: People):
        one = proposed(pence=24_000)
        with pytest.raises(Refused, match=r"your limit is £100\.00: it needs a higher tier"):
            approve(one, people.finance, 24_000)
        approve(one, people.manager, 24_000)
        assert state() == "approved"

    def test_nobody_without_the_right_not_even_who_may_look(self, people: People):
        one = proposed()
        with pytest.raises(Refused, match="Your role does not let you decide"):
            approve(one, people.warehouse)
        with pytest.raises(Refused, match="no limit to approve under"):
            approve(one, people.boss)
        assert state() == "proposed"

    def test_not_who_graded_the_garment(self, people: People):
        one = proposed()
        GraderLink.objects.create(grader="Morag", user=people.finance)
        with pytest.raises(Refused, match="You graded this garment"):
            approve(one, people.finance)

    def test_not_who_said_which_order_it_is_of(self, people: People):
        one = proposed()
        record("return matched", one.item.ret, actor=people.finance, at=NOON)
        with pytest.raises(Refused, match="You said which order the return belongs to"):
            approve(one, people.finance)

    def test_twice_is_told_that_it_is_done(self, people: People):
        one = proposed()
        approve(one, people.finance)
        with pytest.raises(Refused, match="It is approved already"):
            approve(one, people.colleague)

    def test_one_that_is_not_there(self, people: People):
        for pk in (0, 2**70):
            with pytest.raises(Refused, match="no such refund"):
                refunds.approve(pk, pence=1, actor=people.finance, at=NOON)


class TestDeclining:
    @pytest.mark.parametrize("frm", [RefundState.PROPOSED, RefundState.REFUSED, RefundState.APPROVED])
    def test_what_is_not_on_its_way_ends_with_a_reason(self, people: People, frm):
        one = proposed()
        Refund.objects.update(state=frm)
        refunds.decline(one.pk, reason=" Worn.\x00 ", actor=people.finance, at=NOON)

        one.refresh_from_db()
        assert (one.state, one.reason, one.decided_by) == ("declined", "Worn.", people.finance)
        assert not ExceptionCase.objects.filter(state=CaseState.OPEN).exists()

    def test_not_without_a_reason_nor_what_was_given(self, people: People):
        one = proposed()
        with pytest.raises(Refused, match="Say why"):
            refunds.decline(one.pk, reason="\x00 ", actor=people.finance, at=NOON)
        Refund.objects.update(state=RefundState.DONE, external_id="7")
        with pytest.raises(Refused, match="given already"):
            refunds.decline(one.pk, reason="No.", actor=people.finance, at=NOON)


class TestByHand:
    def test_what_no_grade_makes_due_is_proposed_by_one_and_approved_by_another(self, people: People):
        item = came_back(sold(hire=True), grade=Grade.BER)
        one = refunds.propose(item.pk, reason="It arrived torn.", actor=people.finance, at=NOON)

        with pytest.raises(Refused, match="You proposed this refund"):
            approve(one, people.finance)
        approve(one, people.colleague)
        one.refresh_from_db()
        assert (one.state, one.amount_pence, one.proposed_why) == ("approved", 8_400, "It arrived torn.")

    def test_a_look_at_the_grades_leaves_it_standing(self, people: People):
        item = came_back(sold(hire=True))
        refunds.propose(item.pk, reason="Late.", actor=person("cx"), at=NOON)
        refunds.look([item.pk], at=NOON)
        assert state() == "proposed"

    @pytest.mark.parametrize("reason", ["", "\x00"])
    def test_not_without_a_reason(self, people: People, reason):
        with pytest.raises(Refused, match="Say why"):
            refunds.propose(came_back(sold(hire=True)).pk, reason=reason, actor=people.finance, at=NOON)

    def test_not_what_is_due_by_itself_nor_twice_nor_without_the_right(self, people: People):
        hire = came_back(sold(hire=True))
        for item, who, why in ((came_back(sold()), people.finance, "was graded"), (hire, people.warehouse, "does not let you")):
            with pytest.raises(Refused, match=why):
                refunds.propose(item.pk, reason="Why not.", actor=who, at=NOON)
        refunds.propose(hire.pk, reason="Torn.", actor=people.finance, at=NOON)
        with pytest.raises(Refused):
            refunds.propose(hire.pk, reason="Torn.", actor=people.colleague, at=NOON)
        assert Refund.objects.count() == 1


@pytest.mark.parametrize(
    "columns",
    [{"amount_pence": 8_401}, {"unit": 2}, {"unit": 0}, {"amount_pence": 0}, {"state": "done"}],
    ids=["above what was paid", "more than were sold", "no garment", "no money", "given without a number"],
)
def test_the_database_says_so_too(columns):
    one = proposed()
    with pytest.raises(IntegrityError), transaction.atomic():
        Refund.objects.filter(pk=one.pk).update(**columns)


def test_the_database_knows_that_nobody_approves_their_own_proposal(people: People):
    one = proposed()
    with pytest.raises(IntegrityError), transaction.atomic():
        Refund.objects.filter(pk=one.pk).update(proposed_by=people.finance, decided_by=people.finance, state="approved")
