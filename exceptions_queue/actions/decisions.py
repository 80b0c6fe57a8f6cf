"""What a person decides about a case. Each act checks the version the person saw and leaves an audit row."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.db.models import F, Q

from exceptions_queue import audit
from exceptions_queue.actions import counts
from exceptions_queue.actions.holds import lock
from exceptions_queue.actions.outcomes import Refused, Stale
from exceptions_queue.audit import Actor
from exceptions_queue.catalogue import CATALOGUE
from exceptions_queue.models import CaseNote, ExceptionCase
from exceptions_queue.moves import IllegalMove, move
from exceptions_queue.states import CASE_MOVES, CaseState

_TRIES = 50  # each lost try means that a colleague got a case


def assign(case: ExceptionCase, *, to: User | None, actor: Actor, at: datetime, version: int) -> None:
    """Give an open case to a person, or to nobody. Raises Stale."""
    names = {"assignee": case.assignee and case.assignee.get_username()}, {"assignee": to and to.get_username()}
    save(case, {"assignee": to}, verb="case assigned" if to else "case unassigned", actor=actor, at=at, version=version, names=names)


def take_next(*, user: User, owners: Iterable[str], at: datetime) -> ExceptionCase | None:
    """Assign the most urgent case that nobody has, of the desks `owners`, to `user`. Two people never get the same one.

    What is put aside or waits for the customer comes to nobody: there is nothing to do about it now.
    """
    awake = Q(snoozed_until__isnull=True) | Q(snoozed_until__lte=at)
    free = ExceptionCase.objects.filter(
        awake, state=CaseState.OPEN, assignee__isnull=True, waiting_since__isnull=True, owner__in=list(owners)
    ).order_by("due_at", "id")
    for _ in range(_TRIES):
        case = free.first()
        if case is None:
            return None
        try:
            assign(case, to=user, actor=user, at=at, version=case.version)
        except Stale:
            continue
        return case
    return None


def snooze(case: ExceptionCase, *, until: datetime, reason: str, actor: Actor, at: datetime, version: int) -> None:
    """Put a case aside until `until`. Its minutes to the cut-off go on. Raises Refused without a reason if it crosses the due time."""
    if until <= at:
        raise Refused("Choose a time that is still to come.", "until")
    if until > case.due_at and not reason.strip():
        raise Refused("That is past the cut-off: say why it can wait that long.", "reason")
    names = {"snoozed_until": _iso(case.snoozed_until)}, {"snoozed_until": _iso(until)}
    save(case, {"snoozed_until": until}, verb="case snoozed", actor=actor, at=at, version=version, names=names, reason=reason)


def wake(case: ExceptionCase, *, actor: Actor, at: datetime, version: int) -> None:
    """End a snooze early."""
    names = {"snoozed_until": _iso(case.snoozed_until)}, {"snoozed_until": None}
    save(case, {"snoozed_until": None}, verb="case woken", actor=actor, at=at, version=version, names=names)


def waive(case: ExceptionCase, *, reason: str, actor: Actor, at: datetime, version: int) -> None:
    """Accept the fault as it is: the case stays closed while the evidence is the same.

    Raises Refused for a code that nobody may waive, to a person outside the roles of `waivable_by`, and without a reason.
    """
    if refusal := may_not_waive(case, actor):
        raise Refused(refusal)
    _need(reason, "Say why this can be accepted.")
    _close(case, to=CaseState.WAIVED, why=reason.strip(), verb="case waived", actor=actor, at=at, version=version)


def may_not_waive(case: ExceptionCase, actor: Actor) -> str:
    """Why this person may not waive this case, or "". One statement where roles decide."""
    kind = CATALOGUE.get(case.code)
    if kind is None or not kind.waivable_by or case.blocks:
        return "Nobody may waive this: it is put right, or it stays."
    user = audit.person(actor)
    if user is None or not user.groups.filter(name__in=[role.value for role in kind.waivable_by]).exists():
        return f"Only {' or '.join(sorted(role.label for role in kind.waivable_by))} may waive this."
    return ""


def close_by_hand(case: ExceptionCase, *, reason: str, actor: Actor, at: datetime, version: int, still_failing: bool) -> None:
    """Close a case whatever its check says; `still_failing` is recorded as an accepted risk.

    It stays closed while the same fault lasts. Raises Refused for a code that blocks something, and without a reason.
    """
    if case.blocks:
        raise Refused("This stops the order, so nobody may close it by hand: it closes when it is put right.")
    _need(reason, "Say why it is closed.")
    why = f"Accepted risk: {reason.strip()}" if still_failing else reason.strip()
    _close(case, to=CaseState.CLOSED, why=why, verb="case closed by hand", actor=actor, at=at, version=version)


def reopen(case: ExceptionCase, *, reason: str, actor: Actor, at: datetime, version: int) -> None:
    """Take back a waiver or a closing by hand. Locks the subject first, because the case may block it again."""
    _need(reason, "Say why it is opened again.")
    also = {"closed_at": None, "closed_by": None, "closed_why": "", "lapsed_at": None, "version": version + 1}
    try:
        with transaction.atomic():
            _lock_subject(case)
            _move(case, to=CaseState.OPEN, also=also, verb="case reopened", actor=actor, at=at, version=version, reason=reason)
            counts.adjust({(case.owner, case.code): 1})
    except IntegrityError as twin:
        raise Refused("The same fault is open again already, as a newer case.") from twin


def add_note(case: ExceptionCase, *, text: str, author: User, at: datetime) -> CaseNote:
    """Write on a case, open or closed. The audit row says that a note was written, not what it says."""
    _need(text, "Write the note first.", "text")
    with transaction.atomic():
        note = CaseNote.objects.create(case=case, author=author, text=text.strip()[:5000], written_at=at)
        audit.record("note added", case, actor=author, at=at, after={"note": note.pk})
    return note


def _close(case: ExceptionCase, *, to: CaseState, why: str, verb: str, actor: Actor, at: datetime, version: int) -> None:
    also = {"closed_at": at, "closed_by": audit.person(actor), "closed_why": why[:500], "version": version + 1}
    with transaction.atomic():
        _move(case, to=to, also=also, verb=verb, actor=actor, at=at, version=version, reason=why)
        counts.adjust({(case.owner, case.code): -1})


def _move(
    case: ExceptionCase, *, to: CaseState, also: dict[str, Any], verb: str, actor: Actor, at: datetime, version: int, reason: str
) -> None:
    try:
        move(case, to=to, allowed=CASE_MOVES, actor=actor, at=at, verb=verb, reason=reason, also=also, where={"version": version})
    except IllegalMove as quicker:
        raise _stale(case) from quicker


def save(
    case: ExceptionCase,
    columns: dict[str, Any],
    *,
    verb: str,
    actor: Actor,
    at: datetime,
    version: int,
    names: tuple[dict[str, Any], dict[str, Any]],
    reason: str = "",
) -> None:
    """Write columns of an open case at the version that was seen, with its audit row (`names`: before, after). Raises Stale."""
    before, after = names
    with transaction.atomic():
        standing = ExceptionCase.objects.filter(pk=case.pk, version=version, state=CaseState.OPEN)
        if not standing.update(version=F("version") + 1, **columns):
            raise _stale(case)
        for name, value in {**columns, "version": version + 1}.items():
            setattr(case, name, value)
        audit.record(verb, case, actor=actor, at=at, before=before, after=after, reason=reason.strip())


def _stale(case: ExceptionCase) -> Stale:
    return Stale(case, ExceptionCase.objects.select_related("assignee", "closed_by").get(pk=case.pk))


def _lock_subject(case: ExceptionCase) -> None:
    model = case.subject_type.model_class()
    subject = model._base_manager.filter(pk=case.subject_id).first() if model else None
    if subject is not None:
        lock(subject)


def _need(text: str, sentence: str, field: str = "reason") -> None:
    if not text.strip():
        raise Refused(sentence, field)


def _iso(instant: datetime | None) -> str | None:
    return instant.isoformat() if instant else None
