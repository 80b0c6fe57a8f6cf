"""What an open queue asks for by itself: what has changed, who looks, the cards of causes, kept views, what an act needs."""

import gzip
from datetime import timedelta

import pytest
import time_machine

from exceptions_queue import actions
from exceptions_queue.models import ExceptionCase, Presence
from exceptions_queue.queries import rail
from tests.exceptions_queue.builders import find, make_user, one_case, open_many

pytestmark = pytest.mark.django_db
PULSE = "/queue/pulse/"
SEES = ("view_exceptioncase", "assign_exceptioncase", "snooze_exceptioncase", "add_savedview", "share_savedview")


@pytest.fixture(autouse=True)
def at_noon(noon):
    with time_machine.travel(noon, tick=False):
        yield


@pytest.fixture
def priya(client):
    user = make_user("priya", *SEES)
    client.force_login(user)
    return user


def told(client, *cases, **asked):
    """The answer to a page that shows these cases as they are in hand."""
    answer = client.post(PULSE, {"rows": ",".join(f"{case.pk}.{case.version}" for case in cases), **asked})
    assert answer.status_code == 200
    return answer.json()


def test_what_has_not_changed_is_not_sent_again(client, priya, noon):
    case = one_case(at=noon)

    answer = told(client, case)

    assert (answer["rows"], answer["gone"], answer["open"], answer["fresh"]) == ({}, [], None, 0)
    assert list(answer["due"]) == [str(case.pk)]


def test_a_changed_row_comes_with_its_new_version_and_a_closed_one_is_named(client, priya, noon):
    changed, closed = one_case(at=noon, subject=1), one_case(at=noon, subject=2)
    ben = make_user("ben")
    actions.assign(ExceptionCase.objects.get(pk=changed.pk), to=ben, actor=ben, at=noon, version=1)
    find({2: {}}, at=noon)

    answer = told(client, changed, closed)

    assert 'data-v="2"' in answer["rows"][str(changed.pk)]
    assert "ben</strong>" in answer["rows"][str(changed.pk)]
    assert answer["gone"] == [closed.pk]


def test_whoever_has_a_case_open_is_seen_by_the_others_for_a_minute(client, priya, noon):
    case, ben = one_case(at=noon), make_user("ben", *SEES)
    ben.first_name, ben.last_name = "Ben", "Okri"
    ben.save()
    told(client, case, open=case.pk)
    client.force_login(ben)
    told(client, case, open=case.pk)
    client.force_login(priya)

    answer = told(client, case, open=case.pk)

    assert answer["open"] == {"state": "open", "version": 1, "here": ["Ben Okri"]}
    assert "Ben Okri is looking at it" in answer["eyes"][str(case.pk)]
    assert "Ben Okri is looking at it" in client.get("/queue/").content.decode()
    with time_machine.travel(noon + timedelta(seconds=61), tick=False):
        assert told(client, case)["eyes"][str(case.pk)] == ""


def test_a_case_is_unread_until_it_is_opened_and_updated_when_it_changed_since(client, priya, noon):
    case, ben = one_case(at=noon), make_user("ben")
    assert 'class="unread"' in client.get("/queue/").content.decode()
    told(client, case, open=case.pk)
    assert 'class="unread"' not in client.get("/queue/").content.decode()

    actions.assign(ExceptionCase.objects.get(), to=ben, actor=ben, at=noon, version=1)

    assert "Changed since you looked at it" in client.get("/queue/").content.decode()


def test_looking_at_pages_writes_nothing(client, priya, noon):
    case = one_case(at=noon)

    for address in ("/queue/", f"/queue/{case.pk}/", "/queue/causes/", "/queue/views/", "/queue/matching/", "/queue/ask/?kind=assign"):
        client.get(address)

    assert Presence.objects.count() == 0
    assert client.get(PULSE).status_code == 405


@pytest.mark.parametrize(("asked", "fresh"), [({}, 2), ({"code": "VAL-EMAIL"}, 1), ({"state": "closed"}, 0), ({"newest": "x"}, 0)])
def test_what_has_come_since_is_counted_by_the_question(client, priya, noon, asked, fresh):
    first = one_case(at=noon, subject=1)
    one_case(at=noon, subject=2)
    one_case(at=noon, subject=3, code="VAL-EMAIL")

    assert told(client, first, **{"newest": first.pk, **asked})["fresh"] == fresh


@pytest.mark.parametrize("rows", ["", "x", "1.2.3", "1.x", "1." + "9" * 30, "٣.١", ",,,", "1.1," * 500])
def test_rows_that_make_no_sense_are_passed_over(client, priya, noon, rows):
    one_case(at=noon)

    assert client.post(PULSE, {"rows": rows, "open": "99999999999999999999", "newest": "-1"}).status_code == 200


@pytest.mark.parametrize("number", [3, 50])
def test_a_pulse_takes_the_same_statements_at_any_length(client, priya, noon, number, django_assert_max_num_queries):
    open_many(number, at=noon)
    cases = list(ExceptionCase.objects.all())
    told(client, *cases)

    with django_assert_max_num_queries(10):
        told(client, *cases, open=cases[0].pk, newest=1)


