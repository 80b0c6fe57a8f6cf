"""The counters of open cases: changed in the transaction that opens or closes a case, so that they are never wrong."""

from collections.abc import Mapping

from django.db.models import Case, F, Q, Value, When

from exceptions_queue.models import CaseCount

Key = tuple[str, str]


def adjust(deltas: Mapping[Key, int]) -> None:
    """Add `deltas` to the counters of (owner, code). One statement for one key, two for many.

    Rows are locked in key order, so that two transactions that count several kinds cannot wait for each other.
    """
    changes = {key: deltas[key] for key in sorted(deltas) if deltas[key]}
    if not changes:
        return
    if len(changes) > 1 or not _add(changes):
        _lock_or_create(changes)
        _add(changes)


def _add(changes: Mapping[Key, int]) -> int:
    whens = [When(owner=owner, code=code, then=Value(delta)) for (owner, code), delta in changes.items()]
    return CaseCount.objects.filter(_any_of(changes)).update(open_count=F("open_count") + Case(*whens))


def _lock_or_create(changes: Mapping[Key, int]) -> None:
    standing = CaseCount.objects.filter(_any_of(changes)).order_by("owner", "code").select_for_update()
    missing = set(changes) - set(standing.values_list("owner", "code"))
    if missing:
        CaseCount.objects.bulk_create([CaseCount(owner=owner, code=code) for owner, code in sorted(missing)], ignore_conflicts=True)


def _any_of(changes: Mapping[Key, int]) -> Q:
    found = Q()
    for owner, code in changes:
        found |= Q(owner=owner, code=code)
    return found
