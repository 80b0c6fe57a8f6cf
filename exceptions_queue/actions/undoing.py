"""Take an act back: a signed note of what stood before, good for ten minutes and for whoever did the act."""

from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.core import signing
from django.db import transaction

from exceptions_queue.actions import counts
from exceptions_queue.actions.decisions import reopen, save
from exceptions_queue.actions.outcomes import Refused, Stale
from exceptions_queue.models import ExceptionCase
from exceptions_queue.states import CaseState

MINUTES = 10
_SALT = "exceptions_queue.undo"
_TOO_LATE = "It can be taken back for ten minutes. Change it again instead."
HAND_OVER_BACK = "hand-over taken back"
_TIMES = ("snoozed_until", "waiting_since", "waiting_until")
RESTORED = ("owner", "assignee_id", "waiting_by_id", "waited_s", *_TIMES)


def snapshot(case: ExceptionCase) -> dict[str, Any]:
    """What `token` needs of a case before an act: ids, times and the desk."""
    now = {name: getattr(case, name) for name in RESTORED}
    return now | {name: now[name].isoformat() for name in _TIMES if now[name]}


def token(case: ExceptionCase, before: dict[str, Any], *, actor: User) -> str:
    """A text that takes back what `actor` has just done to `case`; it holds ids and times, no personal data.

    `case` is the instance the act changed, not one read again: its version is what the act left.
    """
    return signing.dumps({"case": case.pk, "version": case.version, "by": actor.pk, "before": before}, salt=_SALT, compress=True)


def undo(text: str, *, actor: User, at: datetime) -> ExceptionCase:
    """Put a case back as it was. Raises Stale when the case changed since, Refused when the token is not this person's or too old,
    or when their role may not do such an act any more."""
    told = _read(text, actor)
    case = ExceptionCase.objects.get(pk=told["case"])
    if case.version != told["version"]:
        raise Stale(case, case)
    closed = case.state in (CaseState.WAIVED, CaseState.CLOSED)
    before = told["before"]
    if not actor.has_perm(_permission(closed, before, snapshot(case))):
        raise Refused("Your role may not do that any more.")
    if closed:
        reopen(case, reason="Taken back", actor=actor, at=at, version=told["version"])
    else:
        _restore(case, before, actor=actor, at=at, version=told["version"])
    return case


def _read(text: str, actor: User) -> dict[str, Any]:
    try:
        told: dict[str, Any] = signing.loads(text, salt=_SALT, max_age=MINUTES * 60)
    except signing.BadSignature as bad:
        raise Refused(_TOO_LATE) from bad
    if told["by"] != actor.pk:
        raise Refused("Only who did it may take it back.")
    return told


def _permission(closed: bool, before: dict[str, Any], now: dict[str, Any]) -> str:
    """Taking back is an act like the one taken back, and takes its permission."""
    if closed:
        return "exceptions_queue.close_exceptioncase"
    aside = any(before[name] != now[name] for name in _TIMES)
    return "exceptions_queue.snooze_exceptioncase" if aside else "exceptions_queue.assign_exceptioncase"


def _restore(case: ExceptionCase, before: dict[str, Any], *, actor: User, at: datetime, version: int) -> None:
    """The columns of an open case as they were, and the counters where its desk changes back."""
    now, times = snapshot(case), {name: datetime.fromisoformat(before[name]) for name in _TIMES if before[name]}
    differs = {name for name in RESTORED if before[name] != now[name]}
    names = {name: now[name] for name in differs}, {name: before[name] for name in differs}
    verb = HAND_OVER_BACK if "owner" in differs else "act taken back"
    with transaction.atomic():
        save(case, before | times, verb=verb, actor=actor, at=at, version=version, names=names)
        if "owner" in differs:
            counts.adjust({(now["owner"], case.code): -1, (before["owner"], case.code): 1})
