"""A case waits for the customer, or changes desks. The minutes to the cut-off never pause: only the owner's response clock does."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F

from exceptions_queue import audit
from exceptions_queue.actions import counts
from exceptions_queue.actions.decisions import save
from exceptions_queue.actions.outcomes import Refused
from exceptions_queue.audit import Actor
from exceptions_queue.models import ExceptionCase
from exceptions_queue.states import CaseState, Owner

BACK_BEFORE_DUE = timedelta(hours=2)
AT_LEAST = timedelta(minutes=15)


def back_at(case: ExceptionCase, *, at: datetime) -> datetime:
    """When a case that starts to wait now comes back by itself: two hours before it is due, or in a quarter of an hour."""
    return max(case.due_at - BACK_BEFORE_DUE, at + AT_LEAST)


def wait_for_customer(case: ExceptionCase, *, actor: Actor, at: datetime, version: int) -> None:
    """Pause the owner's response clock until the customer answers. Raises Refused where it waits already, Stale."""
    if case.waiting_since:
        raise Refused("It waits for the customer already.")
    until = back_at(case, at=at)
    columns = {"waiting_since": at, "waiting_by": audit.person(actor), "waiting_until": until}
    names = {"waiting_until": None}, {"waiting_until": until.isoformat()}
    save(case, columns, verb="case waits for the customer", actor=actor, at=at, version=version, names=names)


def resume(case: ExceptionCase, *, actor: Actor, at: datetime, version: int) -> None:
    """The customer answered, or need not. Raises Refused where it does not wait, Stale."""
    if not case.waiting_since:
        raise Refused("It does not wait for the customer.")
    waited = case.waited_s + int((at - case.waiting_since).total_seconds())
    columns = {"waiting_since": None, "waiting_by": None, "waiting_until": None, "waited_s": waited}
    names = {"waiting_until": _iso(case.waiting_until)}, {"waiting_until": None}
    save(case, columns, verb="case resumed", actor=actor, at=at, version=version, names=names)


def resume_due(*, at: datetime) -> int:
    """Bring back what has waited long enough; return how many. What closed meanwhile stays as it is."""
    with transaction.atomic():
        due = ExceptionCase.objects.filter(state=CaseState.OPEN, waiting_since__isnull=False, waiting_until__lte=at)
        cases = list(due.select_for_update().order_by("pk")[:1000])
        for case in cases:
            assert case.waiting_since is not None  # noqa: S101 - the question says so
            case.waited_s += int((at - case.waiting_since).total_seconds())
            case.waiting_since = case.waiting_by = case.waiting_until = None
            case.version += 1
        ExceptionCase.objects.bulk_update(cases, ["waited_s", "waiting_since", "waiting_by", "waiting_until", "version"], batch_size=200)
        audit.record_many("case resumed", [(ExceptionCase, case.pk, str(case)) for case in cases], actor="system:desk", at=at)
    return len(cases)


def hand_over(case: ExceptionCase, *, owner: Owner, reason: str, actor: Actor, at: datetime, version: int) -> None:
    """Give a case to another desk, where nobody has it yet. Raises Refused without a reason or for the same desk, Stale."""
    if owner == case.owner:
        raise Refused(f"It is {Owner(owner).label}'s already.", "owner")
    if not reason.strip():
        raise Refused("Say why the other desk should act.", "reason")
    was, columns = case.owner, {"owner": owner, "assignee": None}
    with transaction.atomic():
        names = {"owner": was}, {"owner": str(owner)}
        save(case, columns, verb="case handed over", actor=actor, at=at, version=version, names=names, reason=reason)
        counts.adjust({(was, case.code): -1, (str(owner), case.code): 1})


def hand_over_many(cases: Sequence[ExceptionCase], *, owner: str, at: datetime) -> None:
    """Change the desk of open cases that the caller has locked, and the counters with them; no audit rows."""
    deltas: dict[counts.Key, int] = {}
    for case in cases:
        deltas[case.owner, case.code] = deltas.get((case.owner, case.code), 0) - 1
        deltas[owner, case.code] = deltas.get((owner, case.code), 0) + 1
    standing = ExceptionCase.objects.filter(pk__in=[case.pk for case in cases])
    standing.update(owner=owner, assignee=None, version=F("version") + 1)
    counts.adjust(deltas)


def _iso(instant: datetime | None) -> str | None:
    return instant.isoformat() if instant else None
