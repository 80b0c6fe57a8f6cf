"""The integrity run: look at every open locker order, seal what was found, and let a named person sign it off."""

import time
from collections import Counter
from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.db import connection, transaction
from django.db.models import Count, Q

from exceptions_queue.actions import concerns
from exceptions_queue.audit import Actor, actor_text, record
from lockers.queries import full_after
from orders.actions.integrity import cases
from orders.actions.integrity.seals import holds, seal_of
from orders.actions.outcomes import Refused
from orders.models import IntegrityFinding, IntegrityRun
from orders.problems import integrity
from orders.problems.checks import RULES_VERSION
from orders.queries.integrity import live_at

_ONE_RUN_LOCK = 7_317_002  # any fixed number: the PostgreSQL advisory lock of the one run


def run_integrity(*, actor: Actor, at: datetime) -> IntegrityRun:
    """Look at every open locker order, shop, ACS and InPost side by side; return the sealed run.

    Findings are written by sets, and only what differs from the run before; a second run without a change writes its own row alone.
    One run at a time: a second one waits for the first. Afterwards the desk's cases are made true from what changed, and the alert
    about a locker that closed or filled is raised, before the parcels leave.
    """
    began = time.monotonic()
    with transaction.atomic():
        _be_the_only_run()
        run = IntegrityRun.objects.create(started_at=at, asked_by=actor_text(actor)[1], rules_version=RULES_VERSION)
        run.opened, run.ended = integrity.write(run.pk, full_after=full_after())
        _count(run)
        run.finished_at = at + timedelta(seconds=time.monotonic() - began)
        run.seal = seal_of(run)
        run.save()
    changed = IntegrityFinding.objects.filter(Q(first_run=run) | Q(ended_run=run)).values_list("order_id", flat=True)
    if cases.look({*changed, *cases.unlike_findings()}, at=at):
        concerns.watch_cases(at=at)
    return run


def _be_the_only_run() -> None:
    """SQLite has one writer and needs no lock."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_ONE_RUN_LOCK])


def _count(run: IntegrityRun) -> None:
    live = live_at(run).order_by()
    run.orders = integrity.count_open()
    run.failed = live.aggregate(orders=Count("order_id", distinct=True))["orders"]
    run.passed = max(0, run.orders - run.failed)
    run.by_code = dict(sorted(Counter(dict(live.values_list("code").annotate(Count("pk")))).items()))


def sign_off(run: IntegrityRun, *, actor: User, at: datetime, note: str = "") -> None:
    """A named person answers for the run, once. Raises Refused when somebody has, it did not finish, or its seal does not hold."""
    if not holds(run):
        raise Refused("The seal does not hold: something of this run was changed afterwards. Run it again, and tell whoever runs Lockstep.")
    with transaction.atomic():
        unsigned = IntegrityRun.objects.filter(pk=run.pk, signed_off_at__isnull=True, finished_at__isnull=False)
        if not unsigned.update(signed_off_at=at, signed_off_by=actor, note=note[:400]):
            raise Refused("Somebody has signed this run off already. Nothing was changed.")
        after = {"failed": run.failed, "orders": run.orders, "seal": run.seal[:16]}
        record("integrity run signed off", run, actor=actor, at=at, after=after, reason=note)
    run.refresh_from_db()
