"""One case in the pane beside the list, and what stands around it: ways back, reasons from a list, related cases."""

import json
from datetime import timedelta

import pytest
import time_machine

from exceptions_queue import actions
from exceptions_queue.models import ExceptionCase, Site
from tests.exceptions_queue.builders import make_user, one_case

pytestmark = pytest.mark.django_db
EVERYTHING = (
    *("view_exceptioncase", "assign_exceptioncase", "snooze_exceptioncase", "waive_exceptioncase", "close_exceptioncase"),
    *("add_casenote", "view_auditentry"),
)
PANE = {"HX-Request": "true", "HX-Target": "pane"}


@pytest.fixture(autouse=True)
def at_noon(noon):
    with time_machine.travel(noon, tick=False):
        yield


@pytest.fixture
def priya(client):
    user = make_user("priya", *EVERYTHING, role="warehouse")
    client.force_login(user)
    return user


def stuck(noon, **more):
    return one_case(at=noon, code="ORD-STUCK", evidence={"status": "picking"}, subject=Site.objects.get(key="acs").pk, **more)


def test_the_pane_beside_the_list_is_the_case_without_a_page_around_it(client, priya, noon):
    html = client.get(f"/queue/{stuck(noon).pk}/", headers=PANE).content.decode()

    assert html.startswith('<article class="case"')
    assert "<html" not in html
    for text in ("Nothing has moved at ACS", "Assign to me", "Snooze", "Close by hand", "What happened", "Why?"):
        assert text in html


def test_an_act_from_the_pane_answers_the_pane_and_can_be_taken_back(client, priya, noon):
    case = stuck(noon)

    answer = client.post(f"/queue/{case.pk}/assign/", {"version": 1, "to": "me"}, headers=PANE)

    told = json.loads(answer["HX-Trigger"])["toast"]
    assert 'data-version="2"' in answer.content.decode()
    assert told["undo"] == "/queue/undo/"
    client.post(told["undo"], {"undo_token": told["undo_token"]})
    assert ExceptionCase.objects.get().assignee is None


def test_who_was_slower_sees_the_difference_in_the_pane(client, priya, noon):
    case, ben = stuck(noon), make_user("ben")
    actions.assign(ExceptionCase.objects.get(), to=ben, actor=ben, at=noon, version=1)

    answer = client.post(f"/queue/{case.pk}/assign/", {"version": 1, "to": "me"}, headers=PANE)

    assert answer.status_code == 409
    assert "<html" not in answer.content.decode()
    assert "ben changed this" in answer.content.decode()


def test_a_case_is_closed_with_a_reason_from_the_list_in_one_press(client, priya, noon):
    case = stuck(noon)

    client.post(f"/queue/{case.pk}/close/", {"version": 1, "picked": "It no longer matters.", "reason": "", "accept": "on"})

    assert ExceptionCase.objects.get().closed_why == "Accepted risk: It no longer matters."


def test_ones_own_words_win_over_the_reason_from_the_list(client, priya, noon):
    case = stuck(noon)

    client.post(f"/queue/{case.pk}/close/", {"version": 1, "picked": "It no longer matters.", "reason": "Rang them", "accept": "on"})

    assert ExceptionCase.objects.get().closed_why == "Accepted risk: Rang them"


def test_related_cases_are_counted_and_linked(client, priya, noon):
    case = one_case(at=noon, subject=1, customer_key="k", locker_id="UK1")
    one_case(at=noon, subject=2)

    html = client.get(f"/queue/{case.pk}/").content.decode()

    assert 'Same cause <span class="num">2</span>' in html
    assert f'href="/queue/?customer={case.pk}">Same customer' in html
    assert 'href="/queue/?q=UK1">Same locker' in html


def test_waiting_for_the_customer_says_since_when_and_by_whom(client, priya, noon):
    case = stuck(noon, due_at=noon + timedelta(hours=9))
    actions.wait_for_customer(case, actor=priya, at=noon - timedelta(hours=2, minutes=5), version=1)

    html = client.get(f"/queue/{case.pk}/").content.decode()

    assert "Waiting for the customer: paused 2 h 5 m by priya; it comes back today 19:00" in html


@pytest.mark.parametrize("notes", [1, 40])
def test_the_case_takes_the_same_statements_however_much_happened(client, priya, noon, notes, django_assert_max_num_queries):
    case = stuck(noon)
    for number in range(notes):
        actions.add_note(case, text=f"note {number}", author=priya, at=noon)
    client.get(f"/queue/{case.pk}/")

    with django_assert_max_num_queries(13):
        client.get(f"/queue/{case.pk}/")
