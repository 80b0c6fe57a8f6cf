"""Reconciling: the open cases equal what is wrong now."""

from datetime import timedelta

import pytest
from django.db import connection, transaction

from exceptions_queue import actions
from exceptions_queue.models import AuditEntry, ExceptionCase, Site
from exceptions_queue.states import CaseState
from tests.exceptions_queue.builders import LANDLINE, card, counts, exact_counts, find, make_user, one_case, open_many

pytestmark = pytest.mark.django_db
MOBILE = frozenset({"VAL-MOB-FORMAT", "VAL-MOB-MISSING"})
DUMMY = {"field": "mobile", "fault": "dummy"}


def states(code="VAL-MOB-FORMAT", subject=1):
    return list(ExceptionCase.objects.filter(subject_id=subject, code=code).order_by("id").values_list("state", flat=True))


def test_a_new_fault_opens_a_case_with_what_the_catalogue_says(noon):
    case = one_case(at=noon, value_pence=4500)

    assert (case.state, case.owner, case.blocks, case.value_pence) == (CaseState.OPEN, "cx", "R", 4500)
    assert case.cause_key == "VAL-MOB-FORMAT:mobile:landline:"
    assert counts() == {("cx", "VAL-MOB-FORMAT"): 1}


def test_a_case_without_a_due_time_takes_the_next_order_cut_off(noon):
    case = one_case(at=noon)

    assert case.due_at == noon + timedelta(days=1)
    assert case.cutoff_at == noon + timedelta(days=1, hours=5, minutes=30)


def test_the_same_fault_again_writes_nothing(noon, django_assert_num_queries):
    one_case(at=noon)

    with django_assert_num_queries(1):
        result = find({1: {"VAL-MOB-FORMAT": LANDLINE}}, at=noon)

    assert result == actions.Reconciled(opened=0, closed=0, kept=1)


def test_a_fault_that_vanished_closes_its_case_with_an_audit_row(noon):
    case = one_case(at=noon)

    result = find({1: {}}, at=noon)

    case.refresh_from_db()
    assert result.closed == 1
    assert (case.state, case.closed_at, case.closed_by) == (CaseState.CURED, noon, None)
    assert AuditEntry.objects.get(verb="case cured").actor_label == "system:desk"
    assert counts() == {}


def test_other_evidence_updates_the_open_case(noon):
    case = one_case(at=noon)

    result = find({1: {"VAL-MOB-FORMAT": DUMMY}}, at=noon + timedelta(minutes=1))

    case.refresh_from_db()
    assert result == actions.Reconciled(opened=0, closed=0, kept=1)
    assert (case.evidence, case.opened_at, case.last_seen_at) == (DUMMY, noon, noon + timedelta(minutes=1))
    assert counts() == {("cx", "VAL-MOB-FORMAT"): 1}


def test_codes_outside_the_scope_are_left_alone(noon):
    one_case(at=noon)
    one_case(at=noon, code="VAL-EMAIL", evidence={"fault": "missing"})

    find({1: {}}, at=noon, scope=MOBILE)

    assert counts() == {("cx", "VAL-EMAIL"): 1}


def test_a_finding_outside_the_scope_is_a_mistake(noon):
    with pytest.raises(ValueError, match="VAL-EMAIL"):
        find({1: {"VAL-EMAIL": {}}}, at=noon, scope=MOBILE)


def test_a_cured_fault_that_comes_back_opens_a_new_case(noon):
    one_case(at=noon)
    find({1: {}}, at=noon)
    find({1: {"VAL-MOB-FORMAT": LANDLINE}}, at=noon)

    assert states() == [CaseState.CURED, CaseState.OPEN]


def waived(noon, evidence):
    case = one_case(at=noon, code="ORD-STUCK", evidence=evidence)
    actions.waive(case, reason="ACS says tomorrow", actor=make_user("wanda", role="warehouse"), at=noon, version=1)
    return case


def test_what_was_waived_stays_closed_while_the_evidence_is_the_same(noon):
    waived(noon, {"status": "picking"})

    find({1: {"ORD-STUCK": {"status": "picking"}}}, at=noon)
    assert states("ORD-STUCK") == [CaseState.WAIVED]

    find({1: {"ORD-STUCK": {"status": "packed"}}}, at=noon)
    assert states("ORD-STUCK") == [CaseState.WAIVED, CaseState.OPEN]


def test_what_was_waived_stays_waived_even_if_the_fault_comes_and_goes(noon):
    waived(noon, {"status": "picking"})
    find({1: {}}, at=noon)
    find({1: {"ORD-STUCK": {"status": "picking"}}}, at=noon)

    assert states("ORD-STUCK") == [CaseState.WAIVED]


