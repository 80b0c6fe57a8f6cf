"""The queue page: filters in the address, most urgent first, pages by key, counts that link to their rows."""

import csv
import io
import re
from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from exceptions_queue import actions
from exceptions_queue.models import ExceptionCase
from exceptions_queue.states import CaseState
from tests.exceptions_queue.builders import find, make_user, one_case, open_many

pytestmark = pytest.mark.django_db
QUEUE = "/queue/"


@pytest.fixture(autouse=True)
def at_noon(noon):
    with time_machine.travel(noon, tick=False):
        yield


@pytest.fixture
def priya(client):
    user = make_user("priya", "view_exceptioncase", "assign_exceptioncase", "export_exceptioncase")
    client.force_login(user)
    return user


def shown(client, **asked):
    """The case ids on the page, in order."""
    page = client.get(QUEUE, asked)
    assert page.status_code == 200
    return [int(pk) for pk in re.findall(r'<tr id="case-(\d+)"', page.content.decode())]


def subjects(client, **asked):
    return [ExceptionCase.objects.get(pk=pk).subject_id for pk in shown(client, **asked)]


def test_the_queue_is_in_the_order_of_minutes_left(client, priya, noon):
    for subject, hours in ((1, 5), (2, 1), (3, -1)):
        one_case(at=noon, subject=subject, due_at=noon + timedelta(hours=hours))

    assert subjects(client) == [3, 2, 1]


def test_a_row_says_what_is_wrong_and_what_to_do(client, priya, noon):
    one_case(at=noon - timedelta(hours=2), due_at=noon + timedelta(minutes=42), value_pence=8950)

    page = client.get(QUEUE).content.decode()

    for text in (
        "<b>42 m</b><small>Soon</small>",
        "The mobile number is a landline",
        "Correct the mobile number",
        "CX",
        "£89.50",
        "2 h 0 m",
    ):
        assert text in page
    assert f'href="{reverse("queue:case", args=[ExceptionCase.objects.get().pk])}"' in page


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({}, [1, 2, 3, 4]),
        ({"owner": "warehouse"}, [3]),
        ({"code": "VAL-EMAIL"}, [2]),
        ({"owner": "cx", "code": "VAL-MOB-FORMAT"}, [1, 4]),
        ({"assignee": "me"}, [1]),
        ({"assignee": "priya"}, [1]),
        ({"assignee": "none"}, [2, 3, 4]),
        ({"state": "snoozed"}, [4]),
        ({"state": "closed"}, [5]),
        ({"order": "2"}, [2]),
        ({"q": "val-email"}, [2]),
        ({"q": "UK3"}, [3]),
        ({"q": "no such"}, []),
        ({"due": "cutoff"}, [1, 2, 3]),
        ({"due": "late"}, [1]),
        ({"owner": "nobody"}, [1, 2, 3, 4]),
        ({"state": "nonsense"}, [1, 2, 3, 4]),
        ({"due_before": "yesterday"}, [1, 2, 3, 4]),
        ({"due_before": "0001-01-01T00:00:00+14:00"}, [1, 2, 3, 4]),
        ({"due_before": "9999-12-31T23:59:59-14:00"}, [1, 2, 3, 4]),
    ],
)
def test_every_filter_is_in_the_address(client, priya, noon, asked, expected):
    one_case(at=noon, subject=1, due_at=noon)
    one_case(at=noon, subject=2, code="VAL-EMAIL", due_at=noon + timedelta(hours=1))
    one_case(at=noon, subject=3, code="ORD-STUCK", due_at=noon + timedelta(hours=2), locker_id="UK3")
    asleep = one_case(at=noon, subject=4, due_at=noon + timedelta(hours=30))
    one_case(at=noon, subject=5)
    find({5: {}}, at=noon)
    actions.assign(ExceptionCase.objects.get(subject_id=1), to=priya, actor=priya, at=noon, version=1)
    actions.snooze(asleep, until=noon + timedelta(hours=1), reason="", actor=priya, at=noon, version=1)

    assert subjects(client, **asked) == expected


def test_a_filter_that_does_not_exist_is_said_and_left_out(client, priya):
    page = client.get(QUEUE, {"owner": "nobody"}).content.decode()

    assert "Left out, because there is no such value: owner" in page


def walk(client, link, **asked):
    """Follow a link from page to page; the ids seen, page by page."""
    pages, address = [], f"{QUEUE}?{'&'.join(f'{k}={v}' for k, v in asked.items())}"
    while address:
        html = client.get(address).content.decode()
        pages.append([int(pk) for pk in re.findall(r'<tr id="case-(\d+)"', html)])
        found = re.search(rf'href="([^"]+)" rel="{link}"', html)
        address = found.group(1).replace("&amp;", "&") if found else ""
    return pages


@pytest.mark.parametrize("state", ["open", "closed"])
def test_pages_by_key_show_every_row_once_even_where_all_are_due_at_once(client, priya, noon, state):
    open_many(120, at=noon, due_at=noon)
    if state == "closed":
        find({pk: {} for pk in range(1, 121)}, at=noon)

    pages = walk(client, "next", state=state)

    assert [len(page) for page in pages] == [50, 50, 20]
    ids = [pk for page in pages for pk in page]
    assert ids == sorted(ids, reverse=state == "closed")
    assert len(set(ids)) == 120


