from datetime import timedelta

import pytest
from django.utils import timezone

from config import metrics
from config.cluster import BEAT
from partners import tokens
from partners.models import ApiToken, Feed, Heartbeat, JobRun

pytestmark = pytest.mark.django_db


def beat(seconds_ago: float) -> None:
    at = timezone.now() - timedelta(seconds=seconds_ago)
    Heartbeat.objects.create(name=BEAT, asked_at=at, beat_at=at)


def test_alive_without_login_and_without_a_database(client, django_assert_num_queries):
    with django_assert_num_queries(0):
        answer = client.get("/healthz")

    assert (answer.status_code, answer.json()) == (200, {"alive": True})


def test_ready_while_beats_come_through_a_worker(client):
    beat(20)

    answer = client.get("/readyz")

    assert answer.status_code == 200
    assert answer.json()["ready"] is True
    assert answer.json()["worker"]["beat_age_seconds"] in {20, 21}
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.parametrize("seconds_ago", [None, 100])
def test_not_ready_when_no_beat_came_through(client, seconds_ago):
    if seconds_ago:
        beat(seconds_ago)

    answer = client.get("/readyz")

    assert answer.status_code == 503
    assert answer.json()["worker"]["ok"] is False


def test_a_late_feed_is_told_and_does_not_make_us_unready(client):
    beat(1)
    Feed.objects.create(name="store.orders", last_good_at=timezone.now() - timedelta(hours=2))
    Feed.objects.create(name="inpost.points", last_good_at=timezone.now() - timedelta(hours=2))

    answer = client.get("/readyz")

    assert answer.status_code == 200
    assert answer.json()["feeds"]["store.orders"]["late"] is True
    assert answer.json()["feeds"]["inpost.points"]["late"] is False


def test_only_reading_is_allowed(client):
    assert client.post("/readyz").status_code == 405


class TestMetricsByToken:
    @pytest.fixture
    def key(self, django_user_model) -> str:
        user = django_user_model.objects.create_user("prometheus")
        return tokens.create(user, name="prometheus", scopes=["metrics:read"], days=1, actor=user, at=timezone.now())[1]

    def test_a_token_with_the_scope_reads_them(self, client, key):
        answer = client.get("/metrics", headers={"authorization": f"Bearer {key}", "accept": "text/plain"})

        assert answer.status_code == 200
        assert answer["Content-Type"] == "text/plain; charset=utf-8"
        assert answer.content.startswith(b"# HELP lockstep_")

    def test_nobody_else_does(self, client, admin_client):
        assert client.get("/metrics").status_code == 401
        assert admin_client.get("/metrics").status_code == 401
        assert client.get("/metrics", headers={"authorization": "Bearer lockstep_wrong"}).status_code == 401

    def test_a_token_without_the_scope_does_not(self, client, key):
        ApiToken.objects.update(scopes=[])

        assert client.get("/metrics", headers={"authorization": f"Bearer {key}"}).status_code == 403


class TestGauges:
    def test_the_text_is_what_prometheus_reads(self, noon):
        lines = metrics.text(at=noon).splitlines()

        assert lines[0] == "# HELP lockstep_worker_beat_age_seconds Since a beat last passed through a worker; -1 when none ever has"
        assert lines[1] == "# TYPE lockstep_worker_beat_age_seconds gauge"
        assert lines[2] == "lockstep_worker_beat_age_seconds -1"

    def test_a_label_is_quoted(self, noon):
        JobRun.objects.create(
            job='a"b\\c', window="1", state="failed", started_at=noon - timedelta(hours=1), heartbeat_at=noon, lease_until=noon
        )

        assert 'lockstep_jobs_failed_last_day{job="a\\"b\\\\c"} 1' in metrics.text(at=noon)

    def test_a_feed_that_never_ended_well_is_late(self, noon):
        text = metrics.text(at=noon)

        assert 'lockstep_feed_late{feed="inpost.points"} 1' in text
        assert 'lockstep_feed_age_seconds{feed="inpost.points"} -1' in text

    def test_the_number_of_statements_does_not_grow_with_the_rows(self, noon, django_assert_max_num_queries):
        with django_assert_max_num_queries(20):
            metrics.text(at=noon)
