"""The integrity runs on screen and as files: numbers lead to their rows, a person signs, and nothing runs in a spreadsheet."""

import csv
import io
import zipfile
from datetime import timedelta

import pytest
from django.contrib.auth.models import Group, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from lockers.models import Point
from orders.actions.integrity import run_integrity
from orders.models import IntegrityFinding, IntegrityRun, Order
from orders.states import OrderState
from tests.config.people import load_roles
from tests.orders.builders import NOON, make_order, make_shopfloor

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def shopfloor(db):
    load_roles()
    make_shopfloor()


def signed_in(role: str) -> Client:
    user = User.objects.create(username=role, first_name="Callum", last_name="Reid")
    user.groups.set(Group.objects.filter(name=role))
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def lead() -> Client:
    return signed_in("warehouse")


def failing(count: int = 1, **facts) -> IntegrityRun:
    standing = {"state": OrderState.RELEASED, "released_at": NOON, "acs_locker_id": "UK00000904"}
    for _ in range(count):
        make_order(**standing | facts)
    Point.objects.update(status="NonOperating")
    return run_integrity(actor="system:timetable", at=timezone.now())


def text(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_run_shows_who_says_what_and_leads_to_order_and_locker(lead: Client):
    run = failing(acs_locker_id="UK00000905")
    number = Order.objects.get().number

    page = text(lead, f"/integrity/{run.pk}/")

    assert "shop UK00000904, ACS UK00000905" in page
    assert "out of service (InPost says NonOperating)" in page
    assert f'href="/orders/{number}/"' in page
    assert 'href="/lockers/UK00000904/"' in page
    assert 'href="/lockers/UK00000905/"' not in page
    assert "The seal holds" in page


def test_each_number_leads_to_its_rows(lead: Client):
    run = failing(2)
    Order.objects.filter(pk=Order.objects.first().pk).update(acs_locker_id="UK00000905")
    again = run_integrity(actor="system:timetable", at=timezone.now())

    def numbers(show: str) -> int:
        return text(lead, f"/integrity/{again.pk}/?show={show}").count('data-label="Order"')

    assert (again.failed, again.by_code) == (2, {"LOC-CLOSED": 2, "LOC-DRIFT": 1})
    assert (numbers(""), numbers("LOC-CLOSED"), numbers("LOC-DRIFT"), numbers("new"), numbers("ended")) == (3, 2, 1, 1, 0)
    assert text(lead, f"/integrity/{run.pk}/").count('data-label="Order"') == 2


def test_a_seal_that_does_not_hold_is_said_and_not_signed(lead: Client):
    run = failing()
    IntegrityFinding.objects.update(evidence={})

    assert "The seal is broken" in text(lead, f"/integrity/{run.pk}/")
    refused = lead.post(f"/integrity/{run.pk}/sign-off/", {"note": ""})

    assert refused.status_code == 409
    run.refresh_from_db()
    assert run.signed_off_at is None


def test_a_named_person_signs_once(lead: Client):
    run = failing()

    lead.post(f"/integrity/{run.pk}/sign-off/", {"note": "Reassigned."})
    second = lead.post(f"/integrity/{run.pk}/sign-off/", {"note": "Me too."})

    run.refresh_from_db()
    assert (run.signed_off_by.username, run.note, second.status_code) == ("warehouse", "Reassigned.", 409)
    assert "Callum Reid" in text(lead, "/integrity/")


def test_a_note_that_is_too_long_is_refused_in_words(lead: Client):
    run = failing()

    assert lead.post(f"/integrity/{run.pk}/sign-off/", {"note": "x" * 401}).status_code == 422
    run.refresh_from_db()
    assert run.signed_off_at is None


def test_it_can_be_run_now(lead: Client):
    answer = lead.post("/integrity/run/", follow=True)

    assert IntegrityRun.objects.get().asked_by == "warehouse"
    assert "There was no open locker order to look at." in answer.content.decode()


def test_a_viewer_looks_and_exports_and_does_nothing():
    run, viewer = failing(), signed_in("viewer")

    page = text(viewer, f"/integrity/{run.pk}/")

    assert "Sign it off" not in page
    assert "Run it now" not in page
    assert viewer.post("/integrity/run/").status_code == 403


def test_an_unsigned_run_shows_on_today_until_it_is_signed(lead: Client):
    run = failing()
    assert f'href="/integrity/{run.pk}/"' in text(lead, "/")

    lead.post(f"/integrity/{run.pk}/sign-off/", {"note": ""})

    assert f'href="/integrity/{run.pk}/"' not in text(lead, "/")


def test_the_trend_has_a_bar_for_each_of_thirty_days(lead: Client):
    failing()
    run_integrity(actor="system:timetable", at=timezone.now() - timedelta(days=3))

    page = text(lead, "/integrity/")

    assert page.count('<rect class="day') == 30
    assert "1 of 1 orders failed" in page


def test_the_files_hold_every_finding_and_run_no_formula(lead: Client):
    run = failing(number="=HYPERLINK(1)")

    rows = list(csv.reader(io.StringIO(b"".join(lead.get(f"/integrity/{run.pk}/findings.csv").streaming_content).decode())))
    book = zipfile.ZipFile(io.BytesIO(b"".join(lead.get(f"/integrity/{run.pk}/findings.xlsx").streaming_content)))

    assert (len(rows), rows[1][0], rows[1][1]) == (2, "'=HYPERLINK(1)", "LOC-CLOSED")
    sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet
    assert "'=HYPERLINK(1)" in sheet


@pytest.mark.parametrize("count", [3, 30])
def test_takes_the_same_statements_for_any_number(lead: Client, count: int):
    run = failing(count)
    text(lead, f"/integrity/{run.pk}/")
    with CaptureQueriesContext(connection) as one:
        text(lead, f"/integrity/{run.pk}/")
    with CaptureQueriesContext(connection) as many:
        text(lead, "/integrity/")

    assert (len(one), len(many)) == (8, 7)


@pytest.mark.parametrize("address", ["/integrity/999/", "/integrity/999/findings.csv", "/integrity/999/findings.xlsx"])
def test_a_run_that_does_not_exist_is_not_found(lead: Client, address: str):
    assert lead.get(address).status_code == 404
