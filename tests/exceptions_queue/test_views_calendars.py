"""The calendars: an admin changes when a site works, and the queue follows."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine

from exceptions_queue.models import AuditEntry, ExceptionCase, Site, SiteDay
from tests.exceptions_queue.builders import make_user, one_case

pytestmark = pytest.mark.django_db
PAGE = "/settings/calendars/"
WEEK = {"order_cutoff": "13:00", "collection_at": "17:30", "lead_minutes": "240", "working_days": list("12345"), "bank_holidays": "SCT"}


@pytest.fixture(autouse=True)
def in_the_morning():
    with time_machine.travel(datetime(2026, 6, 9, 8, tzinfo=UTC), tick=False):
        yield


@pytest.fixture
def admin(client):
    user = make_user("ida", "view_site", "change_site", role="integration")
    client.force_login(user)
    return user


def due(case):
    return ExceptionCase.objects.get(pk=case.pk).due_at


def test_the_page_shows_the_next_cut_offs(client, admin):
    html = client.get(PAGE).content.decode()

    assert "Tue 9 June 2026 12:00" in html
    assert "Tue 16 June 2026 12:00" in html  # the Monday is a holiday in Scotland


def test_who_may_only_look_gets_no_form(client):
    client.force_login(make_user("vic", "view_site", role="viewer"))

    assert 'action="/settings/calendars/acs/week/"' not in client.get(PAGE).content.decode()
    assert client.post(f"{PAGE}acs/week/", WEEK).status_code == 403


def test_another_cut_off_moves_the_open_cases_and_is_recorded(client, admin):
    morning = datetime(2026, 6, 9, 8, tzinfo=UTC)
    ordinary, own = one_case(at=morning), one_case(at=morning, subject=2, due_at=morning + timedelta(minutes=5))

    answer = client.post(f"{PAGE}acs/week/", WEEK, follow=True)

    assert "1 open case got another due time." in answer.content.decode()
    assert due(ordinary) == datetime(2026, 6, 9, 12, tzinfo=UTC)
    assert due(own) == morning + timedelta(minutes=5)
    assert AuditEntry.objects.get(verb="calendar changed").after["order_cutoff"] == "13:00:00"


def test_a_closed_day_moves_cases_to_the_next_and_dropping_it_moves_them_back(client, admin):
    case = one_case(at=datetime(2026, 6, 9, 8, tzinfo=UTC))

    client.post(f"{PAGE}acs/day/", {"on": "2026-06-09", "closed": "on", "note": "Stocktake"})
    assert due(case) == datetime(2026, 6, 10, 11, tzinfo=UTC)
    assert SiteDay.objects.get().note == "Stocktake"

    client.post(f"{PAGE}days/{SiteDay.objects.get().pk}/drop/")
    assert not SiteDay.objects.exists()
    assert due(case) == datetime(2026, 6, 10, 11, tzinfo=UTC)  # not pulled forward: nobody was told to hurry


def test_a_day_said_twice_is_said_once(client, admin):
    for closed in ({"closed": "on"}, {}):
        client.post(f"{PAGE}acs/day/", {"on": "2026-12-05", **closed})

    assert list(SiteDay.objects.values_list("on", "closed")) == [(date(2026, 12, 5), False)]


@pytest.mark.parametrize(
    "wrong", [{"order_cutoff": "18:00"}, {"working_days": []}, {"working_days": ["9"]}, {"lead_minutes": "-1"}, {"order_cutoff": "noon"}]
)
def test_a_week_that_cannot_be_is_refused(client, admin, wrong):
    answer = client.post(f"{PAGE}acs/week/", WEEK | wrong)

    assert answer.status_code == 422
    assert Site.objects.get(key="acs").order_cutoff.hour == 12


def test_a_site_that_is_not_there_is_not_found(client, admin):
    assert client.post(f"{PAGE}nowhere/week/", WEEK).status_code == 404
