"""The watchdog of the task cluster: asks for a beat through a worker, and replaces a cluster that stays silent.

A killed idle worker can leave the cluster's shared queue locked for ever with every process alive, so being alive proves
nothing. Only a beat that went through the queue and a worker does.
"""

import os
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from django.conf import settings
from django.db import Error as DatabaseTrouble
from django.db import connection, transaction
from django.utils import timezone
from django_q.tasks import async_task

from config.processes import Child, manage
from exceptions_queue import audit
from partners import outbox
from partners.jobs import BEAT
from partners.models import Heartbeat, Intent, JobRun

log = structlog.get_logger(__name__)

BEAT_TASK = "partners.tasks.beat"
SEAL_TASK = "exceptions_queue.tasks.seal"
INCIDENT = "config.cluster"
# A batch may take longer than a page may.
WORKER_STATEMENT_S = "60"
CLAIM_IS_RECENT = timedelta(seconds=60)
TASK_LIMIT_S = int(str(settings.Q_CLUSTER["timeout"]))


@dataclass(frozen=True)
class Rhythm:
    """All in seconds. `stale_after` counts from the first unanswered question, not from the last beat."""

    ask_every: float = 15.0
    seal_every: float = 5.0
    stale_after: float = 75.0
    grace: float = 10.0
    stop_grace: float = 30.0


def ring_by_queue(path: str) -> None:
    """Have `path` run by a worker; its result is not kept."""
    async_task(path, save=False)


class Watch:
    """When did we ask, was it answered, and for how long has nothing come back? Knows no processes; `now` is monotonic."""

    def __init__(self, rhythm: Rhythm, *, ring: Callable[[str], None] = ring_by_queue) -> None:
        self.rhythm, self.ring = rhythm, ring
        self.begin()

    def begin(self) -> None:
        """A cluster has just started: the silence so far does not count."""
        self._asked = self._sealed = float("-inf")
        self._waiting_since: float | None = None
        self._last_beat: datetime | None = None

    def silent_for(self, now: float) -> float:
        return 0.0 if self._waiting_since is None else now - self._waiting_since

    def look(self, now: float) -> None:
        """Read the last beat, then ask for the next one when it is time. While the database is away, silence proves nothing."""
        try:
            self._read()
            if now - self._asked >= self.rhythm.ask_every:
                self._ask(now)
            if now - self._sealed >= self.rhythm.seal_every:
                self._ring_sealer(now)
        except DatabaseTrouble as error:
            log.warning("cluster.database_away", error=type(error).__name__)
            connection.close()
            self._waiting_since = None

    def _read(self) -> None:
        beat = Heartbeat.objects.filter(name=BEAT).values_list("beat_at", flat=True).first()
        if beat != self._last_beat:
            self._last_beat, self._waiting_since = beat, None

    def _ask(self, now: float) -> None:
        Heartbeat.objects.update_or_create(name=BEAT, defaults={"asked_at": timezone.now()})
        self._asked = now
        if self._waiting_since is None:
            self._waiting_since = now
        self.ring(BEAT_TASK)

    def _ring_sealer(self, now: float) -> None:
        """Audit rows wait seconds, not minutes, for their place in the chain; a silent cluster is not rung, it has enough to do."""
        self._sealed = now
        if self.silent_for(now) <= self.rhythm.ask_every and not audit.is_sealed():
            self.ring(SEAL_TASK)


class Supervisor:
    """Owns one qcluster: starts it, watches it, replaces it when it is silent or dead, and says so in the audit log."""

    def __init__(self, rhythm: Rhythm | None = None) -> None:
        self.rhythm = rhythm or Rhythm()
        patience = {"STATEMENT_TIMEOUT_SECONDS": os.environ.get("STATEMENT_TIMEOUT_SECONDS", WORKER_STATEMENT_S)}
        # The watchdog was checked as it started; checking again reads every page's code, which a worker never needs, and takes seconds.
        self.child = Child("qcluster", manage("qcluster", "--skip-checks"), env=patience, grace_s=self.rhythm.stop_grace)
        self.watch = Watch(self.rhythm)

    def start(self) -> None:
        self.child.start()
        self.watch.begin()
        log.info("cluster.started", pid=self.child.pid)

    def tick(self) -> None:
        """One look; call it about once a second."""
        if (code := self.child.exit_code()) is not None:
            self._bring_back(code)
            return
        now = time.monotonic()
        self.watch.look(now)
        if (silence := self.watch.silent_for(now)) > self.rhythm.stale_after and not _work_is_being_done():
            self._heal(silence)

    def stop(self) -> None:
        """Stop it on purpose: from now on nobody expects a beat."""
        self.child.stop()
        with suppress(DatabaseTrouble):
            Heartbeat.objects.filter(name=BEAT).update(asked_at=None)
        log.info("cluster.stopped")

    def _bring_back(self, code: int) -> None:
        if self.child.restart_when_due():
            self.watch.begin()
            incident(f"The task cluster ended with exit code {code} and was started again.")

    def _heal(self, silence: float) -> None:
        """SIGTERM hangs on a wedged cluster, so the grace is short; every process of the group is gone before the next start."""
        self.child.stop(grace_s=self.rhythm.grace)
        self.start()
        incident(f"No beat came through a worker for {silence:.0f} s: the task cluster was stopped and started again.")


def incident(why: str) -> None:
    """Leave a trace that people can find: a failed run of the job `config.cluster`, with its audit row."""
    log.error("cluster.incident", why=why)
    at = timezone.now()
    try:
        with transaction.atomic():
            run = JobRun.objects.create(
                job=INCIDENT,
                window=at.isoformat(),
                state=JobRun.State.FAILED,
                started_at=at,
                heartbeat_at=at,
                finished_at=at,
                lease_until=at,
                error=why,
            )
            audit.record("cluster.restarted", run, actor="system:workers", at=at, reason=why)
    except DatabaseTrouble as error:
        log.error("cluster.incident_not_recorded", error=type(error).__name__)
        connection.close()


def _work_is_being_done() -> bool:
    """A job may keep the only worker busy up to the cluster's own time limit, and so may intents that are sent one by one: that
    is work, not silence."""
    now = timezone.now()
    jobs = JobRun.objects.filter(state=JobRun.State.RUNNING, started_at__gt=now - timedelta(seconds=TASK_LIMIT_S))
    just_claimed = Intent.objects.filter(state=Intent.State.SENDING, lease_until__gt=now + outbox.LEASE - CLAIM_IS_RECENT)
    try:
        return jobs.exists() or just_claimed.exists()
    except DatabaseTrouble:
        connection.close()
        return True
