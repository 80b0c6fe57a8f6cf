"""The counts beside the queue: every number is the number of rows its link shows."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

from django.db import connection

from exceptions_queue.models import CaseCount, ExceptionCase
from exceptions_queue.states import CaseState

CAP = 1_000  # counted exactly up to here, then "1,000+"


@dataclass
class Counts:
    """How many cases are open: in all, per owner, per (owner, code), and three that are counted up to `CAP`."""

    total: int = 0
    by_owner: Counter[str] = field(default_factory=Counter)
    by_kind: Counter[tuple[str, str]] = field(default_factory=Counter)
    mine: int = 0
    unassigned: int = 0
    before_cutoff: int = 0

    def by_code(self, owner: str = "") -> Counter[str]:
        """Open cases per code, of one owner or of all."""
        codes = Counter[str]()
        for (of, code), count in self.by_kind.items():
            if owner in ("", of):
                codes[code] += count
        return codes


def counts(*, user_id: int | None, cutoff_at: datetime) -> Counts:
    """One statement: the counter rows, and three counts that stop at `CAP`."""
    answer = Counts()
    with connection.cursor() as cursor:
        cursor.execute(_SQL, [user_id, connection.ops.adapt_datetimefield_value(cutoff_at)])
        for owner, code, count in cursor.fetchall():
            _add(answer, owner, code, count)
    return answer


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


_OPEN = f"SELECT 1 FROM {ExceptionCase._meta.db_table} WHERE state = '{CaseState.OPEN.value}'"  # noqa: S608 - as below
_SQL = f"""
SELECT owner, code, open_count FROM {CaseCount._meta.db_table} WHERE open_count > 0
UNION ALL SELECT '', 'mine', (SELECT count(*) FROM ({_OPEN} AND assignee_id = %s LIMIT {CAP + 1}) AS mine)
UNION ALL SELECT '', 'unassigned', (SELECT count(*) FROM ({_OPEN} AND assignee_id IS NULL LIMIT {CAP + 1}) AS free)
UNION ALL SELECT '', 'before_cutoff', (SELECT count(*) FROM ({_OPEN} AND due_at <= %s LIMIT {CAP + 1}) AS urgent)
"""  # noqa: S608 - table names and constants of ours only
