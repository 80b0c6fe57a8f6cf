"""Which person here a grader's name at ACS is: said once, however it is written."""

import pytest
from django.core.management import CommandError, call_command

from exceptions_queue.models import AuditEntry
from returns.models import GraderLink
from tests.returns.builders import make_write_off
from tests.returns.test_deciding import approve

pytestmark = pytest.mark.django_db


def test_a_linked_grader_never_approves_however_acs_writes_the_name(people):
    write_off = make_write_off(grader="m. kerr")
    call_command("link_grader", "M.  Kerr", people.finance.username)

    [outcome] = approve(write_off, actor=people.finance)

    assert (outcome.done, outcome.sentence) == (False, "You graded this garment, so someone else must approve it.")
    assert AuditEntry.objects.get(verb="grader linked").after == {"user": str(people.finance.pk)}


def test_a_name_linked_anew_is_somebody_else(people):
    call_command("link_grader", "M. Kerr", people.finance.username)
    call_command("link_grader", "M. KERR", people.colleague.username)

    assert list(GraderLink.objects.values_list("grader", "user")) == [("M. Kerr", people.colleague.pk)]


@pytest.mark.parametrize(("grader", "user"), [("M. Kerr", "nobody"), (" ", "finance"), ("x" * 121, "finance")])
def test_what_cannot_be_linked_is_said(people, grader, user):
    with pytest.raises(CommandError):
        call_command("link_grader", grader, user)

    assert not GraderLink.objects.exists()
