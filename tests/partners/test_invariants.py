"""Each invariant holds on a healthy database and names the row that breaks it."""

from datetime import timedelta

import pytest
from django.db import connection

from exceptions_queue import actions as desk
from partners import invariants, outbox
from partners.models import InboxMessage, Intent, JobRun, SyncRun
from partners.sync import guard
from tests.partners.builders import make_feed, make_run

pytestmark = pytest.mark.django_db


@pytest.fixture
def intent(noon) -> Intent:
    return outbox.put(kind="release", business_id="LS-1", payload={"sku": "A"}, actor="t", at=noon)


def change(intent: Intent, **columns: object) -> None:
    Intent.objects.filter(pk=intent.pk).update(**columns)


def breaches(at) -> dict[str, list[str]]:
    looked_at = {name: check(at) for name, check in invariants.INVARIANTS}
    return {name: found for name, found in looked_at.items() if found}


def test_a_healthy_database_breaks_none(noon, intent):
    feed = make_feed(cursor=noon.isoformat())
    make_run(feed, noon, created=3, cursor_before=(noon - timedelta(hours=1)).isoformat(), cursor_after=noon.isoformat())
    outbox.drain("release", send=lambda intent: outbox.Receipt(), clock=lambda: noon)

    assert breaches(noon) == {}


def test_what_was_tried_too_often(noon, intent):
    change(intent, attempts=201)

    assert breaches(noon) == {"I18 intents are tried within reason": ["release LS-1 was tried 201 times"]}


@pytest.mark.parametrize(("minutes", "broken"), [(2, False), (4, True)])
def test_what_the_dead_are_sending(noon, intent, minutes, broken):
    change(intent, state="sending", lease_until=noon - timedelta(minutes=minutes))

    assert bool(invariants.nothing_is_sent_by_the_dead(noon)) is broken


@pytest.mark.parametrize("columns", [{"state": "done"}, {"state": "ready", "ended_at": "2026-06-09T11:00Z"}, {"payload": {"sku": "B"}}])
def test_what_has_ended_by_half_or_changed(noon, intent, columns):
    change(intent, **columns)

    assert list(breaches(noon)) == ["I18 what has ended stays as it was"]


@pytest.mark.parametrize(("facts", "broken"), [({}, True), ({"error": "It cannot be reached."}, False), ({"state": "done"}, False)])
def test_what_nobody_has_processed(noon, facts, broken):
    at = noon - timedelta(minutes=16)
    InboxMessage.objects.create(source="inpost", delivery_id="d", received_at=at, next_at=at, raw_body=b"", **facts)

    assert bool(invariants.messages_are_processed(noon)) is broken


def test_counts_that_do_not_add_up(noon):
    """The database refuses them; the check is for one whose constraint was dropped."""
    run = make_run(make_feed(), noon, created=3)
    assert invariants.counts_add_up(noon) == []
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA ignore_check_constraints = ON")
            cursor.execute("UPDATE partners_syncrun SET seen = 4 WHERE id = %s", [run.pk])
            cursor.execute("PRAGMA ignore_check_constraints = OFF")
        assert invariants.counts_add_up(noon) == [f"store.orders {run.pk} does not add up"]


def test_a_cursor_that_went_back(noon):
    make_run(make_feed(), noon, cursor_before="2026-06-09T11:00:00+00:00", cursor_after="2026-06-09T10:00:00+00:00")

    assert "went back" in invariants.cursors_go_forward(noon)[0]


def test_a_cursor_in_the_future(noon):
    make_feed(cursor=(noon + timedelta(hours=1)).isoformat())

    assert "in the future" in invariants.cursors_go_forward(noon)[0]


def test_a_cursor_that_is_no_instant_cannot_be_judged(noon):
    make_run(make_feed(cursor="page-9"), noon, cursor_before="page-9", cursor_after="page-1")

    assert invariants.cursors_go_forward(noon) == []


def test_what_was_taken_away_unasked(noon, admin_user):
    run = make_run(make_feed("inpost.points"), noon, full=True, unchanged=70, gone=30)

    assert breaches(noon) == {"I21 nothing much was taken away unasked": [f"inpost.points {run.pk} took away more than a fifth"]}
    SyncRun.objects.update(accepted_by=admin_user)
    assert breaches(noon) == {}


def test_a_held_feed_that_nobody_was_told_of(noon, settings):
    run = make_run(make_feed("inpost.points"), noon, "held", seen=3)
    assert breaches(noon) == {"I21 held feeds are before a person": ["inpost.points is held and no case says so"]}

    card = desk.Card(label="inpost.points", url="")
    desk.reconcile(run.feed, scope=frozenset({guard.code_of("x")}), found={"FEED-SUSPECT": {"fault": "short"}}, card=card, at=noon)
    assert breaches(noon) == {}


@pytest.mark.parametrize(("hours", "broken"), [(23, False), (25, True)])
def test_a_job_that_runs_for_ever(noon, hours, broken):
    lease = noon - timedelta(hours=hours)
    JobRun.objects.create(job="j", window="w", started_at=lease, heartbeat_at=lease, lease_until=lease)

    assert bool(invariants.no_job_runs_for_ever(noon)) is broken
