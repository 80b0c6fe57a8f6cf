"""An act is taken back by whoever did it, for ten minutes, while nobody has changed the case since."""

import json
from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.models import Permission, User

from exceptions_queue import actions
from exceptions_queue.models import ExceptionCase
from exceptions_queue.states import CaseState
from tests.exceptions_queue.builders import counts, exact_counts, make_user, one_case

pytestmark = pytest.mark.django_db


@pytest.fixture
def priya():
    return make_user("priya", "view_exceptioncase", "assign_exceptioncase", "snooze_exceptioncase", "close_exceptioncase")


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


def test_a_wait_and_a_hand_over_are_put_back_too(noon, case, priya):
    actions.hand_over(case, owner="warehouse", reason="theirs", actor=priya, at=noon, version=1)
    before = actions.snapshot(case)
    actions.wait_for_customer(case, actor=priya, at=noon, version=2)
    token = actions.token(case, before, actor=priya)

    back = actions.undo(token, actor=priya, at=noon)

    assert (back.owner, back.waiting_since) == ("warehouse", None)
    assert counts() == exact_counts()


def test_a_desk_is_given_back_with_its_counter(noon, case, priya):
    before = actions.snapshot(case)
    actions.hand_over(case, owner="warehouse", reason="theirs", actor=priya, at=noon, version=1)

    back = actions.undo(actions.token(case, before, actor=priya), actor=priya, at=noon)

    assert back.owner == "cx"
    assert counts() == exact_counts()


@pytest.mark.parametrize(("act", "lost"), [("assign", "assign_exceptioncase"), ("close", "close_exceptioncase")])
def test_taking_back_is_an_act_and_takes_its_permission(noon, priya, act, lost):
    case = one_case(at=noon, code="LOC-STALE", subject=3)
    before = actions.snapshot(case)
    if act == "close":
        actions.close_by_hand(case, reason="seen", actor=priya, at=noon, version=1, still_failing=True)
    else:
        actions.assign(case, to=priya, actor=priya, at=noon, version=1)
    token = actions.token(case, before, actor=priya)
    priya.user_permissions.remove(Permission.objects.get(codename=lost))

    with pytest.raises(actions.Refused, match="may not do that any more"):
        actions.undo(token, actor=User.objects.get(pk=priya.pk), at=noon)


def test_what_a_colleague_does_before_the_page_is_read_again_is_not_taken_back(client, noon, case, priya):
    client.force_login(priya)
    answer = client.post(f"/queue/{case.pk}/assign/", {"version": 1, "to": "me"}, headers={"HX-Request": "true", "HX-Target": "pane"})
    token = json.loads(answer.headers["HX-Trigger"])["toast"]["undo_token"]
    tom = make_user("tom")
    actions.assign(ExceptionCase.objects.get(), to=tom, actor=tom, at=noon, version=2)

    with pytest.raises(actions.Stale):
        actions.undo(token, actor=priya, at=noon)
