"""What people decide about a case: each act checks the version that was seen and leaves an audit row."""

from datetime import timedelta

import pytest
from django.db import transaction

from exceptions_queue import actions
from exceptions_queue.models import AuditEntry, CaseNote, ExceptionCase
from exceptions_queue.states import CaseState
from tests.exceptions_queue.builders import counts, exact_counts, find, make_user, one_case, open_many

pytestmark = pytest.mark.django_db


@pytest.fixture
def priya():
    return make_user("priya")


@pytest.fixture
def warehouse():
    return make_user("wanda", role="warehouse")


def stuck(noon):
    return one_case(at=noon, code="ORD-STUCK", evidence={"status": "picking"})


def test_assigning_raises_the_version_and_names_both_people(noon, priya):
    case = one_case(at=noon)

    actions.assign(case, to=priya, actor=priya, at=noon, version=1)

    entry = AuditEntry.objects.get(verb="case assigned")
    assert (case.assignee, case.version) == (priya, 2)
    assert (entry.before, entry.after, entry.actor_label) == ({"assignee": None}, {"assignee": "priya"}, "priya")


def test_the_second_to_save_is_told_what_stands_and_changes_nothing(noon, priya):
    case = one_case(at=noon)
    actions.assign(ExceptionCase.objects.get(), to=priya, actor=priya, at=noon, version=1)

    with pytest.raises(actions.Stale) as refusal:
        actions.snooze(case, until=noon + timedelta(hours=1), reason="", actor="system:test", at=noon, version=1)

    assert refusal.value.theirs.assignee == priya
    assert ExceptionCase.objects.get().snoozed_until is None
    assert AuditEntry.objects.count() == 1


def test_an_act_on_a_closed_case_is_stale(noon, priya):
    case = one_case(at=noon)
    find({1: {}}, at=noon)

    with pytest.raises(actions.Stale):
        actions.assign(case, to=priya, actor=priya, at=noon, version=1)


def test_take_next_hands_out_the_most_urgent_that_nobody_has(noon, priya):
    late = one_case(at=noon, subject=1, due_at=noon + timedelta(hours=3))
    soon = one_case(at=noon, subject=2, due_at=noon + timedelta(hours=1))
    asleep = one_case(at=noon, subject=3, due_at=noon)
    actions.snooze(asleep, until=noon + timedelta(hours=1), reason="asked", actor=priya, at=noon, version=1)
    one_case(at=noon, subject=4, code="ORD-STUCK", due_at=noon)
    asked = one_case(at=noon, subject=5, due_at=noon)
    actions.wait_for_customer(asked, actor=priya, at=noon, version=1)

    taken = [actions.take_next(user=priya, owners=["cx"], at=noon) for _ in range(3)]

    assert taken == [soon, late, None]
    assert set(ExceptionCase.objects.filter(assignee=priya)) == {soon, late}


def test_a_snooze_past_the_cut_off_needs_a_reason(noon, priya):
    case = one_case(at=noon, due_at=noon + timedelta(hours=1))
    late = noon + timedelta(hours=2)

    with pytest.raises(actions.Refused, match="past the cut-off"):
        actions.snooze(case, until=late, reason=" ", actor=priya, at=noon, version=1)
    actions.snooze(case, until=late, reason="Customer rings at two", actor=priya, at=noon, version=1)

    assert case.snoozed_until == late
    assert AuditEntry.objects.get().reason == "Customer rings at two"


def test_a_snooze_ends_in_the_future_and_can_be_ended_early(noon, priya):
    case = one_case(at=noon)
    with pytest.raises(actions.Refused, match="still to come"):
        actions.snooze(case, until=noon, reason="x", actor=priya, at=noon, version=1)

    actions.snooze(case, until=noon + timedelta(minutes=5), reason="", actor=priya, at=noon, version=1)
    actions.wake(case, actor=priya, at=noon, version=2)

    case.refresh_from_db()
    assert (case.snoozed_until, case.version) == (None, 3)


