"""Everything that runs by the clock: name, function, cadence. Checked at start, written to the scheduler by `write_timetable`."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from inspect import Parameter, signature

from django.conf import settings
from django.core.checks import CheckMessage, Error
from django.db import transaction
from django.utils.module_loading import import_string
from django_q.models import Schedule

RUNNER = "partners.tasks.run_job"
SCHEDULER_LOOKS_EVERY = timedelta(seconds=30)


@dataclass(frozen=True)
class Task:
    """One timetabled job: `path` is called without arguments every `every_minutes`.

    A run that starts later than `start_within_s` after its minute, or takes longer than `finish_within_s`, is late: `verify`
    and `/readyz` say so. The cluster ends any task after Q_CLUSTER's `timeout`, so no limit may be longer than that.
    """

    name: str
    path: str
    every_minutes: int
    start_within_s: int = 90
    finish_within_s: int = 100

    @property
    def late_after(self) -> timedelta:
        """How old the last finished run may be: a period, a late start and a slow run."""
        return timedelta(minutes=self.every_minutes, seconds=self.start_within_s + self.finish_within_s) + SCHEDULER_LOOKS_EVERY


TIMETABLE = (
    Task("Read the lockers", "config.tasks.sync_points", 360, start_within_s=600),
    Task("Check the lockers of open orders", "config.tasks.check_lockers", 1440, start_within_s=3600),
    Task("Read the shop's orders", "config.tasks.sync_orders", 1),
    Task("Read what the shop told us of", "orders.tasks.read_hints", 1),
    Task("Stay subscribed to the shop", "orders.tasks.stay_subscribed", 60, start_within_s=600),
    Task("Let ready garments be sold", "inventory.tasks.ripen", 1),
    Task("Read the shop's products", "config.tasks.sync_products", 60, start_within_s=600),
    Task("Tell the shop which locker takes what", "inventory.tasks.tell_sizes", 5, start_within_s=300),
    Task("Check new orders", "orders.tasks.review_new", 1),
    Task("Check open orders again", "orders.tasks.recheck_open", 1),
    Task("Put many orders right", "orders.tasks.drain_bulk", 1),
    Task("Send releases to ACS", "orders.tasks.send_releases", 1),
    Task("Tell the shop about holds", "orders.tasks.send_holds", 1),
    Task("Read orders back from ACS", "config.tasks.read_acs", 5),
    Task("Read ACS's stock file", "config.tasks.read_stock", 5, finish_within_s=110),
    Task("Follow what InPost told us", "orders.tasks.follow_parcels", 1),
    Task("Tell the shop what has left", "orders.tasks.tell_shop", 1),
    Task("Ask InPost about parcels on their way", "config.tasks.read_tracking", 10),
    Task("Tell the shop what may be sold", "inventory.tasks.publish_stock", 1),
    Task("Look at what the shop shows", "inventory.tasks.read_shop_levels", 10, start_within_s=600),
    Task("Write to customers", "orders.tasks.send_messages", 1),
    Task("Ask for labels", "orders.tasks.ask_for_labels", 1),
    Task("Make labels", "lockers.tasks.make_labels", 1),
    Task("Keep the next collections", "orders.tasks.keep_collections", 1),
    Task("Close manifests", "orders.tasks.close_manifests", 1),
    Task("Compare shop and ACS", "orders.tasks.check_orders", 1440, start_within_s=3600),
    Task("Compare manifests with ACS and InPost", "orders.tasks.match_manifests", 60, start_within_s=600),
    Task("Post what was approved to the ledger", "returns.tasks.post_journals", 1),
    Task("Give back what was approved", "returns.tasks.give_refunds", 1),
    Task("Read the ledger's accounts", "config.tasks.sync_accounts", 1440, start_within_s=3600),
    Task("Compare the ledger with the register", "config.tasks.compare_ledger", 1440, start_within_s=3600),
    Task("Hand labels to ACS", "orders.tasks.hand_labels", 1),
    Task("Find orders that were never sent", "orders.tasks.find_never_sent", 1),
    Task("Try settings on stored decisions", "orders.tasks.replay_rules", 1, start_within_s=300, finish_within_s=110),
    Task("Find holds that nobody looks after", "orders.tasks.sweep_holds", 1440, start_within_s=3600),
    Task("Look at the partners' health", "partners.tasks.check_health", 1),
    Task("Do what was asked for in bulk", "exceptions_queue.tasks.drain_bulk", 1),
    Task("Bring back what waited for the customer", "exceptions_queue.tasks.bring_back", 1),
    Task("Read what came back to ACS", "config.tasks.read_returns", 10, start_within_s=300),
    Task("Fetch photos of what came back", "returns.tasks.fetch_photos", 5, start_within_s=300, finish_within_s=110),
    Task("Look at write-offs that nobody has decided", "returns.tasks.look_at_write_offs", 60, start_within_s=900, finish_within_s=110),
    Task("Tell people what must not wait", "config.tasks.tell_people", 1),
    Task("Seal the audit log", "exceptions_queue.tasks.seal", 1),
    Task("Keep how stock stood today", "inventory.tasks.keep_stock_day", 1440, start_within_s=3600),
    Task("Learn how long garments take", "inventory.tasks.learn_state_times", 1440, start_within_s=3600),
    Task("Keep what the system audit found today", "config.tasks.keep_audit_day", 1440, start_within_s=3600),
    Task("Verify the invariants", "config.tasks.verify", 60, start_within_s=600),
    Task("Erase customers whose orders have had their time", "config.tasks.forget_customers", 1440, start_within_s=3600),
    Task("Delete labels that have had their time", "lockers.tasks.purge_labels", 1440, start_within_s=3600),
    Task("Delete batches that have had their time", "inventory.tasks.purge_batches", 1440, start_within_s=3600),
    Task("Delete old counts of refused baskets", "orders.tasks.purge_refusals", 1440, start_within_s=3600),
    Task("Delete what has had its time", "partners.tasks.purge", 1440, start_within_s=3600),
)


def faults(tasks: Sequence[Task] = TIMETABLE) -> Iterator[str]:
    """What is wrong with the timetable, in sentences; nothing when it can be run as it stands."""
    for what, count in Counter(name for task in tasks for name in (task.name, task.path)).items():
        if count > 1:
            yield f"{what} is in the timetable {count} times."
    for task in tasks:
        yield from _faults_of(task)


def _faults_of(task: Task) -> Iterator[str]:
    if task.every_minutes <= 0:
        yield f"{task.name}: every {task.every_minutes} minutes is not a cadence."
    if task.finish_within_s > (limit := int(str(settings.Q_CLUSTER["timeout"]))):
        yield f"{task.name}: may take {task.finish_within_s} s, but the cluster ends every task after {limit} s."
    try:
        function = import_string(task.path)
    except ImportError as error:
        yield f"{task.name}: {task.path} cannot be imported ({error})."
        return
    if not callable(function) or any(p.default is Parameter.empty for p in signature(function).parameters.values()):
        yield f"{task.name}: {task.path} cannot be called without arguments."


def check_timetable(**_kwargs: object) -> list[CheckMessage]:
    """Django system check: one bad row would stop every schedule, so it stops the start instead."""
    return [Error(fault, hint="See config/timetable.py.", id="lockstep.E001") for fault in faults()]


@transaction.atomic
def write(*, at: datetime) -> dict[str, int]:
    """Make the scheduler's rows equal the timetable: add, correct, delete.

    Rows that are right keep their next run; what was missed while the cluster stood still is due once, now.
    """
    kept = {schedule.name: schedule for schedule in Schedule.objects.all()}
    counts = Counter(added=0, changed=0, unchanged=0)
    for task in TIMETABLE:
        wanted = _row(task)
        schedule = kept.pop(task.name, None)
        if schedule is None:
            Schedule.objects.create(name=task.name, next_run=at, **wanted)
            counts["added"] += 1
        elif any(getattr(schedule, column) != value for column, value in wanted.items()):
            Schedule.objects.filter(pk=schedule.pk).update(next_run=at, **wanted)
            counts["changed"] += 1
        else:
            counts["unchanged"] += 1
    Schedule.objects.filter(pk__in=[schedule.pk for schedule in kept.values()]).delete()
    Schedule.objects.filter(next_run__lt=at).update(next_run=at)
    return {**counts, "deleted": len(kept)}


def _row(task: Task) -> dict[str, object]:
    return {
        "func": RUNNER,
        "args": repr((task.path, task.every_minutes)),
        "schedule_type": Schedule.MINUTES,
        "minutes": task.every_minutes,
        "repeats": -1,
    }
