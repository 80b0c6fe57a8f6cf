"""The reconciles as the page shows them, in a fixed number of statements."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from django.contrib.auth.models import User
from django.db.models import Max, Q
from django.urls import reverse
from django.utils import timezone

from config.reconciles import days
from config.reconciles.registry import LOCKERS, ORDERS, RECONCILES, Reconcile
from exceptions_queue.queries import words
from orders.models import IntegrityRun
from orders.queries import reconciling
from partners.models import JobRun

OK, LATE, FAILED = ("ok", "check-circle", "On time"), ("bad", "clock", "Late"), ("bad", "x-circle", "Failed")
NEVER, OFF = ("quiet", "minus-circle", "Not run yet"), ("quiet", "minus-circle", "Not connected")
RUN_ORDERS, RUN_LOCKERS, RUN_JOBS = "orders.run_integrityrun", "orders.run_integrityrun", "partners.run_feed"


class Counted(NamedTuple):
    """What one reconcile last counted. `url` leads to the rows of what differs."""

    compared: int | None
    differ: int
    url: str
    days: Sequence[days.Day]
    ran_at: datetime | None = None


class Job(NamedTuple):
    """When a task of the timetable last ended well, and badly."""

    good_at: datetime | None
    failed_at: datetime | None


@dataclass(frozen=True)
class Line:
    """One row of the page. `run` is the address that has it run now, "" where this person may not or it cannot."""

    reconcile: Reconcile
    counted: Counted
    state: tuple[str, str, str]
    ran: str
    ran_full: str
    note: str
    may_open: bool
    run: str


def lines(*, user: User, at: datetime) -> list[Line]:
    """Every reconcile. Nine statements, however many runs and cases there are."""
    found, jobs = _counted(at), _jobs()
    return [_line(each, found[each.key], jobs.get(each.job, Job(None, None)), user, at) for each in RECONCILES]


def _line(each: Reconcile, counted: Counted, job: Job, user: User, at: datetime) -> Line:
    ran_at = max(filter(None, (job.good_at, counted.ran_at)), default=None)
    note = each.missing()
    return Line(
        reconcile=each,
        counted=counted,
        state=OFF if note else _state(each, ran_at, job.failed_at, at),
        ran=words.moment(ran_at, at) if ran_at else "never",
        ran_full=words.full(ran_at) if ran_at else "",
        note=note,
        may_open=user.has_perm(each.permission),
        run="" if note else _run(each, user),
    )


def _state(each: Reconcile, ran_at: datetime | None, failed_at: datetime | None, at: datetime) -> tuple[str, str, str]:
    if failed_at and (ran_at is None or failed_at > ran_at):
        return FAILED
    if ran_at is None:
        return NEVER
    return LATE if at - ran_at > each.task.late_after else OK


def _run(each: Reconcile, user: User) -> str:
    """The two that keep their runs are run at once; the others by a worker."""
    if each.key == ORDERS:
        return reverse("orders:reconcile-start") if user.has_perm(RUN_ORDERS) else ""
    if each.key == LOCKERS:
        return reverse("orders:integrity-start") if user.has_perm(RUN_LOCKERS) else ""
    return reverse("home:reconcile-run", args=[each.key]) if user.has_perm(RUN_JOBS) else ""


def _jobs() -> dict[str, Job]:
    """When each task last ended well and badly. One statement."""
    ended = JobRun.objects.filter(job__in=[each.job for each in RECONCILES], finished_at__isnull=False).order_by()
    good, failed = (Max("finished_at", filter=Q(state=state)) for state in (JobRun.State.OK, JobRun.State.FAILED))
    return {row["job"]: Job(row["good"], row["failed"]) for row in ended.values("job").annotate(good=good, failed=failed)}


def _counted(at: datetime) -> dict[str, Counted]:
    by_cases = {each.key: each for each in RECONCILES if each.code}
    standing = days.open_cases([str(each.code) for each in by_cases.values()], at=at)
    found = {key: _by_cases(each, standing.get(str(each.code), [0] * days.DAYS), at) for key, each in by_cases.items()}
    return found | {ORDERS: _orders(at), LOCKERS: _lockers(at)}


def _by_cases(each: Reconcile, counts: list[int], at: datetime) -> Counted:
    url = f"{reverse('queue:list')}?code={each.code}"
    return Counted(each.compared(at) if each.compared else None, counts[-1], url, days.of_cases(counts, at=at))


def _orders(at: datetime) -> Counted:
    """The comparison of shop and ACS, by its runs. Two statements."""
    run = reconciling.latest()
    kept = days.of_runs(reconciling.by_day(since=days.first_midnight(at)), at=at)
    here = reverse("orders:reconcile")
    return Counted(run.compared, run.differing, f"{here}#found", kept, run.finished_at) if run else Counted(None, 0, here, kept)


def _lockers(at: datetime) -> Counted:
    """The integrity run. Two statements."""
    ended = IntegrityRun.objects.filter(finished_at__isnull=False)
    run = ended.order_by("-started_at", "-pk").first()
    lately = ended.filter(started_at__gte=days.first_midnight(at)).order_by("started_at", "pk")
    by_day = {timezone.localdate(day): (failed, of) for day, failed, of in lately.values_list("started_at", "failed", "orders")}
    kept = days.of_runs(by_day, at=at)
    if run is None:
        return Counted(None, 0, reverse("orders:integrity"), kept)
    return Counted(run.orders, run.failed, f"{reverse('orders:integrity-run', args=[run.pk])}#found", kept, run.finished_at)
