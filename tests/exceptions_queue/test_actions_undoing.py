"""An act is taken back by whoever did it, for ten minutes, while nobody has changed the case since."""

from datetime import timedelta

import pytest
import time_machine

from exceptions_queue import actions
from exceptions_queue.states import CaseState
from tests.exceptions_queue.builders import counts, exact_counts, make_user, one_case

pytestmark = pytest.mark.django_db


@pytest.fixture
def priya():
    return make_user("priya")


@pytest.fixture
def case(noon):
    return one_case(at=noon)


def assigned(case, priya, noon) -> str:
    before = actions.snapshot(case)
    actions.assign(case, to=priya, actor=priya, at=noon, version=case.version)
    return actions.token(case, before, actor=priya)


def test_it_puts_the_case_back_as_it_was(noon, case, priya):
    token = assigned(case, priya, noon)

    assert actions.undo(token, actor=priya, at=noon).assignee is None


def test_a_snooze_is_put_back_to_the_one_before(noon, case, priya):
    actions.snooze(case, until=noon + timedelta(minutes=5), reason="", actor=priya, at=noon, version=1)
    before = actions.snapshot(case)
    actions.snooze(case, until=noon + timedelta(minutes=9), reason="", actor=priya, at=noon, version=2)

    back = actions.undo(actions.token(case, before, actor=priya), actor=priya, at=noon)

    assert back.snoozed_until == noon + timedelta(minutes=5)


def test_a_closing_by_hand_is_opened_again(noon, priya):
    case = one_case(at=noon, code="LOC-STALE", subject=3)
    before = actions.snapshot(case)
    actions.close_by_hand(case, reason="seen", actor=priya, at=noon, version=1, still_failing=True)

    assert actions.undo(actions.token(case, before, actor=priya), actor=priya, at=noon).state == CaseState.OPEN
    assert counts() == exact_counts()


def test_what_a_colleague_changed_since_stays(noon, case, priya):
    token = assigned(case, priya, noon)
    actions.assign(case, to=None, actor=make_user("tom"), at=noon, version=case.version)

    with pytest.raises(actions.Stale):
        actions.undo(token, actor=priya, at=noon)


def test_only_who_did_it_may_take_it_back(noon, case, priya):
    token = assigned(case, priya, noon)

    with pytest.raises(actions.Refused, match="Only who did it"):
        actions.undo(token, actor=make_user("tom"), at=noon)


@pytest.mark.parametrize("token", ["", "nonsense", "a:b:c", "\x00"])
def test_a_token_that_is_not_ours_is_refused(noon, priya, token):
    with pytest.raises(actions.Refused, match="ten minutes"):
        actions.undo(token, actor=priya, at=noon)


def test_after_ten_minutes_it_is_too_late(noon, case, priya):
    with time_machine.travel(noon, tick=False):
        token = assigned(case, priya, noon)
    with time_machine.travel(noon + timedelta(minutes=11), tick=False), pytest.raises(actions.Refused, match="ten minutes"):
        actions.undo(token, actor=priya, at=noon)
