"""What has had its time goes; what has not stays."""

from datetime import timedelta

import pytest
from django_q.models import Success

from partners import retention
from partners.models import InboxMessage, JobRun, RawPayload, RejectedRecord, SyncRun
from tests.partners.builders import make_feed, make_rejected, make_run

pytestmark = pytest.mark.django_db


def days(number: float) -> timedelta:
    return timedelta(days=number)


def test_raw_pages_go_after_thirty_days_and_their_runs_stay(noon):
    run = make_run(make_feed(), noon - days(31))
    for age in (31, 29):
        RawPayload.objects.create(run=run, source="GET /", body=b"", size=0, sha256="", received_at=noon - days(age))

    assert retention.purge(at=noon)["payloads"] == 1
    assert (RawPayload.objects.count(), SyncRun.objects.count()) == (1, 1)


def test_runs_go_after_ninety(noon):
    for age in (91, 89):
        make_run(make_feed(), noon - days(age))

    assert retention.purge(at=noon)["runs"] == 1


def test_the_body_of_a_message_goes_and_that_it_came_is_remembered(noon):
    for age in (31, 29, 400):
        at = noon - days(age)
        InboxMessage.objects.create(source="inpost", delivery_id=str(age), received_at=at, next_at=at, raw_body=b"{}", state="done")

    counts = retention.purge(at=noon)

    assert (counts["bodies"], counts["messages"]) == (2, 1)
    assert {m.delivery_id: bytes(m.raw_body) for m in InboxMessage.objects.all()} == {"31": b"", "29": b"{}"}


def test_the_text_of_a_refused_record_goes_and_a_solved_one_goes_whole(noon):
    run = make_run(make_feed(), noon - days(31))
    make_rejected(run, "open", replay_asked_at=noon)
    make_rejected(run, "solved", solved_at=noon - days(31))
    make_rejected(run, "recent", last_at=noon - days(1))

    counts = retention.purge(at=noon)

    assert (counts["rejected"], counts["solved"]) == (1, 1)
    emptied = RejectedRecord.objects.get(key="open")
    assert (emptied.raw, emptied.replay_asked_at) == ("", None)
    assert RejectedRecord.objects.get(key="recent").raw != ""


def test_traces_of_the_queue_go_after_seven_days(noon):
    for age in (8, 6):
        at = noon - days(age)
        JobRun.objects.create(job="j", window=str(age), state="ok", started_at=at, heartbeat_at=at, lease_until=at, finished_at=at)
        Success.objects.create(id=str(age), name=str(age), func="f", started=at, stopped=at, success=True)

    counts = retention.purge(at=noon)

    assert (counts["jobs"], counts["tasks"]) == (1, 1)


def test_more_than_one_batch_goes_too(noon, monkeypatch):
    monkeypatch.setattr(retention, "AT_ONCE", 2)
    for number in range(5):
        make_run(make_feed(), noon - days(91 + number))

    assert retention.purge(at=noon)["runs"] == 5
