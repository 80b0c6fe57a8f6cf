"""Reading again: the checklist first, then one record, a run's records, or a feed from an instant; each kept in the audit log."""

from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.models import Permission
from django_q.models import OrmQ

from exceptions_queue.models import AuditEntry
from partners.models import Feed, RejectedRecord
from tests.partners.builders import make_feed, make_rejected, make_run

pytestmark = pytest.mark.django_db
MAY = ("view_syncrun", "view_rejectedrecord", "run_feed", "replay_rejectedrecord", "see_raw_rejectedrecord")
AGAIN, RECORDS = "/sync/feeds/store.orders/again/", "/sync/feeds/store.orders/records/"
NO_RECORDS = "/sync/feeds/no.such/records/"


@pytest.fixture(autouse=True)
def at_noon(noon):
    with time_machine.travel(noon, tick=False):
        yield


@pytest.fixture
def ines(client, django_user_model):
    return sign_in(client, django_user_model, *MAY)


def sign_in(client, users, *permissions: str):
    user = users.objects.create_user("ines", password=None)
    user.user_permissions.set(Permission.objects.filter(content_type__app_label="partners", codename__in=permissions))
    client.force_login(user)
    return user


@pytest.fixture
def refused(noon) -> RejectedRecord:
    run = make_run(make_feed(), noon, seen=3, created=2, rejected=1)
    return make_rejected(run, "LS-1", raw='{"name": "LS-1", "email": "ada@example.com"}')


def test_a_record_is_shown_masked_with_what_trying_again_would_do(client, ines, refused):
    page = client.get(f"/sync/records/{refused.pk}/").content.decode()

    assert "ada@example.com" not in page
    assert "&quot;email&quot;: &quot;xxx@xxxxxxx.xxx&quot;" in page
    assert "What it does outside" in page


def test_the_number_on_a_tile_leads_to_the_records_it_counts(client, ines, refused, noon):
    """Of every run, and only those that cannot be read to this day."""
    later = make_run(refused.feed, noon + timedelta(minutes=1), rejected=1)
    other = make_rejected(later, "LS-2")
    make_rejected(later, "LS-3", solved_at=noon)
    make_rejected(make_run(make_feed("inpost.points"), noon), "UK-1")

    tiles = client.get("/sync/").content.decode()
    page = client.get("/sync/feeds/store.orders/records/").content.decode()

    assert '<a href="/sync/feeds/store.orders/records/" data-count="2">2 records could not be read</a>' in tiles
    assert page.count("data-row") == 2
    assert [f"/sync/records/{row.pk}/" in page for row in (refused, other)] == [True, True]
    assert "ada@example.com" not in page


def test_a_feed_without_refused_records_says_so(client, ines):
    assert "Every record of this feed could be read." in client.get("/sync/feeds/store.orders/records/").content.decode()


def test_one_record_is_tried_again_and_only_this_one(client, ines, refused):
    other = make_rejected(refused.run, "LS-2")

    answer = client.post(f"/sync/records/{refused.pk}/replay/")

    refused.refresh_from_db()
    other.refresh_from_db()
    assert answer.status_code == 302
    assert (refused.replay_asked_at is None, other.replay_asked_at is None) == (False, True)
    assert AuditEntry.objects.get().verb == "refused record tried again"
    assert OrmQ.objects.count() == 1


def test_asking_twice_is_refused_with_a_sentence(client, ines, refused):
    client.post(f"/sync/records/{refused.pk}/replay/")

    answer = client.post(f"/sync/records/{refused.pk}/replay/")

    assert answer.status_code == 409
    assert "nothing left to try again" in answer.content.decode()
    assert OrmQ.objects.count() == 1


def test_the_checklist_of_a_run_comes_before_its_replay(client, ines, refused):
    make_rejected(refused.run, "LS-2")

    page = client.get(f"/sync/{refused.run_id}/replay/").content.decode()
    client.post(f"/sync/{refused.run_id}/replay/")

    assert "saw 3 records and could not read 1" in page
    assert "Try 2 again" in page
    assert RejectedRecord.objects.filter(replay_asked_at__isnull=False).count() == 2


def test_a_window_counts_what_was_seen_in_it(client, ines, noon):
    feed = make_feed()
    make_run(feed, noon - timedelta(hours=30), seen=500, unchanged=500)
    make_run(feed, noon - timedelta(hours=3), seen=7, unchanged=7)
    make_run(feed, noon - timedelta(hours=2), "failed")

    page = client.get(AGAIN).content.decode()

    assert "2 runs since" in page
    assert "saw 7 records; 1 of these runs did not end well" in page


def test_a_feed_is_read_again_from_an_instant_with_a_reason(client, ines):
    make_feed(cursor="2026-11-20T11:00:00+00:00|1")

    answer = client.post(AGAIN, {"since": "2026-06-01T08:00", "reason": "The shop says LS-9 is missing"})

    assert answer.status_code == 302
    entry = AuditEntry.objects.get()
    assert (entry.verb, entry.reason) == ("feed read again", "The shop says LS-9 is missing")
    assert entry.after == {"since": "2026-06-01T08:00:00+01:00"}
    assert OrmQ.objects.get().task["args"][0] == "store.orders"
    assert Feed.objects.get().cursor == "2026-11-20T11:00:00+00:00|1"


@pytest.mark.parametrize(
    ("asked", "status", "said"),
    [
        ({"since": "2026-06-01T08:00"}, 422, "required"),
        ({"since": "never", "reason": "x"}, 422, "valid date"),
        ({"since": "2036-06-01T08:00", "reason": "x"}, 409, "in the past"),
        ({"since": "\x00", "reason": "x"}, 422, ""),
        ({"since": "0001-01-01T00:00:00+14:00", "reason": "x"}, 422, "between the years"),
        ({"since": "9999-12-31T23:59:59-14:00", "reason": "x"}, 422, "between the years"),
        ({}, 422, "required"),
    ],
)
def test_what_cannot_be_read_again_is_refused_with_a_sentence(client, ines, asked, status, said):
    answer = client.post(AGAIN, asked)

    assert answer.status_code == status
    assert said in answer.content.decode()
    assert not OrmQ.objects.exists()


def test_a_feed_that_is_read_whole_has_no_window(client, ines):
    answer = client.post("/sync/feeds/inpost.points/again/", {"since": "2026-06-01T08:00", "reason": "x"})

    assert answer.status_code == 409
    assert "read whole each time" in answer.content.decode()


def test_a_paused_feed_is_not_read_again(client, ines):
    make_feed(paused=True)

    assert client.post(AGAIN, {"since": "2026-06-01T08:00", "reason": "x"}).status_code == 409


@pytest.mark.parametrize(
    "url", ["/sync/records/{0}/", "/sync/records/{0}/replay/", "/sync/{1}/replay/", "/sync/feeds/store.orders/records/", AGAIN]
)
def test_each_page_demands_its_permission(client, django_user_model, refused, url):
    sign_in(client, django_user_model, "view_syncrun")

    address = url.format(refused.pk, refused.run_id)

    assert client.post(address).status_code in (403, 405)
    assert client.get(address).status_code in (403, 405)
    assert not OrmQ.objects.exists()


@pytest.mark.parametrize(
    "url", ["/sync/records/999999/", "/sync/999999/replay/", "/sync/feeds/no.such/again/", "/sync/feeds/no.such/records/"]
)
def test_what_is_not_there_is_not_found(client, ines, url):
    assert client.get(url).status_code == 404
