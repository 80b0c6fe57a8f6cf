"""Jobs by the clock: one run per job and window, one at a time, each with its outcome."""

import traceback
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import structlog
from django.db import IntegrityError, transaction
from django.db.models import F

from partners.models import Heartbeat, JobRun

LEASE = timedelta(seconds=130)  # the cluster ends any task after 120 s
MOST_ATTEMPTS = 3
BEAT = "workers"

log = structlog.get_logger(__name__)


def run(job: str, do: Callable[[], Any], *, every: timedelta, clock: Callable[[], datetime]) -> JobRun | None:
    """Run a job unless it has run in this window or runs now; None then. A fault is the run's outcome, never an exception.

    What `do` returns is kept, so it holds counts, not people. A run whose process died is marked failed by the next one.
    """
    at = clock()
    bury(at=at, job=job)
    claimed = _claim(job, window(at, every), at)
    if claimed is None:
        return None
    try:
        result = do()
    except Exception as error:  # noqa: BLE001 - whatever it was, it is this run's outcome
        log.error("job failed", job=job, error=type(error).__name__, trace=traceback.format_tb(error.__traceback__)[-3:])
        _finish(claimed, JobRun.State.FAILED, at=clock(), error=told(error))
    else:
        _finish(claimed, JobRun.State.OK, at=clock(), result=result if isinstance(result, dict) else {"result": result})
    return claimed


def window(at: datetime, every: timedelta) -> str:
    """The half period that `at` falls in. The scheduler may be half a minute late, so two due runs are further apart than that,
    while a task delivered twice meets its own window."""
    half = max(every.total_seconds() / 2, 1.0)
    return datetime.fromtimestamp(at.timestamp() // half * half, UTC).isoformat()


def bury(*, at: datetime, job: str) -> int:
    """Mark runs past their lease as failed; return how many."""
    dead = JobRun.objects.filter(job=job, state=JobRun.State.RUNNING, lease_until__lt=at)
    return dead.update(state=JobRun.State.FAILED, finished_at=at, error="The process that ran it died or was ended.")


def beat(*, at: datetime) -> None:
    """A beat has come through a worker."""
    Heartbeat.objects.update_or_create(name=BEAT, defaults={"beat_at": at})


def told(error: Exception) -> str:
    """Class and sentence of an error that has one for people; of any other the class and the place, for its text may be personal."""
    kind = type(error).__name__
    if sentence := getattr(error, "sentence", ""):
        return f"{kind}: {sentence}"[:500]
    frames = traceback.extract_tb(error.__traceback__)
    return f"{kind} in {Path(frames[-1].filename).name}, line {frames[-1].lineno}"[:500] if frames else kind


def _claim(job: str, named: str, at: datetime) -> JobRun | None:
    """The database decides who runs it. A failed run of the same window may be tried again, three times in all."""
    fresh = {"started_at": at, "heartbeat_at": at, "lease_until": at + LEASE}
    try:
        with transaction.atomic():
            return JobRun.objects.create(job=job, window=named, **fresh)
    except IntegrityError:
        failed = JobRun.objects.filter(job=job, window=named, state=JobRun.State.FAILED, attempts__lt=MOST_ATTEMPTS)
    try:
        with transaction.atomic():
            taken = failed.update(state=JobRun.State.RUNNING, finished_at=None, error="", attempts=F("attempts") + 1, **fresh)
    except IntegrityError:
        return None
    return JobRun.objects.get(job=job, window=named) if taken else None


def _finish(claimed: JobRun, state: str, *, at: datetime, error: str = "", result: dict[str, Any] | None = None) -> None:
    ours = JobRun.objects.filter(pk=claimed.pk, state=JobRun.State.RUNNING, attempts=claimed.attempts)
    ours.update(state=state, finished_at=at, heartbeat_at=at, error=error, result=result or {})
    claimed.refresh_from_db()
