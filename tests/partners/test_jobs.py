"""Jobs by the clock: once per window, never beside itself, with an outcome that names no person."""

from datetime import timedelta

import pytest

from partners import jobs, tasks
from partners.errors import Unreachable
from partners.models import Heartbeat, JobRun
from tests.partners.partner import Clock

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)
State = JobRun.State


@pytest.fixture
def clock(noon) -> Clock:
    return Clock(noon)


@pytest.fixture
def run(clock):
    return lambda do=dict, job="orders.tasks.review_new", every=MINUTE: jobs.run(job, do, every=every, clock=clock)


class TestRunning:
    def test_what_it_did_is_kept(self, run, clock):
        result = run(lambda: {"looked_at": 3})

        assert (result.state, result.result, result.finished_at, result.attempts) == (State.OK, {"looked_at": 3}, clock(), 1)

    def test_a_plain_answer_is_kept_too(self, run):
        assert run(lambda: 7).result == {"result": 7}

    def test_a_task_delivered_twice_runs_once(self, run):
        assert run().state == State.OK
        assert run() is None

    def test_another_job_runs_in_the_same_window(self, run):
        run()

        assert run(job="orders.tasks.send_releases").state == State.OK

    @pytest.mark.parametrize("seconds", [30, 60, 90])
    def test_the_next_due_run_is_never_refused_however_the_scheduler_drifts(self, run, clock, seconds):
        run()
        clock.forward(seconds=seconds)

        assert run().state == State.OK

    def test_it_never_runs_beside_itself(self, run, clock):
        def meanwhile():
            clock.forward(seconds=60)
            assert run() is None
            return {}

        assert run(meanwhile).state == State.OK

    def test_a_run_whose_process_died_is_marked_and_the_next_goes_on(self, run, clock):
        JobRun.objects.create(
            job="orders.tasks.review_new", window="earlier", started_at=clock(), heartbeat_at=clock(), lease_until=clock() + jobs.LEASE
        )
        clock.forward(seconds=60)
        assert run() is None

        clock.forward(seconds=71)
        assert run().state == State.OK
        dead = JobRun.objects.get(window="earlier")
        assert (dead.state, dead.error) == (State.FAILED, "The process that ran it died or was ended.")

    def test_a_day_job_has_windows_of_half_a_day(self, run, clock):
        day = timedelta(days=1)
        run(every=day)
        clock.forward(minutes=10)
        assert run(every=day) is None

        clock.forward(hours=24)
        assert run(every=day).state == State.OK


class TestFailing:
    def test_an_error_with_a_sentence_says_it(self, run):
        def fail():
            raise Unreachable("acs", "It cannot be reached.")

        result = run(fail)

        assert (result.state, result.error) == (State.FAILED, "Unreachable: It cannot be reached.")

    def test_any_other_error_names_its_class_and_place_and_never_its_text(self, run):
        def fail():
            raise KeyError("Ada Lovelace")

        error = run(fail).error

        assert error.startswith("KeyError in test_jobs.py, line ")
        assert "Ada" not in error

    def test_it_may_be_tried_again_in_its_window_three_times_in_all(self, run):
        def fail():
            raise KeyError

        assert [run(fail).attempts for _ in range(3)] == [1, 2, 3]
        assert run(fail) is None

    def test_what_failed_and_then_worked_is_one_run_that_worked(self, run):
        def fail():
            raise KeyError

        run(fail)
        run()

        only = JobRun.objects.get()
        assert (only.state, only.error, only.attempts) == (State.OK, "", 2)


class TestTasks:
    def test_a_job_is_named_by_its_path(self):
        assert tasks.run_job("partners.tasks.purge") == "ok"
        assert tasks.run_job("partners.tasks.purge") == "refused"

        assert JobRun.objects.get().job == "partners.tasks.purge"

    def test_a_beat_is_written_where_the_watchdog_looks(self):
        from config.cluster import BEAT

        tasks.beat()

        assert Heartbeat.objects.get(name=BEAT).beat_at is not None


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_of_four_schedulers_one_runs_the_job(run, race):
    done = []

    race(lambda _: run(lambda: done.append(1)), range(4))

    assert (len(done), JobRun.objects.count()) == (1, 1)
