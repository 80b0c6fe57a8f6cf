"""What must be true at any moment, over all rooms: each room brings its list, the roof adds the machine's own."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib import import_module
from importlib.util import find_spec

from django.conf import settings
from django.db import connection
from django_q.models import OrmQ, Schedule

from config import timetable
from config.cluster import BEAT
from partners.models import Heartbeat

ROOMS = ("exceptions_queue", "partners", "lockers", "inventory", "orders", "returns")
BEAT_LIMIT = timedelta(seconds=90)

Check = Callable[[datetime], list[str]]


@dataclass(frozen=True)
class Checked:
    """One invariant looked at; it holds when there are no breaches."""

    room: str
    name: str
    breaches: list[str]
    seconds: float


def check_all(*, at: datetime) -> list[Checked]:
    """Look at every invariant of every room. Reads only."""
    return [_look(room, name, check, at) for room, name, check in every_invariant()]


def every_invariant() -> list[tuple[str, str, Check]]:
    rooms = {room: import_module(f"{room}.invariants").INVARIANTS for room in ROOMS if find_spec(f"{room}.invariants")}
    return [(room, name, check) for room, own in {**rooms, "config": INVARIANTS}.items() for name, check in own]


def _look(room: str, name: str, check: Check, at: datetime) -> Checked:
    began = time.perf_counter()
    return Checked(room=room, name=name, breaches=check(at), seconds=time.perf_counter() - began)


def the_database_is_sound(_at: datetime) -> list[str]:
    """I25: the database's own check passes, and no constraint or index is only half there."""
    queries = _SQLITE if connection.vendor == "sqlite" else _POSTGRES
    with connection.cursor() as cursor:
        return [f"{what}: {' '.join(map(str, row))}" for what, sql in queries for row in _rows(cursor, sql)]


_SQLITE = (
    ("integrity_check", "SELECT integrity_check FROM pragma_integrity_check WHERE integrity_check <> 'ok'"),
    ("foreign key without a row", "SELECT * FROM pragma_foreign_key_check"),
)
_POSTGRES = (
    ("constraint not validated", "SELECT conrelid::regclass, conname FROM pg_constraint WHERE NOT convalidated"),
    ("index not valid", "SELECT indexrelid::regclass FROM pg_index WHERE NOT indisvalid OR NOT indisready"),
)


def _rows(cursor: object, sql: str) -> list[tuple[object, ...]]:
    cursor.execute(sql)  # type: ignore[attr-defined]
    return list(cursor.fetchall())  # type: ignore[attr-defined]


def the_cluster_beats(at: datetime) -> list[str]:
    """I23: while somebody watches the cluster, a beat passed through a worker in the last 90 s and every job starts in time."""
    heart = Heartbeat.objects.filter(name=BEAT, asked_at__isnull=False).first()
    if heart is None:
        return []
    silent = [] if heart.beat_at and at - heart.beat_at < BEAT_LIMIT else [f"no beat through a worker since {heart.beat_at or 'the start'}"]
    return silent + [f"{name} should have started at {since}" for name, since in late_jobs(at)]


def late_jobs(at: datetime) -> list[tuple[str, datetime]]:
    """The timetable's jobs that the scheduler has not started within their limit, and since when they are due."""
    due = dict(Schedule.objects.values_list("name", "next_run"))
    slack = timetable.SCHEDULER_LOOKS_EVERY
    return [
        (task.name, due[task.name])
        for task in timetable.TIMETABLE
        if task.name in due and due[task.name] < at - timedelta(seconds=task.start_within_s) - slack
    ]


def no_task_is_stuck_in_the_queue(at: datetime) -> list[str]:
    """I23: a queued task older than twice the queue's own retry has been given up by everybody."""
    patience = timedelta(seconds=2 * int(str(settings.Q_CLUSTER["retry"])))
    watched = Heartbeat.objects.filter(name=BEAT, asked_at__isnull=False).exists()
    stuck = OrmQ.objects.filter(lock__lt=at - patience).count() if watched else 0
    return [f"{stuck} tasks have waited in the queue for more than {patience}"] if stuck else []


INVARIANTS: list[tuple[str, Check]] = [
    ("I23 the cluster beats and starts every job in time", the_cluster_beats),
    ("I23 no task is stuck in the queue", no_task_is_stuck_in_the_queue),
    ("I25 the database is sound", the_database_is_sound),
]
