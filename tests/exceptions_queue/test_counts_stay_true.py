"""Whatever is opened, cured, waived, closed and reopened: the counters equal the exact count, the open cases what was found."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from exceptions_queue import actions
from exceptions_queue.models import ExceptionCase, Site
from exceptions_queue.states import CaseState
from tests.exceptions_queue.builders import counts, exact_counts, find, make_user

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 6, 9, 11, tzinfo=UTC)
CODES = ("VAL-MOB-FORMAT", "VAL-EMAIL", "ORD-STUCK", "INT-DOWN")
SUBJECTS = (1, 2, 3)

found = st.dictionaries(st.sampled_from(CODES), st.sampled_from([{"fault": "a"}, {"fault": "b"}]))
a_look = st.fixed_dictionaries({}, optional=dict.fromkeys(SUBJECTS, found))
an_act = st.one_of(
    st.tuples(st.just("look"), a_look),
    st.tuples(st.sampled_from(["waive", "close", "reopen"]), st.tuples(st.sampled_from(SUBJECTS), st.sampled_from(CODES))),
)


def act(verb, target, people, at):
    """One random act; what the rules refuse is refused and changes nothing."""
    if verb == "look":
        find(target, at=at)
        return
    subject, code = target
    case = ExceptionCase.objects.filter(subject_id=subject, code=code).order_by("-id").first()
    if case is None:
        return
    asked = {"reason": "why", "actor": people[case.owner], "at": at, "version": case.version}
    try:
        with transaction.atomic():
            {
                "waive": lambda: actions.waive(case, **asked),
                "close": lambda: actions.close_by_hand(case, **asked, still_failing=True),
                "reopen": lambda: actions.reopen(case, **asked),
            }[verb]()
    except (actions.Refused, actions.Stale):
        pass


def accepted(subject, code, evidence):
    """Did a person close this very fault?"""
    return ExceptionCase.objects.filter(
        subject_id=subject, code=code, evidence=evidence, state__in=[CaseState.WAIVED, CaseState.CLOSED]
    ).exists()


@settings(max_examples=60, deadline=None)
@given(acts=st.lists(an_act, max_size=14), last=a_look)
def test_counts_and_open_cases_are_true_after_any_sequence(acts, last):
    with transaction.atomic():
        people = {role: make_user(role, role=role) for role in ("cx", "warehouse", "integration")}
        for minute, (verb, target) in enumerate(acts):
            act(verb, target, people, NOON + timedelta(minutes=minute))
            assert counts() == exact_counts()

        find(last, at=NOON + timedelta(days=1))

        assert counts() == exact_counts()
        for subject, codes in last.items():
            standing = actions.open_codes(Site(pk=subject))
            assert standing <= set(codes)
            assert all(accepted(subject, code, codes[code]) for code in set(codes) - standing)
        transaction.set_rollback(True)
