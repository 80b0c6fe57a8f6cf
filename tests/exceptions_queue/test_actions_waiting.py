"""Waiting for the customer pauses the owner's clock and nothing else; desks change with their counters."""

from datetime import timedelta

import pytest

from exceptions_queue import actions
from exceptions_queue.actions import waiting
from exceptions_queue.models import AuditEntry
from tests.exceptions_queue.builders import counts, exact_counts, find, make_user, one_case

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def priya():
    return make_user("priya")


@pytest.fixture
def case(noon):
    return one_case(at=noon, due_at=noon + 5 * HOUR)


def test_it_comes_back_two_hours_before_it_is_due(noon, case, priya):
    actions.wait_for_customer(case, actor=priya, at=noon, version=1)

    assert (case.waiting_since, case.waiting_by, case.waiting_until) == (noon, priya, noon + 3 * HOUR)
    assert waiting.resume_due(at=noon + 2 * HOUR) == 0
    assert waiting.resume_due(at=noon + 3 * HOUR) == 1
    case.refresh_from_db()
    assert (case.waiting_since, case.waited_s, case.version) == (None, 3 * 3600, 3)


def test_the_minutes_to_the_cut_off_never_pause(noon, case, priya):
    due = case.due_at

    actions.wait_for_customer(case, actor=priya, at=noon, version=1)
    actions.resume(case, actor=priya, at=noon + HOUR, version=2)

    case.refresh_from_db()
    assert (case.due_at, case.waited_s) == (due, 3600)


def test_a_case_that_is_nearly_due_waits_a_quarter_of_an_hour_at_least(noon, priya):
    late = one_case(at=noon, subject=2, due_at=noon + timedelta(minutes=30))

    actions.wait_for_customer(late, actor=priya, at=noon, version=1)

    assert late.waiting_until == noon + timedelta(minutes=15)


def test_waiting_twice_and_resuming_what_does_not_wait_are_refused(noon, case, priya):
    with pytest.raises(actions.Refused, match="does not wait"):
        actions.resume(case, actor=priya, at=noon, version=1)
    actions.wait_for_customer(case, actor=priya, at=noon, version=1)
    with pytest.raises(actions.Refused, match="already"):
        actions.wait_for_customer(case, actor=priya, at=noon, version=2)


def test_what_was_put_right_meanwhile_does_not_come_back(noon, case, priya):
    actions.wait_for_customer(case, actor=priya, at=noon, version=1)
    find({1: {}}, at=noon)

    assert waiting.resume_due(at=noon + 4 * HOUR) == 0


def test_handing_over_changes_desk_assignee_and_counters(noon, case, priya):
    actions.assign(case, to=priya, actor=priya, at=noon, version=1)

    actions.hand_over(case, owner="warehouse", reason="The parcel is there", actor=priya, at=noon, version=2)

    assert (case.owner, case.assignee) == ("warehouse", None)
    assert counts() == exact_counts() == {("warehouse", "VAL-MOB-FORMAT"): 1}
    assert AuditEntry.objects.latest("pk").before == {"owner": "cx"}


@pytest.mark.parametrize(("owner", "reason", "said"), [("cx", "x", "already"), ("warehouse", " ", "Say why")])
def test_handing_over_to_the_same_desk_or_without_a_reason_is_refused(noon, case, priya, owner, reason, said):
    with pytest.raises(actions.Refused, match=said):
        actions.hand_over(case, owner=owner, reason=reason, actor=priya, at=noon, version=1)


def test_who_saved_first_wins(noon, case, priya):
    actions.assign(case, to=priya, actor=priya, at=noon, version=1)

    with pytest.raises(actions.Stale):
        actions.hand_over(case, owner="warehouse", reason="x", actor=priya, at=noon, version=1)
    assert counts() == exact_counts()
