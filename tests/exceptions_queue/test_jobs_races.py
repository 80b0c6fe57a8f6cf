"""Workers killed half-way, and two at once: each case of a bulk job is done exactly once."""

import pytest

from exceptions_queue import jobs
from exceptions_queue.actions import bulk
from exceptions_queue.models import AuditEntry, BulkItem, ExceptionCase
from tests.exceptions_queue.builders import make_user, open_many

SEED = """
from django.contrib.auth.models import User
from django.utils import timezone
from exceptions_queue import jobs
from exceptions_queue.actions import bulk
from exceptions_queue.models import ExceptionCase
from tests.exceptions_queue.builders import open_many
at = timezone.now()
open_many(50, at=at)
who = User.objects.create_superuser("priya")
jobs.put_job("assign", cases=ExceptionCase.objects.all(), params={"to": who.pk, "by": who.pk}, actor=who, at=at, ring=bulk.RING)
"""
DRAIN = """
from datetime import timedelta
from django.utils import timezone
from exceptions_queue import jobs
from exceptions_queue.actions import bulk
jobs.LEASE = timedelta(0)
jobs.drain_items(bulk.DOES, clock=timezone.now, batch=20)
"""
DIE_IN_THE_SECOND_BATCH = DRAIN.replace(
    "jobs.drain_items",
    """
import os, signal
do, turns = bulk.DOES["assign"], []
def killed(items, job, at):
    turns.append(1)
    outcomes = do(items, job, at)
    if len(turns) == 2:
        os.kill(os.getpid(), signal.SIGKILL)
    return outcomes
bulk.DOES["assign"] = killed
jobs.drain_items""",
)
CHECK = """
from exceptions_queue.models import AuditEntry, BulkJob, ExceptionCase
job = BulkJob.objects.get()
assert (job.state, job.done, job.total) == ("done", 50, 50), (job.state, job.done)
assert AuditEntry.objects.filter(verb="case assigned").count() == 50
assert set(ExceptionCase.objects.values_list("version", flat=True)) == {2}
"""
HALF = """
from exceptions_queue.models import BulkJob, ExceptionCase
job = BulkJob.objects.get()
assert (job.done, ExceptionCase.objects.filter(assignee__isnull=False).count()) == (20, 20), job.done
"""


def test_a_worker_killed_half_way_leaves_whole_batches_and_the_next_goes_on(processes):
    assert processes(SEED) == 0

    assert processes(DIE_IN_THE_SECOND_BATCH) == -9

    assert processes(HALF) == 0
    assert processes(DRAIN) == 0
    assert processes(CHECK) == 0


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_do_each_case_once(race, noon):
    open_many(60, at=noon)
    priya = make_user("priya", "assign_exceptioncase")
    for _ in range(2):
        some = ExceptionCase.objects.all()
        jobs.put_job("assign", cases=some, params={"to": priya.pk, "by": priya.pk}, actor=priya, at=noon, ring=bulk.RING)

    race(lambda _: jobs.drain_items(bulk.DOES, clock=lambda: noon, batch=10), range(2))

    assert BulkItem.objects.filter(state="todo").count() == 0
    assert BulkItem.objects.filter(state="done").count() == 60
    assert AuditEntry.objects.filter(verb="case assigned").count() == 60
