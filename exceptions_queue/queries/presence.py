"""Who looks at what, and what has changed since one looked."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.db import connection

from exceptions_queue.models import Presence

HERE = timedelta(seconds=60)


@dataclass(frozen=True)
class Looks:
    """{case: its version when this person last looked} and {case: colleagues who have it open now}. `asked`: it was looked up."""

    seen: dict[int, int] = field(default_factory=dict)
    here: dict[int, list[str]] = field(default_factory=dict)
    asked: bool = False


def looks(case_ids: Collection[int], *, user_id: int, at: datetime) -> Looks:
    """Both in one statement, written out: it is asked with every page. A case that is not among the seen is unread."""
    seen, here = dict[int, int](), defaultdict[int, list[str]](list)
    for case_id, who, version, first, last, name in _asked(sorted(case_ids), user_id, at) if case_ids else ():
        if who == user_id:
            seen[case_id] = version
        else:
            here[case_id].append(f"{first} {last}".strip() or name)
    return Looks(seen, dict(here), asked=True)


def _asked(case_ids: list[int], user_id: int, at: datetime) -> list[tuple[int, int, int, str, str, str]]:
    since = connection.ops.adapt_datetimefield_value(at - HERE)
    with connection.cursor() as cursor:
        cursor.execute(_SQL.format(places=", ".join(["%s"] * len(case_ids))), [*case_ids, user_id, since])
        return list(cursor.fetchall())


_SQL = (
    f"SELECT p.case_id, p.user_id, p.version, u.first_name, u.last_name, u.username FROM {Presence._meta.db_table} p "  # noqa: S608 - our own tables
    f"JOIN {User._meta.db_table} u ON u.id = p.user_id "
    "WHERE p.case_id IN ({places}) AND (p.user_id = %s OR p.seen_at >= %s) ORDER BY p.user_id"
)
