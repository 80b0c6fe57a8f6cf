"""5,000 cases assigned in one act: accepted through the page, done by a worker, killed half-way and taken up again."""

import os
import signal
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import connections
from django.test import override_settings

from config.bench.cause_cards import make_world
from config.bench.harness import BenchEnv, Measure, count_at_most, statements
from config.bench.queue import signed_in
from exceptions_queue import jobs
from exceptions_queue.actions import bulk
from exceptions_queue.models import AuditEntry, BulkItem, BulkJob, ExceptionCase
from exceptions_queue.states import BulkState, ItemState

CASES, FEW = 5_000, 50
PER_BATCH = 12


def run(env: BenchEnv) -> list[Measure]:
    size = env.size(CASES, least=1_500)
    env.say(f"making {size:,} open cases")
    make_world(size)
    with override_settings(ALLOWED_HOSTS=["testserver"]):
        person = signed_in("bench-cx", role="cx")
        _accepted(person, first=FEW)  # fills what is asked for once per process
        few, many = _accepted(person, first=FEW), _accepted(person, first=size)
    env.say("killing a worker half-way")
    killed = _killed_half_way()
    half = BulkItem.objects.filter(state=ItemState.DONE).count()
    env.say("taking the jobs up again")
    batches = _finish()
    return [
        count_at_most(f"statements to accept {size:,} cases, beyond those for {FEW}", abs(many - few), 0, f"{many} in all"),
        count_at_most("statements per batch of 500", max(batches), PER_BATCH, f"{len(batches)} batches after the kill"),
        count_at_most("statements of the largest batch beyond the smallest", max(batches) - min(batches), 0),
        count_at_most("items of a batch that was half done when it was killed", half % jobs.BATCH, 0, f"{half:,} done, signal {killed}"),
        *_exactly_once(size),
    ]


def _accepted(person: Any, *, first: int) -> int:
    """Ask for an assignment through the page, on everything due before the `first`-th case's due time; the statements it took."""
    due = ExceptionCase.objects.order_by("due_at", "pk").values_list("due_at", flat=True)[first - 1]
    asked = {"kind": "assign", "to": "none" if first == FEW else "me", "all": "1", "due_before": due.isoformat()}
    with statements() as seen:
        answer = person.post("/queue/bulk/", asked)
    if answer.status_code != 302:
        raise RuntimeError(f"the act was not accepted: {answer.status_code}")
    return seen.count


def _killed_half_way() -> int:
    """A worker of its own that is killed -9 inside its fourth batch; the signal that ended it."""
    connections.close_all()
    child = os.fork()
    if child == 0:  # pragma: no cover - this process is killed
        jobs.drain_items({"assign": _killing_in_batch(4)}, clock=lambda: datetime.now(UTC))
        os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WTERMSIG(status)


def _killing_in_batch(last: int) -> jobs.Do:
    turns: list[int] = []

    def do(items: Sequence[BulkItem], job: BulkJob, at: datetime) -> Any:
        turns.append(1)
        outcomes = bulk.done_by(items, job, at)
        if len(turns) == last:
            os.kill(os.getpid(), signal.SIGKILL)
        return outcomes

    return do


def _finish() -> list[int]:
    """Drain what is left once the dead worker's lease is over; the statements of each batch."""
    later = datetime.now(UTC) + jobs.LEASE + timedelta(seconds=1)
    ContentType.objects.get_for_model(ExceptionCase)
    counts: list[int] = []
    while job := jobs._claim(list(bulk.DOES), later):
        while True:
            with statements() as seen:
                some = jobs._batch(job, bulk.done_by, later, jobs.BATCH)
            if not some:
                break
            if some.total() == jobs.BATCH:
                counts.append(seen.count)
        jobs._let_go(job, later)
    return counts


def _exactly_once(size: int) -> list[Measure]:
    unfinished = BulkJob.objects.exclude(state=BulkState.DONE).count()
    assigned = ExceptionCase.objects.filter(assignee__isnull=False).count()
    told = AuditEntry.objects.filter(verb="case assigned").count()
    twice = ExceptionCase.objects.filter(version__gt=2).count()
    return [
        count_at_most("jobs not finished", unfinished, 0),
        count_at_most("cases not assigned, or assigned without or with two audit rows", abs(size - assigned) + abs(size - told), 0),
        count_at_most("cases changed twice", twice, 0),
    ]
