"""Limits that take two people to raise, colleagues who stand in, and what posting asks again."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group, User
from django.db import connection
from django.test.utils import CaptureQueriesContext

from exceptions_queue.models import AuditEntry
from returns.actions import deciding, delegating, limits, raising
from returns.actions.outcomes import Refused
from returns.models import ApprovalLimit, GraderLink, WriteOff
from returns.queries import authority
from tests.callers import person
from tests.returns.builders import NOON, make_write_off, seen

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(hours=1)
TODAY = NOON.date()


def fresh(user: User) -> User:
    """As the next request reads them."""
    return User.objects.get(pk=user.pk)


def hand_over(giver, taker, *, limit_pence=100_000, days=0, **more) -> object:
    span = {"from_day": TODAY, "to_day": TODAY + timedelta(days=days)} | more
    return delegating.delegate(taker=taker, limit_pence=limit_pence, reason="Away", actor=giver, at=NOON, **span)


def approve(write_off, actor, at=LATER):
    return deciding.approve_many(seen(write_off), actor=actor, at=at)[0]


class TestLimits:
    def test_a_lower_one_is_in_force_at_once_and_a_higher_one_when_a_second_person_says_so(self, people):
        other = person("finance_manager", "other")
        limits.propose("finance", limit_pence=5_000, second_above_pence=5_000, reason="Audit", actor=people.manager, at=NOON)
        raised = limits.propose("finance", limit_pence=50_000, second_above_pence=5_000, reason="Peak", actor=people.manager, at=LATER)
        before = authority.limits(at=LATER)["finance"].limit_pence

        with pytest.raises(Refused, match="someone else must confirm"):
            limits.confirm(raised, actor=people.manager, at=LATER)
        limits.confirm(raised, actor=other, at=LATER)

        assert (before, authority.limits(at=LATER)["finance"].limit_pence, raised.version) == (5_000, 50_000, 2)
        assert list(AuditEntry.objects.filter(verb__startswith="limit").order_by("pk").values_list("verb", flat=True)) == [
            "limit lowered",
            "limit proposed",
            "limit confirmed",
        ]
        with pytest.raises(Refused, match="a colleague was quicker"):
            limits.confirm(raised, actor=other, at=LATER)

    def test_one_waits_at_a_time_and_can_be_withdrawn(self, people):
        waiting = limits.propose("finance", limit_pence=50_000, second_above_pence=10_000, reason="Peak", actor=people.manager, at=NOON)
        with pytest.raises(Refused, match="waits for its second person already"):
            limits.propose("finance", limit_pence=60_000, second_above_pence=10_000, reason="Peak", actor=people.manager, at=NOON)

        limits.withdraw(waiting, actor=people.manager, at=NOON)

        assert limits.propose("finance", limit_pence=60_000, second_above_pence=10_000, reason="Peak", actor=people.manager, at=NOON)

    @pytest.mark.parametrize(
        "wanted",
        [
            ("finance", -1, 0, "x"),
            ("finance", 10_000, 10_000, "same"),
            ("cx", 1, 1, "x"),
            ("finance", 1, 1, " "),
            ("finance", 10**12, 1, "x"),
        ],
    )
    def test_what_cannot_be_right_is_refused(self, people, wanted):
        tier, limit, second, reason = wanted

        with pytest.raises(Refused):
            limits.propose(tier, limit_pence=limit, second_above_pence=second, reason=reason, actor=people.manager, at=NOON)
        with pytest.raises(Refused):
            limits.propose("finance", limit_pence=1, second_above_pence=1, reason="x", actor=people.finance, at=NOON)

        assert not ApprovalLimit.objects.exists()

    def test_a_raised_one_is_not_confirmed_over_a_lower_one_that_came_after_it(self, people):
        other = person("finance_manager", "other")
        raised = limits.propose("finance", limit_pence=20_000, second_above_pence=20_000, reason="Sale", actor=people.manager, at=NOON)
        limits.propose("finance", limit_pence=5_000, second_above_pence=5_000, reason="Audit", actor=people.manager, at=NOON)

        with pytest.raises(Refused, match="changed after"):
            limits.confirm(raised, actor=other, at=LATER)

        assert authority.limits(at=LATER)["finance"].limit_pence == 5_000

    def test_an_account_is_set_by_who_may_and_drafts_follow(self, people):
        write_off = make_write_off()
        with pytest.raises(Refused):
            limits.set_account("stock", code="1210", actor=people.finance, at=NOON)

        limits.set_account("stock", code="1210", name="Stock at ACS", actor=people.manager, at=NOON)
        raising.look_again(at=NOON)

        old = write_off.lines_hash
        write_off.refresh_from_db()
        assert (write_off.lines[1]["account"], write_off.lines_hash == old) == ("1210", False)


class TestStandingIn:
    def test_a_colleague_approves_under_the_limit_of_whom_they_stand_in_for_and_it_says_so(self, people):
        write_off = make_write_off(40_000, photos=2)
        assert not approve(write_off, people.finance).done
        hand_over(people.manager, people.finance)

        outcome = approve(write_off, people.finance)

        row = WriteOff.objects.get()
        assert (outcome.done, row.first_by, row.first_for) == (True, people.finance, people.manager)
        assert row.words.get().limit_pence == 100_000

    def test_never_above_what_was_handed_over_nor_above_the_givers_own(self, people):
        write_off = make_write_off(40_000, photos=2)
        hand_over(people.manager, people.finance, limit_pence=39_999)
        first = approve(write_off, people.finance)
        hand_over(people.manager, people.finance, limit_pence=300_000)
        other = person("finance_manager", "other")
        lowered = {"limit_pence": 30_000, "second_above_pence": 30_000, "reason": "Audit"}

        limits.propose("finance_manager", **lowered, actor=other, at=NOON)

        assert (first.done, approve(write_off, people.finance).done) == (False, False)

    @pytest.mark.parametrize("days", [-1, 1])
    def test_only_on_its_days_both_included(self, people, days):
        write_off = make_write_off(40_000, photos=2)
        hand_over(people.manager, people.finance, from_day=TODAY, to_day=TODAY)

        assert not approve(write_off, people.finance, at=NOON + timedelta(days=days)).done
        assert approve(write_off, people.finance).done

    def test_what_was_ended_or_whose_giver_may_no_longer_counts_no_more(self, people):
        ended = hand_over(people.manager, people.finance)
        delegating.end(ended, actor=people.manager, at=NOON)
        hand_over(people.manager, people.finance)
        people.manager.groups.clear()

        assert not approve(make_write_off(40_000, photos=2), people.finance).done

    def test_not_what_the_person_they_stand_in_for_raised_or_graded(self, people):
        write_off = make_write_off(40_000, photos=2, grader="Martin")
        GraderLink.objects.create(grader="Martin", user=people.manager)
        hand_over(people.manager, people.finance)

        outcome = approve(write_off, people.finance)

        assert (outcome.done, outcome.sentence) == (
            False,
            "finance_manager, for whom you stand in, graded this garment, so someone else must approve it.",
        )

    def test_one_pair_of_people_is_no_two_pairs_of_eyes(self, people):
        write_off = make_write_off(60_000, photos=2)
        hand_over(people.manager, people.finance)
        assert approve(write_off, people.finance).state == "awaiting_second"

        second = approve(write_off, people.manager)

        assert (second.done, second.sentence) == (False, "You are its first approver already, so someone else must be the second.")
        assert approve(write_off, people.colleague).done

    def test_it_is_neither_passed_on_nor_given_to_who_may_not_approve(self, people):
        taker = User.objects.create_user("taker", password=None)
        with pytest.raises(Refused, match="choose somebody whose role lets them"):
            hand_over(people.manager, taker)
        with pytest.raises(Refused, match="above your own"):
            hand_over(people.finance, people.colleague, limit_pence=10_001)

        hand_over(people.manager, people.finance)
        with pytest.raises(Refused, match="above your own"):
            hand_over(people.finance, people.colleague, limit_pence=100_000)

    def test_only_the_two_and_who_sets_limits_end_it(self, people):
        made = hand_over(people.finance, people.colleague, limit_pence=100)

        with pytest.raises(Refused):
            delegating.end(made, actor=people.warehouse, at=NOON)
        delegating.end(made, actor=people.colleague, at=NOON)
        with pytest.raises(Refused, match="ended already"):
            delegating.end(made, actor=people.finance, at=NOON)


class TestAtPosting:
    def test_a_role_that_was_taken_away_since_carries_no_posting(self, people):
        write_off = make_write_off()
        approve(write_off, people.finance)
        write_off.refresh_from_db()
        before = authority.no_longer_approved([write_off], at=LATER)

        people.finance.groups.clear()

        assert before == {}
        assert authority.no_longer_approved([write_off], at=LATER) == {write_off.pk: "who approved it may approve no longer"}

    def test_nor_does_a_limit_that_was_lowered_nor_an_account_that_is_off(self, people):
        write_off, other = make_write_off(), make_write_off()
        approve(write_off, people.finance)
        approve(other, people.colleague)
        rows = list(WriteOff.objects.all())

        limits.propose("finance", limit_pence=4_199, second_above_pence=0, reason="Audit", actor=people.manager, at=LATER)
        User.objects.filter(pk=people.colleague.pk).update(is_active=False)

        assert set(authority.no_longer_approved(rows, at=LATER).values()) == {
            "the limit it was approved under is £41.99 now",
            "who approved it may approve no longer",
        }

    @pytest.mark.parametrize("signers", [1, 2])
    def test_nor_does_one_alone_where_a_second_person_is_asked_for_since(self, people, signers):
        write_off = make_write_off(9_000)
        WriteOff.objects.update(needs_second=signers == 2)
        for who in (people.finance, people.colleague)[:signers]:
            approve(write_off, who)
        write_off.refresh_from_db()
        before = authority.no_longer_approved([write_off], at=LATER)

        limits.propose("finance", limit_pence=10_000, second_above_pence=8_999, reason="Audit", actor=people.manager, at=LATER)

        gone = {write_off.pk: "above £89.99 a second person must approve it now"}
        assert (write_off.state, before) == ("approved", {})
        assert authority.no_longer_approved([write_off], at=LATER) == (gone if signers == 1 else {})

    def test_nor_does_one_of_somebody_who_turns_out_to_have_graded_it(self, people):
        write_off = make_write_off(grader="Agnes")
        approve(write_off, people.finance)
        write_off.refresh_from_db()

        GraderLink.objects.create(grader="Agnes", user=people.finance)

        assert authority.no_longer_approved([write_off], at=LATER) == {write_off.pk: "who approved it has another part in it"}

    def test_a_delegation_that_ended_since_leaves_what_was_approved_under_it(self, people):
        made = hand_over(people.manager, people.finance)
        write_off = make_write_off(40_000, photos=2)
        approve(write_off, people.finance)
        delegating.end(made, actor=people.manager, at=LATER)
        write_off.refresh_from_db()

        assert authority.no_longer_approved([write_off], at=LATER) == {}
        people.manager.groups.set(Group.objects.filter(name="viewer"))
        assert authority.no_longer_approved([write_off], at=LATER) != {}


def test_an_approval_costs_the_same_statements_for_three_and_for_twenty(people):
    def statements(number: int) -> int:
        rows = [make_write_off(100) for _ in range(number)]
        signed, actor = seen(*rows), fresh(people.finance)
        with CaptureQueriesContext(connection) as queries:
            assert all(each.done for each in deciding.approve_many(signed, actor=actor, at=LATER))
        return len(queries)

    statements(1)

    assert statements(3) == statements(20)
