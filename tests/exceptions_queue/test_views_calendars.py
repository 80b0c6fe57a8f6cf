"""The calendars: an admin changes when a site works, and the queue follows."""

import html
import re
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine

from exceptions_queue import calendars
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


def ahead(client):
    """The days shown ahead: (day, what makes it special, times)."""
    table = client.get(PAGE).content.decode().partition("The next ten working days")[2]
    return [
        (name, why, tuple(re.findall(r"\d\d:\d\d", times)))
        for name, why, times in re.findall(
            r'<th scope="row">([^<]*)(?:<br><small class="muted">([^<]*)</small>)?</th>(.*?)</tr>', table, re.DOTALL
        )
    ]


def test_the_page_shows_the_next_ten_working_days_and_why_a_day_is_left_out(client, admin):
    days = ahead(client)

    assert days[0] == ("Tue 9 Jun", "", ("12:00", "17:30"))
    assert [name for name, _, times in days if not times] == ["Mon 15 Jun"]  # a Scottish holiday; weekends are no surprise and not told
    assert len(days) == 11


@pytest.mark.parametrize(
    ("at", "closed"),
    [
        (datetime(2026, 11, 26, 8, tzinfo=UTC), [("Mon 30 Nov", "Saint Andrew's Day")]),
        (
            datetime(2026, 12, 22, 8, tzinfo=UTC),
            [("Fri 25 Dec", "Christmas Day"), ("Mon 28 Dec", "Boxing Day (substitute)"), ("Fri 1 Jan", "New Year's Day")],
        ),
    ],
)
def test_scottish_bank_holidays_are_left_out_by_name(client, admin, at, closed):
    with time_machine.travel(at, tick=False):
        client.force_login(admin)
        days = ahead(client)

    names = [(name, html.unescape(why)) for name, why, times in days if not times]
    assert [name for name, _ in names][: len(closed)] == [name for name, _ in closed]
    assert [why.split(" ")[0] for _, why in names][: len(closed)] == [why.split(" ")[0] for _, why in closed]
    assert sum(bool(times) for *_, times in days) == 10


@pytest.mark.parametrize(
    ("at", "monday", "said", "due_at"),
    [
        (datetime(2026, 3, 27, 13, tzinfo=UTC), "Mon 30 Mar", "The clocks have gone forward", datetime(2026, 3, 30, 11, tzinfo=UTC)),
        (datetime(2026, 10, 23, 13, tzinfo=UTC), "Mon 26 Oct", "The clocks have gone back", datetime(2026, 10, 26, 12, tzinfo=UTC)),
    ],
)
def test_the_cut_off_stays_at_noon_when_the_clocks_change(client, admin, at, monday, said, due_at):
    with time_machine.travel(at, tick=False):
        client.force_login(admin)
        days = ahead(client)

        assert days[0] == (monday, said, ("12:00", "17:30"))
        assert calendars.release_due(None, at=at).due_at == due_at
        assert [day for day in days[1:] if "clocks" in day[1]] == []


def test_a_special_day_shows_its_note_and_its_times(client, admin):
    client.post(f"{PAGE}acs/day/", {"on": "2026-06-10", "order_cutoff": "09:30", "note": "Half a day"})
    client.post(f"{PAGE}acs/day/", {"on": "2026-06-11", "closed": "on", "note": "Stocktake", "order_cutoff": "10:00"})

    assert ahead(client)[1:3] == [("Wed 10 Jun", "Half a day", ("09:30", "17:30")), ("Thu 11 Jun", "Stocktake", ())]
    assert SiteDay.objects.get(closed=True).order_cutoff is None


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"on": "2026-06-08"}, "This day is over"),
        ({"on": "3026-06-08"}, "Is the year right?"),
        ({"on": "tomorrow"}, "Enter a valid date."),
        ({"on": "2026-06-10", "order_cutoff": "18:00"}, "The order cut-off (18:00) has to come before the collection (17:30)."),
        ({"on": "2026-06-10", "collection_at": "11:00"}, "The order cut-off (12:00) has to come before the collection (11:00)."),
        ({"on": "2026-06-10", "order_cutoff": "25:00"}, "Enter a valid time."),
    ],
)
def test_a_day_that_cannot_be_is_refused_with_a_sentence(client, admin, wrong, sentence):
    answer = client.post(f"{PAGE}acs/day/", wrong)

    assert (answer.status_code, SiteDay.objects.count()) == (422, 0)
    assert sentence in answer.content.decode()


@pytest.mark.parametrize("number", [3, 30])
def test_special_days_cost_no_statement_each(client, admin, number, django_assert_num_queries):
    site = Site.objects.get(key="acs")
    SiteDay.objects.bulk_create([SiteDay(site=site, on=date(2026, 6, 9) + timedelta(days=n), closed=n % 2 == 0) for n in range(number)])
    client.get(PAGE)

    with django_assert_num_queries(6):  # session, person, permissions, sites, days twice
        client.get(PAGE)


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
    ("wrong", "sentence"),
    [
        ({"order_cutoff": "18:00"}, "has to come before the collection (17:30)"),
        ({"working_days": []}, "Choose at least one day"),
        ({"working_days": ["9"]}, "There are seven days in a week."),
        ({"lead_minutes": "-1"}, "Packing cannot take less than no time."),
        ({"lead_minutes": "1441"}, "At most 1,440 minutes"),
        ({"lead_minutes": "soon"}, "Enter a whole number."),
        ({"order_cutoff": "noon"}, "Enter a valid time."),
        ({"bank_holidays": "FRA"}, "Select a valid choice."),
    ],
)
def test_a_week_that_cannot_be_is_refused_with_a_sentence(client, admin, wrong, sentence):
    answer = client.post(f"{PAGE}acs/week/", WEEK | wrong)

    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert Site.objects.get(key="acs").order_cutoff.hour == 12


def test_no_more_than_the_week_is_taken(client, admin):
    client.post(f"{PAGE}acs/week/", WEEK | {"key": "other", "name": "Other", "time_zone": "Asia/Tokyo"})

    assert Site.objects.values_list("key", "name", "time_zone").get() == ("acs", "ACS", "Europe/London")


def test_a_site_that_is_not_there_is_not_found(client, admin):
    assert client.post(f"{PAGE}nowhere/week/", WEEK).status_code == 404
