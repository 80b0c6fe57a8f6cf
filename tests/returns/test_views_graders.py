"""Graders by their page: every name that ACS sent, who of us it is, and that nobody unlinks themselves."""

from datetime import timedelta

import pytest
from django.conf import LazySettings
from django.core.cache import cache
from django.utils import timezone

from exceptions_queue.models import AuditEntry
from returns.models import GraderLink, ReturnItem
from returns.queries.graders import graders
from tests.callers import person
from tests.config.people import sign_in
from tests.returns.builders import People, make_write_off
from tests.returns.test_deciding import approve

pytestmark = pytest.mark.django_db
PAGE = "/settings/graders/"


@pytest.fixture(autouse=True)
def sandbox(people: People, settings: LazySettings) -> None:
    cache.clear()
    settings.SANDBOX = True


def graded(*names: str) -> None:
    """One garment per name, an hour between each and the next."""
    now = timezone.now()
    for hours, name in enumerate(names):
        item = make_write_off(grader=name).item
        assert item is not None
        ReturnItem.objects.filter(pk=item.pk).update(grader=name, graded_at=now - timedelta(hours=hours))


def test_a_name_stands_once_however_acs_writes_it_who_graded_most_first():
    graded("Ann", "M. Kerr", "m.  KERR", "")

    assert [(each.name, each.garments, each.who) for each in graders(at=timezone.now())] == [("M. Kerr", 2, ""), ("Ann", 1, "")]


@pytest.mark.parametrize("many", [3, 30])
def test_the_list_costs_two_statements(many: int, django_assert_num_queries):
    graded(*(f"Grader {number}" for number in range(many)))

    with django_assert_num_queries(2):
        assert len(graders(at=timezone.now())) == many


def test_a_grader_linked_on_the_page_approves_nothing_they_graded(people: People):
    write_off = make_write_off(grader="M. Kerr")

    answer = sign_in(people.manager).post(PAGE, {"grader": "M. Kerr", "user": people.finance.pk}, follow=True)

    assert "what they graded, somebody else approves" in answer.content.decode()
    assert AuditEntry.objects.get(verb="grader linked").actor_label == people.manager.username
    [outcome] = approve(write_off, actor=people.finance)
    assert outcome.sentence == "You graded this garment, so someone else must approve it."


def test_nobody_says_of_themselves_that_they_are_not_the_grader(people: People):
    GraderLink.objects.create(grader="M. Kerr", user=people.manager)

    answer = sign_in(people.manager).post(PAGE, {"grader": "M. Kerr", "user": people.finance.pk})

    assert (answer.status_code, GraderLink.objects.get().user) == (422, people.manager)
    assert "somebody else must say that you are not" in answer.content.decode()


@pytest.mark.parametrize("typed", [{}, {"grader": "\x00"}, {"grader": "M. Curr"}, {"grader": "M. Kerr", "user": "1 2"}])
def test_what_cannot_be_linked_is_said_beside_its_field(people: People, typed: dict[str, str]):
    graded("M. Kerr")

    answer = sign_in(people.manager).post(PAGE, {"user": people.finance.pk} | typed)

    assert (answer.status_code, GraderLink.objects.exists()) == (422, False)


def test_who_may_not_link_sees_the_list_and_no_form(people: People):
    graded("M. Kerr")
    page = sign_in(person("viewer", "tom")).get(PAGE)

    assert "M. Kerr" in page.content.decode()
    assert page.context["form"] is None
