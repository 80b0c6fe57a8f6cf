import pytest

from exceptions_queue.models import AuditEntry
from exceptions_queue.states import CaseState
from tests.exceptions_queue.builders import LANDLINE, counts, find, one_case

pytestmark = pytest.mark.django_db
DUMMY = {"field": "mobile", "fault": "dummy"}


def test_a_new_fault_opens_a_case_with_what_the_catalogue_says(noon):
    case = one_case(at=noon, value_pence=4500)

    assert (case.state, case.owner, case.blocks, case.value_pence) == (CaseState.OPEN, "cx", "R", 4500)
    assert case.cause_key == "VAL-MOB-FORMAT:mobile:landline:"
    assert counts() == {("cx", "VAL-MOB-FORMAT"): 1}


def test_the_same_fault_again_writes_nothing(noon, django_assert_num_queries):
    one_case(at=noon)

    with django_assert_num_queries(1):
        result = find({1: {"VAL-MOB-FORMAT": LANDLINE}}, at=noon)

    assert (result.opened, result.closed, result.kept) == (0, 0, 1)


def test_a_fault_that_vanished_closes_its_case_with_an_audit_row(noon):
    case = one_case(at=noon)

    result = find({1: {}}, at=noon)

    case.refresh_from_db()
    assert result.closed == 1
    assert (case.state, case.closed_at, case.closed_by) == (CaseState.CURED, noon, None)
    assert AuditEntry.objects.get(verb="case cured").actor_label == "system:desk"
    assert counts() == {}
