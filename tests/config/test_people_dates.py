"""Dated access: whole days in London, looked at with every request."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.core.cache import cache
from django.utils import timezone

from config.models import Access
from exceptions_queue.models import AuditEntry
from partners import tokens
from tests.config.people import load_roles, make_person, sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def loaded():
    cache.clear()
    load_roles()


@pytest.fixture
def guest():
    guest = make_person("guest", "cx")
    Access.objects.create(user=guest, starts_on=date(2026, 3, 27), ends_on=date(2026, 3, 30))  # the clocks change on the 29th
    return guest


@pytest.mark.parametrize(
    ("at", "comes_in"),
    [
        (datetime(2026, 3, 26, 23, 59, 59, tzinfo=UTC), False),
        (datetime(2026, 3, 27, 0, 0, tzinfo=UTC), True),
        (datetime(2026, 3, 30, 22, 59, 59, tzinfo=UTC), True),  # 23:59:59 in London's summer time
        (datetime(2026, 3, 30, 23, 0, tzinfo=UTC), False),
    ],
)
def test_the_first_and_the_last_day_are_london_days(guest, at, comes_in):
    with time_machine.travel(at, tick=False):
        assert (sign_in(guest).get("/queue/").status_code == 200) is comes_in


def test_an_open_session_ends_at_midnight_without_anybody_doing_anything(guest):
    with time_machine.travel(datetime(2026, 3, 30, 22, 59, tzinfo=UTC), tick=False) as clock:
        session = sign_in(guest)
        assert session.get("/queue/").status_code == 200

        clock.shift(timedelta(minutes=2))
        assert session.get("/queue/")["Location"].startswith("/account/login/")
        fragment = session.post("/queue/take-next/", headers={"HX-Request": "true"})
        assert (fragment.status_code, fragment["HX-Redirect"]) == (204, "/account/login/")


def test_a_token_opens_no_more_than_its_user(guest, client):
    with time_machine.travel(datetime(2026, 3, 30, 12, tzinfo=UTC), tick=False) as clock:
        _, key = tokens.create(guest, name="t", scopes=["orders:read"], days=30, actor=guest, at=timezone.now())
        bearer = {"authorization": f"Bearer {key}"}
        assert client.get("/api/v1/orders/", headers=bearer).status_code == 200

        clock.shift(timedelta(days=1))
        assert client.get("/api/v1/orders/", headers=bearer).status_code == 401


def test_an_admin_sets_the_dates_and_says_why(guest):
    admin = sign_in(make_person("ines", "integration"))

    answer = admin.post(f"/settings/people/{guest.pk}/dates/", {"starts_on": "", "ends_on": "2026-12-24", "reason": "Contract extended"})

    entry = AuditEntry.objects.get(verb="access dates changed")
    assert (answer.status_code, Access.objects.get(user=guest).ends_on) == (302, date(2026, 12, 24))
    assert (entry.before["ends_on"], entry.after["ends_on"], entry.reason) == ("2026-03-30", "2026-12-24", "Contract extended")


def test_dates_the_wrong_way_round_are_refused(guest):
    admin = sign_in(make_person("ines", "integration"))

    answer = admin.post(f"/settings/people/{guest.pk}/dates/", {"starts_on": "2026-12-24", "ends_on": "2026-12-01", "reason": "x"})

    assert (answer.status_code, Access.objects.get(user=guest).ends_on) == (422, date(2026, 3, 30))


def test_when_somebody_was_last_here_is_noted_once_in_five_minutes(guest, django_assert_num_queries):
    with time_machine.travel(datetime(2026, 3, 28, 12, tzinfo=UTC), tick=False) as clock:
        session = sign_in(guest)
        session.get("/queue/")
        clock.shift(timedelta(minutes=4))
        session.get("/queue/")
        assert Access.objects.get(user=guest).last_seen_at == datetime(2026, 3, 28, 12, tzinfo=UTC)

        clock.shift(timedelta(minutes=2))
        session.get("/queue/")
        mine = Access.objects.get(user=guest)
        assert (mine.last_seen_at, mine.ends_on) == (datetime(2026, 3, 28, 12, 6, tzinfo=UTC), date(2026, 3, 30))


def test_no_statement_more_for_who_has_dates(guest, django_assert_num_queries):
    with time_machine.travel(datetime(2026, 3, 28, 12, tzinfo=UTC), tick=False):
        session = sign_in(guest)
        session.get("/reference/")
        with django_assert_num_queries(4):  # session, person with their dates, permissions, the house's own words
            session.get("/reference/")