def test_the_page_stays_light_and_takes_the_same_statements_with_colleagues_and_views(client, priya, noon, django_assert_num_queries):
    open_many(300, at=noon)
    for name in ("ben", "cleo", "dan"):
        colleague = make_user(name)
        for case in ExceptionCase.objects.order_by("id")[:20]:
            actions.see(case, user=colleague, at=noon)
    client.get("/queue/")

    with django_assert_num_queries(6):
        page = client.get("/queue/").content

    assert len(gzip.compress(page)) <= 60_000


def test_the_cards_say_the_cause_and_lead_to_exactly_its_cases(client, priya, noon):
    open_many(7, at=noon)
    one_case(at=noon, subject=50, code="VAL-EMAIL", evidence={"field": "email", "fault": "missing"})

    html = client.get("/queue/causes/").content.decode()

    assert "<strong>7</strong> The mobile number is a landline</a>" in html
    assert "e-mail" not in html
    assert "/queue/ask/?kind=assign&amp;all=1&amp;cause=VAL-MOB-FORMAT%3Amobile%3Alandline%3A" in html
    assert client.get("/queue/?cause=VAL-MOB-FORMAT:mobile:landline:").content.decode().count('<tr id="case-') == 7


def test_no_common_cause_is_said(client, priya, noon):
    one_case(at=noon)

    assert "No two open cases here have the same cause." in client.get("/queue/causes/").content.decode()


def test_kept_views_stand_in_the_rail_of_whom_they_are_for(client, priya, noon):
    ben = make_user("ben", *SEES)
    actions.save_view(name="<b>Late</b>", query="due=late", shared=True, owner="cx", author=ben, at=noon)
    actions.save_view(name="For finance", query="", shared=True, owner="finance", author=ben, at=noon)
    actions.save_view(name="Mine & late", query="assignee=me&due=late", shared=False, owner="", author=priya, at=noon)

    html = client.get("/queue/views/?due=late").content.decode()

    assert '<a href="/queue/?due=late" aria-current="page"><span><bdi>&lt;b&gt;Late&lt;/b&gt;</bdi></span>' in html
    assert "Mine &amp; late" in html
    assert "For finance" not in html


@pytest.mark.parametrize(("kind", "text"), [("assign", "Nobody: back to the desk"), ("snooze", "Put them aside"), ("wait", "never do")])
def test_an_act_on_many_asks_what_it_needs(client, priya, noon, kind, text):
    open_many(3, at=noon)
    ids = [case.pk for case in ExceptionCase.objects.all()[:2]]

    page = client.get("/queue/ask/", {"kind": kind, "ids": ids}).content.decode()

    assert text in page
    assert "<span data-count>2</span> cases" in page
    assert f'name="ids" value="{ids[0]}"' in page


def test_an_act_on_all_that_match_carries_the_question_and_not_the_ids(client, priya, noon):
    open_many(3, at=noon)

    page = client.get("/queue/ask/", {"kind": "assign", "all": 1, "code": "VAL-MOB-FORMAT", "ids": [1]}).content.decode()

    assert "<span data-count>3</span> cases" in page
    assert 'name="code" value="VAL-MOB-FORMAT"' in page
    assert 'name="ids"' not in page


def test_an_act_that_is_not_there_or_not_ones_own_is_refused(client, noon):
    client.force_login(make_user("tom", "view_exceptioncase", role="viewer"))

    assert client.get("/queue/ask/?kind=assign").status_code == 403
    assert client.get("/queue/ask/?kind=explode").status_code == 422


def test_how_many_match_is_exact_to_ten_thousand_and_then_said_to_be_more(client, priya, noon, monkeypatch):
    open_many(3, at=noon)
    assert client.get("/queue/matching/").content == b"3"

    monkeypatch.setattr(rail, "CAP", 2)

    assert client.get("/queue/matching/").content == b"2+"


def test_other_cases_of_a_customer_are_found_without_naming_anybody(client, priya, noon):
    first = one_case(at=noon, subject=1, customer_key="k1")
    one_case(at=noon, subject=2, customer_key="k1")
    one_case(at=noon, subject=3, customer_key="k2")
    nobody = one_case(at=noon, subject=4)

    assert client.get(f"/queue/?customer={first.pk}").content.decode().count('<tr id="case-') == 2
    assert client.get(f"/queue/?customer={nobody.pk}").content.decode().count('<tr id="case-') == 0
    assert client.get("/queue/?customer=x").content.decode().count('<tr id="case-') == 4


def test_the_export_of_the_picked_holds_them_alone(client, noon):
    client.force_login(make_user("cleo", "view_exceptioncase", "export_exceptioncase"))
    open_many(5, at=noon)
    picked = [case.pk for case in ExceptionCase.objects.all()[:2]]

    lines = b"".join(client.get("/queue/export.csv", {"ids": picked}).streaming_content).decode().splitlines()

    assert len(lines) == 3


@pytest.mark.parametrize("rows", ["9" * 5000 + ".1", "9" * 25 + ".1", "1." + "9" * 5000, "\u0663.1", "1.1.1", ",,", "-1.1", "1"])
def test_rows_that_no_page_draws_are_left_out(client, priya, rows):
    answer = client.post(PULSE, {"rows": rows, "open": "9" * 30, "newest": "9" * 30})

    assert (answer.status_code, answer.json()["rows"]) == (200, {})
