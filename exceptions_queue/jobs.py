"""One act on many cases: accepted at once, done by a worker batch by batch, each item exactly once, resumable.

A batch's effects and its items' states are one transaction under the job's fence: a worker killed anywhere leaves a batch
done or untouched, and whoever takes the job over goes on with the first item still to do.
"""

import uuid
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.core.exceptions import EmptyResultSet
from django.db import connection, transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django_q.tasks import async_task

from exceptions_queue import audit
from exceptions_queue.audit import Actor
from exceptions_queue.models import BulkItem, BulkJob, ExceptionCase
from exceptions_queue.states import BulkState, ItemState

BATCH = 500
LEASE = timedelta(seconds=110)
BUDGET = timedelta(seconds=75)  # the cluster ends a task after 120 s; what is left over goes with the next ring
OURS = "A fault of ours stopped this one. It has been logged."

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Outcome:
    """What became of one item: its state, why where it was not done, and what an undo puts back."""

    state: ItemState = ItemState.DONE
    why: str = ""
    before: dict[str, Any] = field(default_factory=dict)


DONE = Outcome()
Do = Callable[[Sequence[BulkItem], BulkJob, datetime], Mapping[int, Outcome]]


def skipped(why: str) -> Outcome:
    return Outcome(ItemState.SKIPPED, why)


def failed(why: str) -> Outcome:
    return Outcome(ItemState.FAILED, why[:300])


# --- asking -------------------------------------------------------------------------------------------------------------


def put_job(
    kind: str,
    *,
    cases: QuerySet[ExceptionCase],
    params: dict[str, Any],
    actor: Actor,
    at: datetime,
    ring: str,
    question: str = "",
    undoes: BulkJob | None = None,
) -> BulkJob:
    """Write a job with one item per case, and ring for it. The same few statements for one case and for 100,000."""
    with transaction.atomic():
        job = BulkJob.objects.create(
            kind=kind, params=params, question=question[:500], asked_by=audit.person(actor), created_at=at, undoes=undoes
        )
        job.total = _insert_items(job, cases)
        BulkJob.objects.filter(pk=job.pk).update(total=job.total)
        audit.record("bulk job asked for", job, actor=actor, at=at, after={"kind": kind, "cases": job.total})
        async_task(ring)
    return job


def _insert_items(job: BulkJob, cases: QuerySet[ExceptionCase]) -> int:
    try:
        picked, values = cases.order_by("id").values("id").query.sql_with_params()
    except EmptyResultSet:  # a question that nothing can answer is not even asked
        return 0
    sql = (
        f"INSERT INTO {BulkItem._meta.db_table} (job_id, case_id, state, why, before) "  # noqa: S608 - our own table and query
        f"SELECT %s, picked.id, 'todo', '', '{{}}' FROM ({picked}) AS picked"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [job.pk, *values])
        return int(cursor.rowcount)


def stop(job: BulkJob, *, actor: Actor, at: datetime) -> bool:
    """Stop a job after the batch that is being done. False when it is not on its way."""
    return _turn(job, (BulkState.QUEUED, BulkState.RUNNING), BulkState.STOPPED, "bulk job stopped", actor=actor, at=at)


def go_on(job: BulkJob, *, ring: str, actor: Actor, at: datetime) -> bool:
    """Take a stopped job up again where it was. False when it is not stopped, or what it did has been put back."""
    with transaction.atomic():
        BulkJob.objects.select_for_update().get(pk=job.pk)  # `bulk.undo_job` locks it too
        if BulkJob.objects.filter(undoes=job).exists():
            return False
        if not _turn(job, (BulkState.STOPPED,), BulkState.QUEUED, "bulk job goes on", actor=actor, at=at):
            return False
        async_task(ring)
    return True


def _turn(job: BulkJob, frm: Sequence[BulkState], to: BulkState, verb: str, *, actor: Actor, at: datetime) -> bool:
    with transaction.atomic():
        turned = BulkJob.objects.filter(pk=job.pk, state__in=frm).update(state=to, fence="", lease_until=None)
        if turned:
            audit.record(verb, job, actor=actor, at=at)
    return bool(turned)


