"""Ownership rules at work: on new cases at once, on open ones when asked, counted, and never over a person's head."""

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext

from exceptions_queue import actions, tasks
from exceptions_queue.actions import ownership
from exceptions_queue.models import AuditEntry, BulkItem, BulkJob, ExceptionCase, OwnershipRule
from tests.exceptions_queue.builders import counts, exact_counts, make_user, open_many

pytestmark = pytest.mark.django_db
MAY = ("view_ownershiprule", "change_ownershiprule", "assign_exceptioncase", "view_bulkjob")


@pytest.fixture(autouse=True)
def _no_rules_kept():
    cache.clear()
    yield
    cache.clear()


def make_rule(position=1, **columns) -> OwnershipRule:
    return OwnershipRule.objects.create(**{"name": f"Rule {position}", "position": position, "owner": "warehouse", **columns})


def owners() -> set[str]:
    return set(ExceptionCase.objects.values_list("owner", flat=True))


def test_a_new_case_goes_where_the_first_matching_rule_says(noon):
    tom = make_user("tom")
    make_rule(1, code="VAL-EMAIL", owner="finance")
    make_rule(2, code="VAL-MOB-FORMAT", assignee=tom)
    make_rule(3, owner="integration")

    open_many(3, at=noon)

    assert set(ExceptionCase.objects.values_list("owner", "assignee")) == {("warehouse", tom.pk)}
    assert counts() == exact_counts()


def test_a_rule_that_is_switched_off_decides_nothing(noon):
    make_rule(enabled=False)

    open_many(1, at=noon)

    assert owners() == {"cx"}


def test_rules_cost_no_statement_once_they_are_known(noon):
    make_rule()
    open_many(1, at=noon)

    with CaptureQueriesContext(connection) as asked:
        open_many(3, at=noon, code="VAL-EMAIL", evidence={"field": "email", "fault": "missing"})

    assert not [query for query in asked if "ownershiprule" in query["sql"]]


def test_open_cases_stay_until_the_rules_are_applied_to_them(noon, client):
    open_many(4, at=noon)
    taken = ExceptionCase.objects.order_by("pk")[0]
    priya = make_user("priya", *MAY)
    actions.assign(taken, to=priya, actor=priya, at=noon, version=1)
    make_rule()
    client.force_login(priya)

    page = client.get("/settings/ownership/?preview=1").content.decode()
    client.post("/settings/ownership/apply/")
    tasks.drain_bulk()

    assert "3 of 3 open cases that nobody has taken or handed over would change hands" in page
    taken.refresh_from_db()
    assert (taken.owner, taken.assignee) == ("cx", priya)
    assert ExceptionCase.objects.filter(owner="warehouse").count() == BulkJob.objects.get().done == 3
    assert counts() == exact_counts()


def test_what_is_where_it_belongs_is_left_alone(noon):
    open_many(2, at=noon)
    make_rule(owner="cx")
    ownership.rerun(actor=make_user("priya", *MAY), at=noon)

    tasks.drain_bulk()

    assert set(BulkItem.objects.values_list("why", flat=True)) == {"It is where it belongs."}


def test_a_rule_is_saved_moved_and_deleted_through_the_page(client):
    client.force_login(make_user("ines", *MAY))
    said = {"name": "Leeds", "locker_prefix": "UK00", "min_value_pence": "0", "owner": "warehouse", "enabled": "on"}
    client.post("/settings/ownership/add/", said)
    client.post("/settings/ownership/add/", said | {"name": "York"})
    york = OwnershipRule.objects.get(name="York")

    client.post(f"/settings/ownership/{york.pk}/up/")
    first = list(OwnershipRule.objects.values_list("name", flat=True))
    client.post(f"/settings/ownership/{york.pk}/drop/")

    assert first == ["York", "Leeds"]
    assert [entry.verb for entry in AuditEntry.objects.order_by("pk")][-1] == "ownership rule deleted"
    assert "locker UK00…" in client.get("/settings/ownership/").content.decode()


@pytest.mark.parametrize(
    "said", [{}, {"name": "x", "owner": "moon", "min_value_pence": "0"}, {"name": "x" * 99, "owner": "cx", "min_value_pence": "-1"}]
)
def test_a_rule_that_cannot_be_is_refused_with_a_sentence(client, said):
    client.force_login(make_user("ines", *MAY))

    answer = client.post("/settings/ownership/add/", said)

    assert answer.status_code == 422
    assert "errors" in answer.content.decode()
    assert not OwnershipRule.objects.exists()


@pytest.mark.parametrize("url", ["add/", "apply/", "1/", "1/up/", "1/drop/"])
def test_each_act_demands_its_permission(client, url):
    make_rule(pk=1)
    client.force_login(make_user("tom", "view_ownershiprule"))

    assert client.post(f"/settings/ownership/{url}").status_code == 403


@pytest.mark.parametrize("number", [3, 30])
def test_the_page_asks_the_same_of_the_database_whatever_the_number(client, noon, number):
    for position in range(1, number + 1):
        make_rule(position, assignee=make_user(f"p{position}"))
    client.force_login(make_user("ines", *MAY))
    client.get("/settings/ownership/")

    with CaptureQueriesContext(connection) as asked:
        client.get("/settings/ownership/")

    assert len(asked) <= 9


def test_who_has_left_gets_no_case_the_whole_desk_does(noon):
    tom = make_user("tom")
    make_rule(assignee=tom)
    tom.is_active = False
    tom.save()

    open_many(1, at=noon)

    assert ExceptionCase.objects.values_list("owner", "assignee").get() == ("warehouse", None)


def test_a_case_that_a_person_handed_over_stays_there(noon):
    priya = make_user("priya", *MAY)
    open_many(1, at=noon)
    case = ExceptionCase.objects.get()
    actions.hand_over(case, owner="merchandiser", reason="theirs", actor=priya, at=noon, version=1)
    make_rule()

    assert ownership.effect().ids == []


def test_rules_are_not_applied_for_who_may_not_assign_any_more(noon):
    open_many(2, at=noon)
    make_rule()
    ownership.rerun(actor=make_user("priya"), at=noon)

    tasks.drain_bulk()

    assert owners() == {"cx"}
    assert BulkJob.objects.get().skipped == 2
