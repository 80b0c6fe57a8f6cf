"""The watchdog: what it calls silence, and what it does to a real cluster that was wedged by kill -9."""

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from datetime import timedelta

import psycopg
import pytest
from django.db import connection
from django.utils import timezone

from config import cluster
from config.postgres import BASE_DIR, migrate
from config.processes import manage
from exceptions_queue import audit
from exceptions_queue.models import AuditEntry
from partners import outbox
from partners.models import Heartbeat, Intent, JobRun

RHYTHM = cluster.Rhythm(ask_every=15, seal_every=5, stale_after=75)


def answer(path: str) -> None:
    """A healthy cluster: the beat passes at once."""
    if path == cluster.BEAT_TASK:
        Heartbeat.objects.filter(name=cluster.BEAT).update(beat_at=timezone.now())


def nobody(path: str) -> None:
    """A wedged cluster: whatever is rung, nothing happens."""


@pytest.mark.django_db
class TestSilence:
    def test_an_answered_question_is_no_silence(self):
        watch = cluster.Watch(RHYTHM, ring=answer)

        for now in range(200):
            watch.look(float(now))

        assert watch.silent_for(200) <= 1

    def test_silence_counts_from_the_first_unanswered_question(self):
        watch = cluster.Watch(RHYTHM, ring=nobody)

        for now in range(10, 100):
            watch.look(float(now))

        assert watch.silent_for(100) == 90

    def test_a_new_cluster_starts_with_a_clean_sheet(self):
        watch = cluster.Watch(RHYTHM, ring=nobody)
        watch.look(0)
        watch.begin()

        assert watch.silent_for(100) == 0

    def test_a_beat_is_asked_for_every_fifteen_seconds(self):
        rung: list[str] = []
        watch = cluster.Watch(RHYTHM, ring=rung.append)

        for now in range(46):
            watch.look(float(now))

        assert rung == [cluster.BEAT_TASK] * 4

    def test_the_sealer_is_rung_only_while_rows_wait(self):
        rung: list[str] = []
        watch = cluster.Watch(RHYTHM, ring=lambda path: (rung.append(path), answer(path))[0])
        watch.look(0)
        JobRun.objects.create(job="x", window="1", started_at=timezone.now(), heartbeat_at=timezone.now(), lease_until=timezone.now())
        audit.record("tried", JobRun.objects.get(), actor="system:test", at=timezone.now())

        watch.look(6)

        assert rung == [cluster.BEAT_TASK, cluster.SEAL_TASK]


@pytest.mark.django_db
class TestBusyIsNotSilent:
    @pytest.mark.parametrize(("minutes_ago", "at_work"), [(1, True), (3, False)])
    def test_a_job_counts_as_work_up_to_the_clusters_own_limit(self, minutes_ago, at_work):
        began = timezone.now() - timedelta(minutes=minutes_ago)
        JobRun.objects.create(job="x", window="1", started_at=began, heartbeat_at=began, lease_until=began)

        assert cluster._work_is_being_done() is at_work

    @pytest.mark.parametrize(("seconds_ago", "at_work"), [(10, True), (70, False)])
    def test_an_intent_claimed_just_now_counts_as_work(self, seconds_ago, at_work):
        claimed = timezone.now() - timedelta(seconds=seconds_ago)
        outbox.put(kind="x", business_id="1", payload={}, actor="system:test", at=claimed)
        Intent.objects.update(state=Intent.State.SENDING, lease_until=claimed + outbox.LEASE)

        assert cluster._work_is_being_done() is at_work


@pytest.mark.django_db
def test_an_incident_leaves_a_failed_run_and_its_audit_row():
    cluster.incident("No beat came through a worker for 80 s.")

    run = JobRun.objects.get(job=cluster.INCIDENT)
    assert (run.state, run.error) == ("failed", "No beat came through a worker for 80 s.")
    assert AuditEntry.objects.filter(verb="cluster.restarted", subject_id=run.pk).count() == 1


# --- a real cluster -------------------------------------------------------------------------------------------------------


class Database:
    """A migrated database that the real cluster shares with the test, read without Django."""

    def __init__(self, address: str, read: Callable[[str], list[tuple]]) -> None:
        self.address, self.read = address, read

    def beat(self) -> str:
        rows = self.read("SELECT beat_at FROM partners_heartbeat WHERE name = 'workers' AND beat_at IS NOT NULL")
        return str(rows[0][0]) if rows else ""

    def incidents(self) -> int:
        return int(self.read("SELECT count(*) FROM partners_jobrun WHERE job = 'config.cluster'")[0][0])


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database(tmp_path, request) -> Database:
    if request.param == "sqlite":
        path = shutil.copy(request.getfixturevalue("migrated"), tmp_path / "cluster.sqlite3")
        address = f"sqlite:///{path}"

        def read(sql: str) -> list[tuple]:
            with closing(sqlite3.connect(path, timeout=20)) as file:
                return file.execute(sql).fetchall()
    else:
        address = _own_database(f"lockstep_cluster_{os.getpid()}")  # two tests may run at once

        def read(sql: str) -> list[tuple]:
            with psycopg.connect(address) as server:
                return server.execute(sql).fetchall()

    return Database(address, read)


