"""The counts beside the queue: every number is the number of rows its link shows."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.core.cache import cache
from django.db import connection

from exceptions_queue.models import CaseCount, ExceptionCase
from exceptions_queue.queries import words
from exceptions_queue.states import CaseState

CAP = 10_000  # counted exactly up to here, then "10,000+"
MANY_FOR_S = 30  # how long "10,000+" before a cut-off is believed: as long as it is that many, nobody reads the rest


@dataclass
class Counts:
    """How many cases are open: in all, per owner, per (owner, code), and some views that are counted up to `CAP`.

    `newest` is the highest id of a case when these were counted.
    """

    total: int = 0
    by_owner: Counter[str] = field(default_factory=Counter)
    by_kind: Counter[tuple[str, str]] = field(default_factory=Counter)
    mine: int = 0
    assigned: int = 0
    unassigned: int = 0
    before_cutoff: int = 0
    waiting: int = 0
    snoozed: int = 0
    closed_today: int = 0
    newest: int = 0

    def by_code(self, owner: str = "") -> Counter[str]:
        """Open cases per code, of one owner or of all."""
        codes = Counter[str]()
        for (of, code), count in self.by_kind.items():
            if owner in ("", of):
                codes[code] += count
        return codes


def counts(*, user_id: int | None, cutoff_at: datetime, at: datetime) -> Counts:
    """One statement: the counter rows, and views whose counting stops at `CAP`."""
    answer = Counts()
    instants = (at, words.midnight(at))
    asked: list[Any] = [user_id, *(connection.ops.adapt_datetimefield_value(instant) for instant in instants)]
    many = f"rail-many-{cutoff_at.isoformat()}"
    known_many = cache.get(many)
    if not known_many:
        asked.append(connection.ops.adapt_datetimefield_value(cutoff_at))
    with connection.cursor() as cursor:
        cursor.execute(_SQL if known_many else _SQL + _BEFORE_CUTOFF, asked)
        for owner, code, count in cursor.fetchall():
            _add(answer, owner, code, count)
    if known_many:
        answer.before_cutoff = CAP + 1
    elif answer.before_cutoff > CAP:
        cache.set(many, True, MANY_FOR_S)
    answer.unassigned = _unassigned(answer)
    return answer


def _unassigned(counted: Counts) -> int:
    """What nobody has is the rest: a few cases that somebody has are counted sooner than the many that nobody has.

    One statement more where more than `CAP` are assigned.
    """
    if counted.assigned <= CAP:
        return counted.total - counted.assigned
    free = ExceptionCase.objects.filter(state=CaseState.OPEN, assignee__isnull=True).order_by()
    return free[: CAP + 1].count()


def _add(answer: Counts, owner: str, code: str, count: int) -> None:
    if not owner:
        setattr(answer, code, count)
        return
    answer.total += count
    answer.by_owner[owner] += count
    answer.by_kind[owner, code] += count


def capped(count: int) -> str:
    return f"{CAP:,}+" if count > CAP else f"{count:,}"


def cases(count: int) -> str:
    """ "1 case", "38 cases", "" for none."""
    return f"{capped(count)} case{'' if count == 1 else 's'}" if count else ""


_TABLE = ExceptionCase._meta.db_table
_OPEN = f"state = '{CaseState.OPEN.value}'"
_VIEWS = {  # in the order of the parameters of `counts`
    "mine": f"{_OPEN} AND assignee_id = %s",
    "snoozed": f"{_OPEN} AND snoozed_until > %s",
    "closed_today": f"state <> '{CaseState.OPEN.value}' AND closed_at >= %s",
    "assigned": f"{_OPEN} AND assignee_id IS NOT NULL",
    "waiting": f"{_OPEN} AND waiting_since IS NOT NULL",
}


def _counted(name: str, where: str) -> str:
    return f" UNION ALL SELECT '', '{name}', (SELECT count(*) FROM (SELECT 1 FROM {_TABLE} WHERE {where} LIMIT {CAP + 1}) AS {name})"  # noqa: S608 - ours only


_COUNTS = "".join(_counted(name, where) for name, where in _VIEWS.items())
_BEFORE_CUTOFF = _counted("before_cutoff", f"{_OPEN} AND due_at <= %s")
_SQL = f"""
SELECT owner, code, open_count FROM {CaseCount._meta.db_table} WHERE open_count > 0
UNION ALL SELECT '', 'newest', (SELECT coalesce(max(id), 0) FROM {_TABLE})
{_COUNTS}
"""  # noqa: S608 - table names and constants of ours only
