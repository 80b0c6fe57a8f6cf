"""One act on many cases: accepted in a few statements, each item done exactly once, stopped, taken up again, put back."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django_q.models import OrmQ

from exceptions_queue import actions, invariants, jobs
from exceptions_queue.actions import bulk
from exceptions_queue.models import AuditEntry, BulkItem, BulkJob, ExceptionCase
from exceptions_queue.states import BulkState, CaseState, ItemState
from tests.exceptions_queue.builders import counts, exact_counts, find, make_user, open_many

pytestmark = pytest.mark.django_db
ALL = ExceptionCase.objects.all()


@pytest.fixture
def priya():
    return make_user("priya", "assign_exceptioncase", "snooze_exceptioncase", "add_casenote")


def put(kind, params, actor, at, cases=None):
    return jobs.put_job(kind, cases=ALL.all() if cases is None else cases, params=params, actor=actor, at=at, ring=bulk.RING)


def drain(at, **more):
    return jobs.drain_items(bulk.DOES, clock=lambda: at, **more)


def assign_all(actor, at, cases=None):
    return put("assign", {"to": actor.pk, "by": actor.pk}, actor, at, cases)


class TestAsking:
    @pytest.mark.parametrize("number", [3, 300])
    def test_the_same_statements_for_any_number_of_cases(self, noon, priya, number):
        open_many(number, at=noon)

        with CaptureQueriesContext(connection) as asked:
            job = assign_all(priya, noon)

        assert job.total == BulkItem.objects.count() == number
        assert len(asked) <= 8
        assert OrmQ.objects.count() == 1

    def test_a_question_that_nothing_answers_is_a_job_without_items(self, noon, priya):
        job = assign_all(priya, noon, ALL.none())

        drain(noon)

        job.refresh_from_db()
        assert (job.total, job.state) == (0, BulkState.DONE)

    def test_a_dry_run_says_what_would_change_and_writes_nothing(self, noon, priya):
        open_many(5, at=noon)
        mine = ExceptionCase.objects.order_by("pk")[0]
        actions.assign(mine, to=priya, actor=priya, at=noon, version=mine.version)

        run = bulk.dry_run("assign", cases=ALL, params={"to": priya.pk}, at=noon)

        assert (run.total, run.would) == (5, 4)
        assert run.left == [(mine.pk, "Order 1", "It has this assignee already.")]
        assert not BulkJob.objects.exists()


class TestDoing:
    def test_every_case_is_changed_once_with_its_audit_row(self, noon, priya):
        open_many(7, at=noon)
        job = assign_all(priya, noon)

        assert drain(noon, batch=3) == {"done": 7}

        job.refresh_from_db()
        assert (job.state, job.done, job.todo) == (BulkState.DONE, 7, 0)
        assert set(ExceptionCase.objects.values_list("assignee__username", "version")) == {("priya", 2)}
        assert AuditEntry.objects.filter(verb="case assigned").count() == 7

    def test_what_closed_meanwhile_is_skipped_with_its_reason(self, noon, priya):
        open_many(3, at=noon)
        assign_all(priya, noon)
        find({1: {}}, at=noon)

        assert drain(noon) == {"done": 2, "skipped": 1}

        assert BulkItem.objects.get(state=ItemState.SKIPPED).why == "It was closed meanwhile."

    def test_the_statements_of_a_batch_do_not_grow_with_it(self, noon, priya):
        def asked(number):
            ExceptionCase.objects.all().delete()
            open_many(number, at=noon)
            assign_all(priya, noon)
            with CaptureQueriesContext(connection) as seen:
                drain(noon)
            return len([query for query in seen if "CASE WHEN" not in query["sql"]])

        assert asked(10) == asked(60)

    def test_a_fault_of_ours_refuses_the_batch_and_the_job_goes_on(self, noon, priya):
        open_many(4, at=noon)
        job = assign_all(priya, noon)
        turns = []

        def do(items, job, at):
            turns.append(len(items))
            if len(turns) == 1:
                ExceptionCase.objects.update(channel="half done")
                raise RuntimeError("a bug")
            return {}

        jobs.drain_items({"assign": do}, clock=lambda: noon, batch=2)

        job.refresh_from_db()
        assert (job.failed, job.done, job.state) == (2, 2, BulkState.DONE)
        assert set(BulkItem.objects.filter(state=ItemState.FAILED).values_list("why", flat=True)) == {jobs.OURS}
        assert not ExceptionCase.objects.filter(channel="half done").exists()

    def test_handing_over_moves_the_counters_too(self, noon, priya):
        open_many(5, at=noon)
        put("hand_over", {"owner": "warehouse", "reason": "theirs", "by": priya.pk}, priya, noon)

        drain(noon)

        assert counts() == exact_counts() == {("warehouse", "VAL-MOB-FORMAT"): 5}

    def test_a_snooze_past_the_cut_off_needs_a_reason_for_each(self, noon, priya):
        open_many(2, at=noon)
        until = (noon + timedelta(days=9)).isoformat()
        put("snooze", {"until": until, "reason": "", "by": priya.pk}, priya, noon)

        assert drain(noon) == {"skipped": 2}

    def test_notes_and_waiting_reach_every_case(self, noon, priya):
        open_many(3, at=noon)
        put("note", {"text": "Asked the customer", "by": priya.pk}, priya, noon)
        put("wait", {"by": priya.pk}, priya, noon)

        drain(noon)

        assert [case.notes.count() for case in ExceptionCase.objects.all()] == [1, 1, 1]
        assert ExceptionCase.objects.filter(waiting_since=noon, waiting_by=priya).count() == 3


class TestStopping:
    def test_a_stopped_job_is_left_where_it_is_and_goes_on_later(self, noon, priya):
        open_many(4, at=noon)
        job = assign_all(priya, noon)
        assert jobs.stop(job, actor=priya, at=noon)
        assert drain(noon) == {}

        assert jobs.go_on(job, ring=bulk.RING, actor=priya, at=noon)

        assert drain(noon) == {"done": 4}
        assert not jobs.stop(job, actor=priya, at=noon)

    def test_a_worker_that_died_is_followed_by_another_after_its_lease(self, noon, priya):
        open_many(4, at=noon)
        job = assign_all(priya, noon)
        dead = jobs._claim(["assign"], noon)
        assert dead.pk == job.pk
        assert drain(noon) == {}

        assert drain(noon + jobs.LEASE + timedelta(seconds=1)) == {"done": 4}

    def test_the_first_worker_writes_nothing_once_another_took_over(self, noon, priya):
        open_many(4, at=noon)
        assign_all(priya, noon)
        slow = jobs._claim(["assign"], noon)
        later = noon + jobs.LEASE + timedelta(seconds=1)
        jobs._claim(["assign"], later)

        assert not jobs._batch(slow, bulk.done_by, later, 10)
        assert not ExceptionCase.objects.filter(assignee=priya).exists()


class TestPuttingBack:
    def test_a_job_is_put_back_where_nobody_changed_the_case_since(self, noon, priya):
        open_many(3, at=noon)
        tom = make_user("tom", "assign_exceptioncase")
        assign_all(tom, noon, ALL.filter(subject_id=1))
        drain(noon)
        job = assign_all(priya, noon)
        drain(noon)
        touched = ExceptionCase.objects.get(subject_id=3)
        actions.assign(touched, to=tom, actor=tom, at=noon, version=touched.version)

        jobs.put_job("undo", cases=ALL, params={}, undoes=job, actor=priya, at=noon, ring=bulk.RING)

        assert drain(noon) == {"done": 2, "skipped": 1}
        assert list(ExceptionCase.objects.order_by("subject_id").values_list("assignee__username", flat=True)) == ["tom", None, "tom"]


def test_verify_sees_a_job_whose_counts_are_wrong(noon, priya):
    open_many(2, at=noon)
    job = assign_all(priya, noon)
    drain(noon)
    assert invariants.bulk_jobs_add_up(noon) == []

    BulkJob.objects.filter(pk=job.pk).update(done=1, skipped=1)

    assert invariants.bulk_jobs_add_up(noon) == [f"{job}: its counts are not those of its items"]


def test_a_case_that_is_closed_is_never_changed_by_a_job(noon, priya):
    open_many(2, at=noon)
    find({1: {}, 2: {}}, at=noon)
    assign_all(priya, noon)

    drain(noon)

    assert set(ExceptionCase.objects.values_list("state", "assignee")) == {(CaseState.CURED, None)}