def test_what_was_closed_by_hand_opens_again_once_the_fault_has_been_away(noon):
    case = one_case(at=noon, code="ORD-STUCK", evidence={"status": "picking"})
    actions.close_by_hand(case, reason="Found it", actor="system:test", at=noon, version=1, still_failing=True)

    find({1: {"ORD-STUCK": {"status": "picking"}}}, at=noon)
    assert states("ORD-STUCK") == [CaseState.CLOSED]

    find({1: {}}, at=noon)
    find({1: {"ORD-STUCK": {"status": "picking"}}}, at=noon)
    assert states("ORD-STUCK") == [CaseState.CLOSED, CaseState.OPEN]


@pytest.mark.parametrize("number", [1, 3, 60])
def test_statements_do_not_grow_with_the_orders(noon, number, django_assert_max_num_queries):
    find({0: {"VAL-EMAIL": {}}, -1: {"VAL-NAME": {}}}, at=noon, due_at=noon)
    everything = {pk: {"VAL-MOB-FORMAT": LANDLINE, "VAL-EMAIL": {"fault": "missing"}} for pk in range(1, number + 1)}
    half = {pk: {"VAL-MOB-FORMAT": LANDLINE, "VAL-NAME": {"fault": "one_word"}} for pk in everything}

    with django_assert_max_num_queries(3):  # standing, insert, count
        find(everything, at=noon, due_at=noon)
    with django_assert_max_num_queries(1):
        find(everything, at=noon, due_at=noon)
    with django_assert_max_num_queries(5 if number < 60 or connection.vendor == "postgresql" else 6):
        find(half, at=noon, due_at=noon)  # standing, insert, close, audit (60 take two batches on SQLite), count

    assert counts() == exact_counts()


def test_blocking_codes_are_the_open_blocking_cases_and_live_holds(noon, django_assert_num_queries):
    site = Site.objects.get(key="acs")
    actions.reconcile(site, scope=frozenset({"LOC-CLOSED", "ORD-STUCK"}), found={"LOC-CLOSED": {}, "ORD-STUCK": {}}, card=card(), at=noon)
    hold = actions.place_hold(site, reason="Customer rang", exit="They ring back", owner="cx", actor="system:test", at=noon)

    with django_assert_num_queries(1):
        assert actions.blocking_codes(site, blocks="R") == {"LOC-CLOSED", "HOLD"}
    assert actions.blocking_codes(site, blocks="S") == {"HOLD"}
    assert actions.open_codes(site) == {"LOC-CLOSED", "ORD-STUCK"}

    actions.clear_hold(hold, actor="system:test", at=noon, reason="They rang")
    assert actions.blocking_codes_many(Site, [site.pk, 999]) == {site.pk: {"LOC-CLOSED"}, 999: set()}


def test_a_hold_ends_once(noon):
    hold = actions.place_hold(Site.objects.get(key="acs"), reason="a", exit="b", owner="cx", actor="system:test", at=noon)
    actions.clear_hold(hold, actor="system:test", at=noon, reason="c")

    with pytest.raises(actions.Refused, match="ended already"):
        actions.clear_hold(hold, actor="system:test", at=noon, reason="c")
    assert list(AuditEntry.objects.order_by("pk").values_list("verb", flat=True)) == ["hold placed", "hold cleared"]


def test_subjects_can_be_asked_for_by_their_open_cases(noon):
    find({1: {"VAL-EMAIL": {}}, 2: {"VAL-NAME": {}}, 3: {}}, at=noon)

    def ids(**asked):
        return {row["subject_id"] for row in actions.subjects_with_open_case(Site, **asked)}

    assert (ids(), ids(only={"VAL-EMAIL"}), ids(exclude={"VAL-EMAIL"})) == ({1, 2}, {1}, {2})


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_looks_at_one_subject_open_one_case(noon, race):
    def look(_):
        with transaction.atomic():
            find({1: {"VAL-MOB-FORMAT": LANDLINE, "VAL-EMAIL": {}}}, at=noon)

    for _ in range(5):
        assert race(look, range(4)) == ["ok"] * 4
        assert counts() == exact_counts() == {("cx", "VAL-MOB-FORMAT"): 1, ("cx", "VAL-EMAIL"): 1}
        find({1: {}}, at=noon)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_looks_that_open_and_close_at_once_keep_the_counts_true(noon, race):
    open_many(20, at=noon)

    def look(turn):
        codes = [{"VAL-MOB-FORMAT": LANDLINE}, {}, {"VAL-EMAIL": {}}, {"VAL-EMAIL": {}, "VAL-NAME": {}}][turn]
        find(dict.fromkeys(range(1, 21), codes), at=noon)

    outcomes = race(look, range(4))

    assert set(outcomes) <= {"ok", "OperationalError"}  # a deadlock victim wrote nothing and may try again
    assert counts() == exact_counts()
