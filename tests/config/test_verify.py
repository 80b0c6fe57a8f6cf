import json
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import connection
from django_q.models import OrmQ

from config import invariants, timetable
from config.cluster import BEAT
from partners.models import Heartbeat

pytestmark = pytest.mark.django_db


def verify(capsys) -> dict[str, object]:
    call_command("verify", "--json")
    return json.loads(capsys.readouterr().out.splitlines()[-1])


def test_an_empty_database_breaks_nothing(capsys):
    result = verify(capsys)

    assert result == {"checked": len(invariants.every_invariant()), "broken": 0, "breaches": {}}


def test_a_breach_is_printed_and_is_exit_one(capsys, noon):
    Heartbeat.objects.create(name=BEAT, asked_at=noon, beat_at=noon)

    with pytest.raises(SystemExit) as ended:
        call_command("verify", "--json")

    lines = capsys.readouterr().out.splitlines()
    assert ended.value.code == 1
    assert "BROKEN config: I23 the cluster beats and starts every job in time" in lines
    assert json.loads(lines[-1])["broken"] == 1


def test_every_room_that_has_invariants_is_asked():
    rooms = {room for room, _, _ in invariants.every_invariant()}

    assert {"config", "exceptions_queue", "orders", "partners"} <= rooms


class TestTheClusterBeats:
    def test_a_beat_in_the_last_ninety_seconds_is_enough(self, noon):
        Heartbeat.objects.create(name=BEAT, asked_at=noon, beat_at=noon - timedelta(seconds=89))

        assert invariants.the_cluster_beats(noon) == []

    def test_an_older_beat_is_a_breach(self, noon):
        Heartbeat.objects.create(name=BEAT, asked_at=noon, beat_at=noon - timedelta(seconds=91))

        assert len(invariants.the_cluster_beats(noon)) == 1

    def test_a_cluster_stopped_on_purpose_owes_no_beat(self, noon):
        Heartbeat.objects.create(name=BEAT, asked_at=None, beat_at=noon - timedelta(days=1))

        assert invariants.the_cluster_beats(noon) == []

    def test_a_job_the_scheduler_forgot_is_named(self, noon):
        Heartbeat.objects.create(name=BEAT, asked_at=noon, beat_at=noon)
        timetable.write(at=noon - timedelta(minutes=3))

        breaches = invariants.the_cluster_beats(noon)

        assert any(breach.startswith("Seal the audit log should have started") for breach in breaches)
        assert not any(breach.startswith("Read the lockers") for breach in breaches)


def test_a_task_that_everybody_gave_up_is_a_breach(noon):
    Heartbeat.objects.create(name=BEAT, asked_at=noon, beat_at=noon)
    OrmQ.objects.create(key="lockstep", payload="", lock=noon - timedelta(minutes=21))

    assert invariants.no_task_is_stuck_in_the_queue(noon) == ["1 tasks have waited in the queue for more than 0:20:00"]


BREAK = {
    "sqlite": (
        "PRAGMA foreign_keys=OFF",
        "INSERT INTO exceptions_queue_siteday (site_id, [on], closed, note) VALUES (99, '2026-01-01', 1, '')",
    ),
    "postgresql": ("ALTER TABLE exceptions_queue_siteday ADD CONSTRAINT half_there CHECK (site_id > 0) NOT VALID",),
}
MEND = {
    "sqlite": ("DELETE FROM exceptions_queue_siteday WHERE site_id = 99", "PRAGMA foreign_keys=ON"),
    "postgresql": ("ALTER TABLE exceptions_queue_siteday DROP CONSTRAINT half_there",),
}


@pytest.mark.django_db(transaction=True)
def test_a_database_that_does_not_keep_its_own_rules_is_found_out(noon):
    with connection.cursor() as cursor:
        for statement in BREAK[connection.vendor]:
            cursor.execute(statement)
        found = invariants.the_database_is_sound(noon)
        for statement in MEND[connection.vendor]:
            cursor.execute(statement)

    assert len(found) == 1
    assert "exceptions_queue_siteday" in found[0]
