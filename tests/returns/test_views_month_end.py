"""The month-end room by its pages: what a finance manager sees, signs and opens again, and what everybody else is shown."""

from datetime import UTC, date, datetime, timedelta
from html import unescape

import pytest
from django.conf import LazySettings
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from returns.models import Journal, PeriodSignOff, WriteOff
from returns.queries.month_end import worklists
from returns.rules.months import name_of
from returns.states import JournalState, WriteOffState
from tests.config.people import sign_in
from tests.returns.builders import People
from tests.returns.of_a_month import posted, read_the_ledger
from tests.returns.written_off import make_write_off

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def sandbox(people: People, settings: LazySettings) -> None:
    cache.clear()
    settings.SANDBOX = True


@pytest.fixture
def last() -> date:
    """The month before this one."""
    return (timezone.localdate().replace(day=1) - timedelta(days=1)).replace(day=1)


@pytest.fixture
def then(last: date) -> datetime:
    """A morning in it."""
    return datetime(last.year, last.month, 12, 9, 0, tzinfo=UTC)


@pytest.fixture
def url(people: People, last: date, then: datetime) -> str:
    """The page of that month, in which all is in order."""
    posted(1, people.finance, at=then)
    read_the_ledger(timezone.now())
    return f"/month-end/{name_of(last)}/"


