"""One comparison of shop and ACS: what differs is written by sets and sealed, and the cases are made true from it."""

import time
from collections import Counter
from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import connection, transaction

from exceptions_queue.actions import concerns
from exceptions_queue.audit import Actor, actor_text
from orders.actions.reconciling import differing
from orders.actions.reconciling.cases import make_true
from orders.actions.reconciling.differing import Differing
from orders.actions.reconciling.seals import seal_of
from orders.models import ReconcileFinding, ReconcileRun

_ONE_RUN_LOCK = 7_317_003  # any fixed number: the PostgreSQL advisory lock of the one run


def run_reconcile(*, actor: Actor, at: datetime, asked: int = 0) -> ReconcileRun:
    """Compare shop and ACS by our mirror of both; return the sealed run. `asked`: how many orders ACS was asked for before.

    A number of statements that does not grow with what is found, and rows only for what is new or gone. One run at a time: a second
    one waits. Afterwards the desk's cases say the same.
    """
    began = time.monotonic()
    with transaction.atomic():
        _be_the_only_run()
        run = ReconcileRun.objects.create(started_at=at, asked_by=actor_text(actor)[1], asked=asked)
        found = differing.find(at=at)
        run.opened, run.ended = _write(run, found)
        run.compared, run.differing = differing.count_compared(at=at), len(found)
        run.by_kind = dict(sorted(Counter(each.kind.value for each in found).items()))
        run.finished_at = at + timedelta(seconds=time.monotonic() - began)
        run.seal = seal_of(run)
        run.save()
    if make_true(at=at):
        concerns.watch_cases(at=at)
    return run


def _be_the_only_run() -> None:
    """SQLite has one writer and needs no lock."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_ONE_RUN_LOCK])


def _write(run: ReconcileRun, found: Collection[Differing]) -> tuple[int, int]:
    """Make the live rows equal what was found; (how many are new, how many are gone). What is as it was is not written."""
    now = {_columns(each): each for each in found}
    live = ReconcileFinding.objects.filter(ended_run__isnull=True)
    standing = {(row.number, row.kind, row.code, row.fault, row.shop, row.acs): row.pk for row in live}
    gone = [pk for columns, pk in standing.items() if columns not in now]
    ReconcileFinding.objects.filter(pk__in=gone).update(ended_run=run)
    fresh = [_row(run, each) for columns, each in now.items() if columns not in standing]
    ReconcileFinding.objects.bulk_create(fresh, batch_size=1_000)
    return len(fresh), len(gone)


def _columns(each: Differing) -> tuple[str, ...]:
    return each.number, each.kind.value, each.code.value, each.fault, each.shop, each.acs


def _row(run: ReconcileRun, each: Differing) -> ReconcileFinding:
    number, kind, code, fault, shop, acs = _columns(each)
    return ReconcileFinding(number=number, kind=kind, code=code, fault=fault, shop=shop, acs=acs, order_id=each.order_id, first_run=run)
