"""Each invariant of the desk holds on honest data and names a breach made behind its back."""

from datetime import timedelta

import pytest
from django.db.models import F

from exceptions_queue import actions, audit
from exceptions_queue.invariants import INVARIANTS
from exceptions_queue.models import AuditEntry, CaseCount, ExceptionCase
from tests.exceptions_queue.builders import find, make_site, make_user, one_case, open_many

pytestmark = pytest.mark.django_db


def breaches(at):
    return {name: found for name, check in INVARIANTS if (found := check(at))}


@pytest.fixture
def a_day_of_work(noon):
    """Cases opened, cured, waived and closed by hand; everything sealed."""
    open_many(5, at=noon)
    find({1: {}, 2: {}}, at=noon)
    for subject, act in ((10, actions.waive), (11, actions.close_by_hand)):
        case = one_case(at=noon, subject=subject, code="ORD-STUCK", evidence={})
        more = {"still_failing": False} if act is actions.close_by_hand else {}
        act(case, reason="why", actor=make_user(f"w{subject}", role="warehouse"), at=noon, version=1, **more)
    audit.seal(at=noon)


def test_a_day_of_work_breaks_nothing(a_day_of_work, noon):
    assert breaches(noon) == {}


@pytest.mark.parametrize(
    ("harm", "name"),
    [
        (
            lambda noon: CaseCount.objects.filter(code="VAL-MOB-FORMAT").update(open_count=F("open_count") + 1),
            "I03 counters are the exact counts",
        ),
        (lambda noon: ExceptionCase.objects.filter(state="waived").update(blocks="R"), "I03 nobody closed what blocks"),
        (lambda noon: AuditEntry.objects.filter(verb="case waived").update(verb="case looked at"), "I17 every closing has its audit row"),
        (lambda noon: AuditEntry.objects.update(reason="other"), "I17 the audit chain holds"),
        (
            lambda noon: audit.record("late", make_site("shed"), actor="system:test", at=noon - timedelta(days=1)),
            "I17 the sealer passes over nothing",
        ),
    ],
)
def test_a_breach_is_named(a_day_of_work, noon, harm, name):
    harm(noon)

    assert name in breaches(noon)


def test_a_code_that_left_the_catalogue_is_named(a_day_of_work, noon):
    ExceptionCase.objects.filter(state="open").update(code="OLD-CODE")

    assert breaches(noon)["I04 every open code is still checked"] == ["OLD-CODE is open and no longer in the catalogue"]