def test_a_blocking_case_is_waived_and_closed_by_nobody(noon, priya):
    case = one_case(at=noon)

    with pytest.raises(actions.Refused, match="Nobody may waive"):
        actions.waive(case, reason="It is fine", actor=priya, at=noon, version=1)
    with pytest.raises(actions.Refused, match="nobody may close it by hand"):
        actions.close_by_hand(case, reason="It is fine", actor=priya, at=noon, version=1, still_failing=False)

    assert ExceptionCase.objects.get().state == CaseState.OPEN


def test_a_waiver_needs_the_role_that_the_code_names(noon, priya, warehouse):
    case = stuck(noon)
    with pytest.raises(actions.Refused, match="Only Warehouse may waive this"):
        actions.waive(case, reason="fine", actor=priya, at=noon, version=1)
    with pytest.raises(actions.Refused, match="Say why"):
        actions.waive(case, reason="  ", actor=warehouse, at=noon, version=1)

    actions.waive(case, reason="ACS rang", actor=warehouse, at=noon, version=1)

    case.refresh_from_db()
    assert (case.state, case.closed_by, case.closed_why, case.closed_at) == (CaseState.WAIVED, warehouse, "ACS rang", noon)
    assert counts() == {}


def test_closing_by_hand_says_when_the_check_still_fails(noon, warehouse):
    case = stuck(noon)

    actions.close_by_hand(case, reason="Seen on the shelf", actor=warehouse, at=noon, version=1, still_failing=True)

    assert ExceptionCase.objects.get().closed_why == "Accepted risk: Seen on the shelf"
    assert AuditEntry.objects.get().before == {"state": "open"}


def test_what_was_closed_by_hand_can_be_opened_again(noon, warehouse):
    case = stuck(noon)
    actions.close_by_hand(case, reason="a", actor=warehouse, at=noon, version=1, still_failing=True)
    actions.reopen(case, reason="It was another one", actor=warehouse, at=noon, version=2)

    case.refresh_from_db()
    assert (case.state, case.closed_at, case.closed_why, case.version) == (CaseState.OPEN, None, "", 3)
    assert counts() == exact_counts() == {("warehouse", "ORD-STUCK"): 1}


def test_an_old_case_is_not_opened_beside_its_newer_twin(noon, warehouse):
    case = stuck(noon)
    actions.close_by_hand(case, reason="a", actor=warehouse, at=noon, version=1, still_failing=True)
    find({1: {"ORD-STUCK": {"status": "packed"}}}, at=noon)

    with pytest.raises(actions.Refused, match="open again already"):
        actions.reopen(case, reason="b", actor=warehouse, at=noon, version=2)
    assert counts() == exact_counts()


def test_a_note_is_kept_as_typed_and_its_text_stays_out_of_the_audit_record(noon, priya):
    text = "<script>alert(1)</script> Ring 07700 900123 \N{HUGGING FACE}"

    actions.add_note(one_case(at=noon), text=text, author=priya, at=noon)

    note = CaseNote.objects.get()
    assert note.text == text
    assert AuditEntry.objects.get().after == {"note": note.pk}


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_people_never_take_the_same_case(noon, race):
    open_many(6, at=noon)
    people = [make_user(name) for name in ("ann", "ben", "cat", "dan")]

    assert race(lambda user: actions.take_next(user=user, owners=["cx"], at=noon), people) == ["ok"] * 4

    assert sorted(ExceptionCase.objects.exclude(assignee=None).values_list("assignee", flat=True)) == [user.pk for user in people]
    assert AuditEntry.objects.filter(verb="case assigned").count() == 4


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_cure_and_a_closing_by_hand_close_a_case_once(noon, race):
    open_many(1, at=noon, code="ORD-STUCK", evidence={})
    case = ExceptionCase.objects.get()

    def end(by_hand):
        if by_hand:
            actions.close_by_hand(case, reason="a", actor="system:test", at=noon, version=1, still_failing=False)
        else:
            with transaction.atomic():
                find({1: {}}, at=noon)

    outcomes = race(end, [True, False])

    assert outcomes in (["ok", "ok"], ["Stale", "ok"])
    assert counts() == exact_counts() == {}
    assert AuditEntry.objects.count() == 1
