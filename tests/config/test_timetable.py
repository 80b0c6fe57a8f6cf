from datetime import timedelta

import pytest
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django_q.models import Schedule

from config import timetable
from config.timetable import Task

GOOD = Task("Sync", "config.tasks.sync_points", 5)


def fault(*tasks: Task) -> str:
    return " ".join(timetable.faults(tasks))


def test_the_timetable_as_it_stands_can_be_run():
    assert list(timetable.faults()) == []


@pytest.mark.parametrize(
    ("bad", "sentence"),
    [
        (Task("Sync", "config.tasks.no_such_task", 5), "cannot be imported"),
        (Task("Sync", "nowhere.tasks.job", 5), "cannot be imported"),
        (Task("Sync", "config.tasks.run_feed", 5), "cannot be called without arguments"),
        (Task("Sync", "config.tasks.sync_points", 0), "is not a cadence"),
        (Task("Sync", "config.tasks.sync_points", 5, finish_within_s=600), "the cluster ends every task after 120 s"),
    ],
)
def test_a_row_that_cannot_be_run_is_named(bad, sentence):
    assert sentence in fault(bad)


def test_two_rows_of_one_name_or_one_function_are_named():
    assert "Sync is in the timetable 2 times." in fault(GOOD, Task("Sync", "config.tasks.sync_orders", 5))
    assert "config.tasks.sync_points is in the timetable 2 times." in fault(GOOD, Task("Again", "config.tasks.sync_points", 5))


def test_late_is_a_period_and_both_limits_and_the_schedulers_own_step():
    task = Task("Sync", "config.tasks.sync_points", 5, start_within_s=60, finish_within_s=30)

    assert task.late_after == timedelta(minutes=5, seconds=60 + 30 + 30)


@pytest.mark.django_db
class TestWriting:
    def test_every_row_becomes_a_schedule(self, noon):
        counts = timetable.write(at=noon)

        assert counts == {"added": len(timetable.TIMETABLE), "changed": 0, "unchanged": 0, "deleted": 0}
        row = Schedule.objects.get(name="Read the lockers")
        assert (row.func, row.args, row.minutes, row.repeats) == (timetable.RUNNER, "('config.tasks.sync_points', 360)", 360, -1)

    def test_a_second_time_changes_nothing_and_keeps_the_next_run(self, noon):
        timetable.write(at=noon)
        Schedule.objects.update(next_run=noon + timedelta(minutes=3))

        counts = timetable.write(at=noon + timedelta(minutes=1))

        assert counts["unchanged"] == len(timetable.TIMETABLE)
        assert set(Schedule.objects.values_list("next_run", flat=True)) == {noon + timedelta(minutes=3)}

    def test_what_was_missed_while_the_cluster_stood_still_is_due_once_now(self, noon):
        timetable.write(at=noon - timedelta(days=2))

        timetable.write(at=noon)

        assert set(Schedule.objects.values_list("next_run", flat=True)) == {noon}

    def test_what_was_changed_by_hand_is_put_right_and_what_is_not_ours_goes(self, noon):
        timetable.write(at=noon)
        Schedule.objects.filter(name="Seal the audit log").update(minutes=99)
        Schedule.objects.create(name="left over", func="os.getcwd", next_run=noon)

        counts = timetable.write(at=noon)

        assert (counts["changed"], counts["deleted"]) == (1, 1)
        assert Schedule.objects.get(name="Seal the audit log").minutes == 1

    def test_the_command_says_what_it_did(self, capsys):
        call_command("write_timetable")

        assert capsys.readouterr().out.startswith(f"{len(timetable.TIMETABLE)} added, 0 changed")


def test_the_queue_gives_a_task_back_only_after_it_cannot_run_any_more():
    """retry counts from prefetch: a shorter one runs tasks twice."""
    queue = settings.Q_CLUSTER
    waiting = -(-(queue["queue_limit"] + queue["bulk"]) // queue["workers"])
    assert queue["retry"] >= queue["timeout"] * (1 + waiting) + 120


def test_a_bad_row_stops_the_start(monkeypatch):
    monkeypatch.setattr(timetable.faults, "__defaults__", ((Task("Sync", "nowhere.tasks.job", 5),),))

    with pytest.raises(SystemCheckError, match=r"Sync: nowhere\.tasks\.job cannot be imported"):
        call_command("check")