def test_previous_leads_back_over_the_same_rows(client, priya, noon):
    open_many(120, at=noon, due_at=noon)
    forwards = walk(client, "next")
    last = client.get(QUEUE, {"after": re.search(r"after=([^&\"]+)", client.get(walk_to(client, 1)).content.decode()).group(1)})
    back = re.search(r'href="([^"]+)" rel="prev"', last.content.decode()).group(1)

    assert [int(pk) for pk in re.findall(r'<tr id="case-(\d+)"', client.get(back).content.decode())] == forwards[1]


def walk_to(client, pages):
    """The address that many pages on."""
    address = QUEUE
    for _ in range(pages):
        address = re.search(r'href="([^"]+)" rel="next"', client.get(address).content.decode()).group(1)
    return address


@pytest.mark.parametrize("cursor", ["x", "AAAA", "%00", "OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5LjE", "MS45OTk5OTk5OTk5OTk5OTk5OTk5OTk"])
def test_a_cursor_that_we_did_not_write_shows_the_first_page(client, priya, noon, cursor):
    open_many(2, at=noon)

    assert len(shown(client, after=cursor)) == 2


@pytest.mark.parametrize("number", [3, 30, 50, 60])
def test_the_page_takes_the_same_statements_at_any_length(client, priya, noon, number, django_assert_max_num_queries):
    open_many(number, at=noon)
    client.get(QUEUE)

    with django_assert_max_num_queries(8):
        client.get(QUEUE)


def test_the_counts_are_the_rows_their_links_show(client, priya, noon):
    open_many(7, at=noon)
    open_many(3, at=noon, code="ORD-STUCK", evidence={})
    actions.take_next(user=priya, owners=["warehouse"], at=noon)
    html = client.get(QUEUE).content.decode()

    links = re.findall(r'<li><a href="([^"]+)"[^>]*><span>[^<]*</span> <span class="num">(\d+)</span>', html)

    assert len(links) == 11
    for address, count in links:
        rows = re.findall(r'<tr id="case-', client.get(address.replace("&amp;", "&")).content.decode())
        assert len(rows) == int(count), address


def test_text_of_others_is_never_markup(client, priya, noon):
    nasty = "<script>alert(1)</script>"
    one_case(at=noon, code="VAL-SERVICE-MAP", evidence={"method": nasty}, order_number=nasty, url='/x"onload="1')

    html = client.get(QUEUE).content.decode()

    assert nasty not in html
    assert '"onload=' not in html
    assert "&lt;script&gt;" in html


def test_take_next_assigns_the_most_urgent_and_opens_it(client, priya, noon):
    open_many(2, at=noon, due_at=noon)

    answer = client.post("/queue/take-next/")

    first = ExceptionCase.objects.order_by("id").first()
    assert answer["Location"] == f"/queue/{first.pk}/"
    assert first.assignee == priya


def test_take_next_keeps_to_the_desks_of_the_person(client, priya, noon):
    one_case(at=noon, code="ORD-STUCK")

    answer = client.post("/queue/take-next/", follow=True)

    assert "Nothing waits for anybody on your desk." in answer.content.decode()


def test_taking_a_row_answers_the_row_with_the_name(client, priya, noon):
    case = one_case(at=noon)

    row = client.post(f"/queue/{case.pk}/take/", {"version": 1}).content.decode()

    assert row.startswith(f'<tr id="case-{case.pk}" data-v="2">')
    assert ">priya</strong>" in row


def test_taking_a_row_that_a_colleague_has_shows_the_colleague(client, priya, noon):
    case, ben = one_case(at=noon), make_user("ben")
    actions.assign(case, to=ben, actor=ben, at=noon, version=1)

    assert ">ben</strong>" in client.post(f"/queue/{case.pk}/take/", {"version": 1}).content.decode()


def test_the_export_has_every_row_of_the_filter_and_runs_no_formula(client, priya, noon):
    open_many(60, at=noon)
    one_case(at=noon, subject=99, code="VAL-SERVICE-MAP", evidence={"method": "x"}, order_number="=HYPERLINK(1)", channel="+1")

    answer = client.get("/queue/export.csv", {"code": "VAL-SERVICE-MAP"})

    [row] = csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode()))
    assert row["Order"] == "'=HYPERLINK(1)"
    assert row["What is wrong"].startswith("Delivery method “x” has no ACS service")
    assert (row["Due"], row["State"]) == ("2026-06-10 12:00", CaseState.OPEN)
    everything = b"".join(client.get("/queue/export.csv").streaming_content).decode()
    assert len(everything.splitlines()) == 62


@pytest.mark.parametrize("address", [QUEUE, "/queue/export.csv", "/reference/", "/audit/", "/settings/calendars/"])
def test_a_page_needs_its_permission(client, address):
    client.force_login(make_user("nobody"))

    assert client.get(address).status_code == 403