def text(client: Client, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == 200
    return unescape(answer.content.decode())


def seen(client: Client, url: str) -> str:
    return str(client.get(url).context["sign_form"].initial["seen"])


def test_a_month_in_order_is_signed_and_then_shows_what_was_signed(people: People, url: str, last: date):
    client = sign_in(people.manager)

    answer = client.post(f"{url}sign/", {"seen": seen(client, url)}, follow=True)

    page = unescape(answer.content.decode())
    assert f"{last:%B %Y} is signed off." in page
    assert "Every figure is what it was when it was signed off." in page
    assert PeriodSignOff.objects.get().signed_by == people.manager
    assert "Signed off" in text(client, "/month-end/")


def test_what_keeps_it_open_is_said_and_no_button_is_offered(people: People, url: str, then: datetime):
    waits = posted(2, people.finance, at=then, state=JournalState.POSTED)
    client = sign_in(people.manager)

    page = text(client, url)

    assert "1 posted journal is not verified" in page
    assert "Lockstep: it is compared after the next reading of the ledger." in page
    assert (waits.reference in page, f"{url}sign/" in page) == (True, False)
    refused = client.post(f"{url}sign/", {"seen": "0" * 64})
    assert (refused.status_code, PeriodSignOff.objects.count()) == (409, 0)
    assert "1 posted journal is not verified" in unescape(refused.content.decode())


def test_figures_that_changed_are_shown_again_with_what_was_typed(people: People, url: str, then: datetime):
    client = sign_in(people.manager)
    looked = seen(client, url)
    make_write_off(3, at=then)

    answer = client.post(f"{url}sign/", {"seen": looked, "reason": "Photos on Friday"})

    page = unescape(answer.content.decode())
    assert (answer.status_code, PeriodSignOff.objects.count()) == (409, 0)
    assert "The figures have changed since you opened the month" in page
    assert "Photos on Friday" in page
    again = answer.context["sign_form"].data["seen"]
    assert client.post(f"{url}sign/", {"seen": again, "reason": "Photos on Friday"}).status_code == 302


def test_something_left_needs_a_reason(people: People, url: str, then: datetime):
    make_write_off(3, at=then)
    client = sign_in(people.manager)

    answer = client.post(f"{url}sign/", {"seen": seen(client, url), "reason": ""})

    assert answer.status_code == 422
    assert "Say why the month is signed off with something left." in unescape(answer.content.decode())


@pytest.mark.parametrize("sent", [{}, {"seen": ""}, {"seen": "x" * 65}, {"seen": "\x00"}, {"seen": "0", "reason": "r" * 301}])
def test_a_strange_signature_is_refused_in_words(people: People, url: str, sent: dict[str, str]):
    answer = sign_in(people.manager).post(f"{url}sign/", sent)

    assert answer.status_code in (409, 422)
    assert not PeriodSignOff.objects.exists()


def test_a_month_is_opened_again_with_a_reason(people: People, url: str, last: date):
    client = sign_in(people.manager)
    client.post(f"{url}sign/", {"seen": seen(client, url)})
    assert client.post(f"{url}reopen/", {"reason": ""}).status_code == 422

    page = unescape(client.post(f"{url}reopen/", {"reason": "A credit came late"}, follow=True).content.decode())

    assert f"{last:%B %Y} is open again." in page
    assert "“A credit came late”" in page.replace("<bdi>", "").replace("</bdi>", "")
    assert client.post(f"{url}reopen/", {"reason": "Again"}).status_code == 409


def test_a_password_of_an_hour_ago_is_asked_for_again(people: People, url: str):
    client = sign_in(people.manager, ago_s=3_600)

    answer = client.post(f"{url}sign/", {"seen": seen(client, url)})

    assert answer["Location"].startswith("/account/")
    assert not PeriodSignOff.objects.exists()


def test_an_approver_looks_and_is_told_who_signs(people: People, url: str):
    client = sign_in(people.finance)

    assert "A finance manager signs it off." in text(client, url)
    assert client.post(f"{url}sign/", {"seen": "x"}).status_code == client.post(f"{url}reopen/", {"reason": "x"}).status_code == 403


def test_what_changed_since_it_was_signed_says_so(people: People, url: str, then: datetime):
    client = sign_in(people.manager)
    client.post(f"{url}sign/", {"seen": seen(client, url)})
    Journal.objects.update(total_pence=9_999)

    page = text(client, url)

    assert "The books or what is owed have changed since it was signed off" in page
    assert page.count("changed since\n") + page.count("changed since<") == 1


def test_what_was_left_and_is_approved_since_has_moved_on_and_alarms_nobody(people: People, url: str, then: datetime):
    left = make_write_off(3, at=then)
    client = sign_in(people.manager)
    client.post(f"{url}sign/", {"seen": seen(client, url), "reason": "Photos on Friday"})
    WriteOff.objects.filter(pk=left.pk).update(
        state=WriteOffState.APPROVED, first_by=people.finance, first_at=then, approved_hash=left.lines_hash
    )

    page = text(client, url)

    assert "Both books and the accrual are as they were signed. What was left then has moved on." in page
    assert "chip-info" in page


def test_more_than_twenty_lead_to_all_of_them_page_by_page(people: People, url: str, then: datetime):
    for number in range(10, 113):
        make_write_off(number, at=then, photos=0)
    client = sign_in(people.manager)
    assert "All 103" in text(client, url)

    first = client.get(f"{url}waiting/approve/")
    second = client.get(f"{url}waiting/approve/", {"after": first.context["page"].next})

    shown = [row.reference for answer in (first, second) for row in answer.context["list"]["rows"]]
    assert (len(shown), len(set(shown)), first.context["list"]["tally"].count) == (103, 103, 103)


def test_lists_with_nothing_on_them_say_so(people: People, url: str):
    client = sign_in(people.manager)

    for kind, sentence in worklists.NOTHING.items():
        assert sentence in text(client, f"{url}waiting/{kind}/")
        assert sentence in text(client, url)


@pytest.mark.parametrize("month", ["2026-13", "0000-00", "9999-12", "now", "2026-5", "2026-05-01", "２０２６-05"])
def test_what_is_no_month_is_not_found(people: People, month: str):
    client = sign_in(people.manager)

    assert client.get(f"/month-end/{month}/").status_code == 404
    assert client.post(f"/month-end/{month}/sign/", {"seen": "x"}).status_code == 404


@pytest.mark.parametrize("month", ["2000-01", "2999-12"])
def test_a_month_that_holds_nothing_is_a_page_like_any_other(people: People, month: str):
    client = sign_in(people.manager)

    assert "Register and ledger agree" in text(client, f"/month-end/{month}/")
    assert client.get("/month-end/", {"from": month}).status_code == 200
    assert client.get(f"/month-end/{month}/waiting/none/").status_code == 404


def test_the_page_asks_as_often_for_thirty_as_for_three(people: People, url: str, then: datetime):
    client = sign_in(people.manager)

    def ask(make: range) -> int:
        for number in make:
            make_write_off(number, at=then)
            posted(100 + number, people.finance, at=then, state=JournalState.DRIFTED, shown=False)
        client.get(url)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(url).status_code == 200
        return len(queries)

    assert ask(range(10, 13)) == ask(range(13, 40)) <= 32