# --- doing --------------------------------------------------------------------------------------------------------------


def drain_items(kinds: Mapping[str, Do], *, clock: Callable[[], datetime], batch: int = BATCH) -> dict[str, int]:
    """Do what is left of the jobs of these kinds, oldest first, for 75 seconds; return how many items ended how.

    `do` gets up to `batch` items with their cases and answers an Outcome per item id; what it leaves out counts as done.
    It runs inside the batch's transaction and must not call a partner. If it raises, its items are refused with a sentence.
    Safe in several processes at once: a job belongs to one of them at a time.
    """
    outcomes: Counter[str] = Counter()
    until = clock() + BUDGET
    while clock() < until and (job := _claim(list(kinds), clock())):
        while clock() < until and (some := _batch(job, kinds[job.kind], clock(), batch)):
            outcomes.update(some)
        _let_go(job, clock())
    return dict(outcomes)


def _claim(kinds: list[str], at: datetime) -> BulkJob | None:
    """Take the oldest job that nobody is at, and give it a fence."""
    free = Q(state=BulkState.QUEUED) | Q(state=BulkState.RUNNING, lease_until__lt=at)
    with transaction.atomic():
        waiting = BulkJob.objects.filter(free, kind__in=kinds).select_related("asked_by").order_by("created_at", "pk")
        if connection.features.has_select_for_update_skip_locked:
            waiting = waiting.select_for_update(skip_locked=True, of=("self",))
        job = waiting.first()
        if job is None:
            return None
        job.state, job.fence, job.lease_until = BulkState.RUNNING, uuid.uuid4().hex, at + LEASE
        job.started_at = job.started_at or at
        job.save(update_fields=["state", "fence", "lease_until", "started_at"])
    return job


def _batch(job: BulkJob, do: Do, at: datetime, size: int) -> Counter[str]:
    """Do the next items in one transaction. Empty when none is left, or when the job is not ours any more."""
    with transaction.atomic():
        if not _ours(job).update(lease_until=at + LEASE):
            return Counter()
        items = list(BulkItem.objects.filter(job=job, state=ItemState.TO_DO).select_related("case").order_by("pk")[:size])
        if not items:
            return Counter()
        states = _write(items, _outcomes(do, items, job, at))
        BulkJob.objects.filter(pk=job.pk).update(**{name: F(name) + states[name] for name in ("done", "failed", "skipped")})
    return states


def _outcomes(do: Do, items: Sequence[BulkItem], job: BulkJob, at: datetime) -> Mapping[int, Outcome]:
    try:
        with transaction.atomic():
            return do(items, job, at)
    except Exception as bug:  # noqa: BLE001 - whatever it was, the job must end and say so
        log.error("bulk items met a fault of ours", job=job.pk, kind=job.kind, error=type(bug).__name__)
        return dict.fromkeys((item.pk for item in items), failed(OURS))


def _write(items: Sequence[BulkItem], outcomes: Mapping[int, Outcome]) -> Counter[str]:
    for item in items:
        outcome = outcomes.get(item.pk, DONE)
        item.state, item.why, item.before = outcome.state, outcome.why, outcome.before
    BulkItem.objects.bulk_update(items, ["state", "why", "before"])
    return Counter(str(ItemState(item.state).value) for item in items)


def _let_go(job: BulkJob, at: datetime) -> None:
    """Done when nothing is left; else back in the queue for the next ring."""
    left = Exists(BulkItem.objects.filter(job=OuterRef("pk"), state=ItemState.TO_DO))
    ended = _ours(job).filter(~left).update(state=BulkState.DONE, finished_at=at, fence="", lease_until=None)
    if not ended:
        _ours(job).update(state=BulkState.QUEUED, fence="", lease_until=None)


def _ours(job: BulkJob) -> QuerySet[BulkJob]:
    return BulkJob.objects.filter(pk=job.pk, state=BulkState.RUNNING, fence=job.fence)
