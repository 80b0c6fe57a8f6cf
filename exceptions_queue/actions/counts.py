"""The counters of open cases: changed in the transaction that opens or closes a case, so that they are never wrong."""

from collections.abc import Mapping

from django.db import connection
from django.db.models import Case, F, Q, Value, When

from exceptions_queue.models import CaseCount
from exceptions_queue.moves import update_returning

Key = tuple[str, str]


def adjust(deltas: Mapping[Key, int]) -> None:
    """Add `deltas` to the counters of (owner, code). One statement; a second where some fall and another is new.

    Rows are locked in key order, so that two transactions that count several kinds cannot wait for each other.
    """
    changes = {key: deltas[key] for key in sorted(deltas) if deltas[key]}
    if all(delta > 0 for delta in changes.values()):
        _add_or_create(changes)
        return
    known = _add(changes)
    _add_or_create({key: delta for key, delta in changes.items() if key not in known})


def _add_or_create(changes: Mapping[Key, int]) -> None:
    if not changes:
        return
    rows = ", ".join(["(%s, %s, %s)"] * len(changes))
    with connection.cursor() as cursor:
        cursor.execute(_UPSERT.format(rows=rows), [value for (owner, code), delta in changes.items() for value in (owner, code, delta)])


_UPSERT = (
    f"INSERT INTO {CaseCount._meta.db_table} (owner, code, open_count) VALUES {{rows}} "  # noqa: S608 - our own table's name
    f"ON CONFLICT (owner, code) DO UPDATE SET open_count = {CaseCount._meta.db_table}.open_count + EXCLUDED.open_count"
)


def _add(changes: Mapping[Key, int]) -> set[Key]:
    """Add to the counters that exist, and say which do."""
    whens = [When(owner=owner, code=code, then=Value(delta)) for (owner, code), delta in changes.items()]
    in_order = CaseCount.objects.filter(_any_of(changes)).order_by("owner", "code").select_for_update()
    values = {"open_count": F("open_count") + Case(*whens)}
    return set(update_returning(CaseCount.objects.filter(pk__in=in_order.values("pk")), values, returning=("owner", "code")))


def _any_of(changes: Mapping[Key, int]) -> Q:
    return Q(*(Q(owner=owner, code=code) for owner, code in changes), _connector=Q.OR)
