"""What the clock asks of several rooms at once."""

import json
import zlib
from datetime import timedelta

import pytest
from django.utils import timezone

from config import tasks
from config.cluster import BEAT
from lockers.models import Point
from partners import actions, jobs
from partners.models import Heartbeat, JobRun, RawPayload, SyncRun
from tests.partners.builders import make_feed, make_run

pytestmark = pytest.mark.django_db

POINT = {
    "name": "UK00000001",
    "status": "Operating",
    "location": {"latitude": 53.8, "longitude": -1.5},
    "type": ["parcel_locker"],
    "functions": ["parcel_collect"],
}


@pytest.fixture
def held(noon) -> SyncRun:
    run = make_run(make_feed("inpost.points"), noon, "held", full=True, seen=1)
    body = json.dumps({"items": [POINT], "count": 1, "total_pages": 1}).encode()
    RawPayload.objects.create(
        run=run, source="GET /v1/points", page=1, body=zlib.compress(body, 1), size=len(body), sha256="", received_at=noon
    )
    return run


def test_a_held_feed_that_a_person_accepted_is_applied_once(held, admin_user, noon):
    actions.accept(held, reason="InPost told us", actor=admin_user, at=noon)

    first = tasks.accept_feed(held.pk, admin_user.pk, "InPost told us")
    second = tasks.accept_feed(held.pk, admin_user.pk, "InPost told us")

    assert (first["outcome"], second["outcome"]) == ("ok", "skipped")
    assert Point.objects.get().point_id == "UK00000001"
    held.refresh_from_db()
    assert (held.outcome, held.created, held.accepted_by) == ("ok", 1, admin_user)


def test_a_broken_invariant_is_the_outcome_of_its_job(noon):
    Heartbeat.objects.create(name=BEAT, asked_at=noon, beat_at=noon)

    run = jobs.run("config.tasks.verify", tasks.verify, every=timedelta(hours=1), clock=timezone.now)

    assert run.state == JobRun.State.FAILED
    assert run.error.startswith("InvariantsBroken: 1 invariants broken: no beat through a worker since")