def _own_database(name: str) -> str:
    facts = connection.settings_dict
    server = f"postgres://{facts['USER']}@{facts['HOST']}:{facts['PORT']}"
    with psycopg.connect(f"{server}/postgres", autocommit=True) as admin:
        first = f"{name}_migrated"
        if not admin.execute("SELECT 1 FROM pg_database WHERE datname = %s", [first]).fetchone():
            admin.execute(f"CREATE DATABASE {first}")
            migrate(f"{server}/{first}")
        admin.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        admin.execute(f"CREATE DATABASE {name} TEMPLATE {first}")
    return f"{server}/{name}"


@contextmanager
def workers(database: Database) -> Iterator[subprocess.Popen]:
    command = manage("workers", "--ask-every", "0.5", "--stale-after", "6", "--grace", "1", "--stop-grace", "5")
    env = {**os.environ, "DATABASE_URL": database.address, "SECRET_KEY": "for-a-test", "LOG_LEVEL": "ERROR"}
    process = subprocess.Popen(command, env=env, cwd=BASE_DIR)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def until(true: Callable[[], object], *, within: float) -> bool:
    """Poll until it is true; the deadline bounds a test, it is not what the test measures."""
    deadline = time.monotonic() + within
    while not (found := true()) and time.monotonic() < deadline:
        time.sleep(0.05)
    return bool(found)


def descendants(pid: int) -> list[int]:
    rows = subprocess.run(["ps", "-A", "-o", "pid=,ppid="], capture_output=True, text=True, check=True).stdout.split("\n")
    children: dict[int, list[int]] = {}
    for row in filter(None, rows):
        child, parent = map(int, row.split())
        children.setdefault(parent, []).append(child)
    found, ahead = [], [pid]
    while ahead:
        ahead = [child for parent in ahead for child in children.get(parent, ())]
        found += ahead
    return sorted(found)


def alive(pids: list[int]) -> list[int]:
    return [pid for pid in pids if os.path.exists(f"/proc/{pid}/status") and "Z (zombie)" not in _status(pid)]


def _status(pid: int) -> str:
    try:
        with open(f"/proc/{pid}/status") as status:
            return status.read()
    except OSError:
        return "Z (zombie)"


class Pool:
    """The workers of a cluster; its sentinel starts them first, then monitor and pusher, and replaces only workers."""

    def __init__(self, supervisor: int) -> None:
        main, sentinel, *children = descendants(supervisor)
        self.supervisor, self.others = supervisor, {main, sentinel, *children[-2:]}

    def kill(self) -> None:
        for pid in set(descendants(self.supervisor)) - self.others:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


def wedge(pool: Pool, database: Database) -> Callable[[], int]:
    """Ask it again and again: kills the workers anew each time a beat still passes, since only one that waited takes the
    queue's lock along, and answers how many incidents there are."""
    killed_at: list[str] = []

    def noticed() -> int:
        if found := database.incidents():
            return found
        if (beat := database.beat()) not in killed_at:
            pool.kill()
            killed_at[:] = [beat]
        return 0

    return noticed


pytestmark = pytest.mark.timeout(600)  # a busy machine takes its time to start processes
linux = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")


@linux
def test_a_cluster_wedged_by_a_killed_idle_worker_is_replaced_and_works(database):
    with workers(database) as supervisor:
        assert until(database.beat, within=150), "the cluster never began"
        wedged = descendants(supervisor.pid)

        assert until(wedge(Pool(supervisor.pid), database), within=150), "nobody noticed"
        silent_until = database.beat()
        assert until(lambda: database.beat() > silent_until, within=150), "no task ran after the repair"
        assert alive(wedged) == []
        assert database.incidents() == 1


@linux
def test_sigterm_stops_everything(database):
    with workers(database) as supervisor:
        assert until(database.beat, within=150)
        everyone = descendants(supervisor.pid)

        supervisor.terminate()

        assert supervisor.wait(30) == 0
        assert alive(everyone) == []


@linux
def test_a_killed_watchdog_takes_its_cluster_along(database):
    with workers(database) as supervisor:
        assert until(database.beat, within=150)
        everyone = descendants(supervisor.pid)

        supervisor.kill()

        assert until(lambda: alive(everyone) == [], within=30)
