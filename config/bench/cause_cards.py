"""Cause cards over 100,000 open cases, against the one bare GROUP BY that no counting can do without."""

from io import StringIO
from typing import Any

from django.core.management import call_command
from django.db import connection

from config.bench.harness import BenchEnv, Measure, at_most, count_at_most, interleaved, statements
from config.bench.queue import make_cases, make_orders
from config.bench.seed import Sql, settle
from exceptions_queue.models import ExceptionCase
from exceptions_queue.queries.causes import causes, grouped
from exceptions_queue.states import CaseState
from orders.models import Order

OPEN, CAUSES = 100_000, 211


def run(env: BenchEnv) -> list[Measure]:
    env.say(f"making {env.size(OPEN):,} open cases of {CAUSES} causes")
    make_world(env.size(OPEN, least=3_000))
    rounds = interleaved(cards=causes, bare=bare_group_by)
    with statements() as asked:
        causes()
    exact = dict(bare_group_by())
    shown: Any = grouped()
    wrong = [row for row in shown if exact[row["cause_key"]] != row["count"]]
    return [
        at_most("cause cards ÷ one bare GROUP BY, wall", rounds.ratio("cards", "bare"), 2, rounds.detail("cards", "bare")),
        count_at_most("statements for the cards", asked.count, 1),
        count_at_most("cards whose count is not the exact count", len(wrong), 0, f"of {len(exact)} causes"),
    ]


def bare_group_by() -> list[tuple[str, int]]:
    """The baseline: how many open cases each cause has, and nothing else."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT cause_key, count(*) FROM exceptions_queue_exceptioncase WHERE state = 'open' GROUP BY cause_key")
        return list(cursor.fetchall())


def make_world(cases: int) -> None:
    call_command("load_roles", verbosity=0, stdout=StringIO())
    make_orders(1_000)
    first = Order.objects.order_by("pk").values_list("pk", flat=True)[0]
    cause = Sql(f"'LOC-CLOSED:locker:closed:UK' || mod(n::bigint * n, {CAUSES})::text")
    make_cases(cases, first=first, state=CaseState.OPEN, cause_key=cause)
    settle(ExceptionCase)
