"""Show me: how long each thing is kept, who said so, when what had its time last went, and how much of it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from partners.models import JobRun, RetentionPeriod
from partners.rules.retention import KEPT, Kept


@dataclass(frozen=True)
class Period:
    """One thing as the page shows it. `last_at` is None where the job has not run in the days that runs are kept; `failed` says why the
    newest run did not end well."""

    kept: Kept
    days: int
    changed_by: str
    changed_at: datetime | None
    last_at: datetime | None
    last_count: int
    failed: str


def periods() -> list[Period]:
    """Everything that is kept for a while, in the order of its rules. Two statements."""
    rows = {row.what: row for row in RetentionPeriod.objects.select_related("changed_by")}
    ran = _last_runs({kept.job for kept in KEPT})
    return [_period(kept, rows.get(kept.key), ran.get(kept.job)) for kept in KEPT]


def _last_runs(jobs: Iterable[str]) -> dict[str, JobRun]:
    """The newest finished run of each. They run once a night and are kept for days, so there are few."""
    finished = JobRun.objects.filter(job__in=jobs, finished_at__isnull=False).order_by("started_at")
    return {run.job: run for run in finished}


def _period(kept: Kept, row: RetentionPeriod | None, ran: JobRun | None) -> Period:
    return Period(
        kept=kept,
        days=row.days if row else kept.days,
        changed_by=row.changed_by.get_username() if row and row.changed_by else "",
        changed_at=row.changed_at if row else None,
        last_at=ran.finished_at if ran else None,
        last_count=sum(int(ran.result.get(count, 0)) for count in kept.counted) if ran else 0,
        failed=ran.error if ran and ran.state == JobRun.State.FAILED else "",
    )
