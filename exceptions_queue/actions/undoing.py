"""Take an act back: a signed note of what stood before, good for ten minutes and for whoever did the act."""

from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.core import signing

from exceptions_queue.actions.decisions import reopen, save
from exceptions_queue.actions.outcomes import Refused
from exceptions_queue.models import ExceptionCase
from exceptions_queue.states import CaseState

MINUTES = 10
_SALT = "exceptions_queue.undo"
_TOO_LATE = "It can be taken back for ten minutes. Change it again instead."
RESTORED = ("assignee_id", "snoozed_until")


def snapshot(case: ExceptionCase) -> dict[str, Any]:
    """What `token` needs of a case before an act."""
    return {"assignee_id": case.assignee_id, "snoozed_until": case.snoozed_until.isoformat() if case.snoozed_until else None}


def token(case: ExceptionCase, before: dict[str, Any], *, actor: User) -> str:
    """A text that takes back what `actor` has just done to `case`; it holds ids and times, no personal data."""
    return signing.dumps({"case": case.pk, "version": case.version, "by": actor.pk, "before": before}, salt=_SALT, compress=True)


def undo(text: str, *, actor: User, at: datetime) -> ExceptionCase:
    """Put a case back as it was. Raises Refused when the token is not this person's or too old, Stale when the case changed since."""
    try:
        told = signing.loads(text, salt=_SALT, max_age=MINUTES * 60)
    except signing.BadSignature as bad:
        raise Refused(_TOO_LATE) from bad
    if told["by"] != actor.pk:
        raise Refused("Only who did it may take it back.")
    case = ExceptionCase.objects.get(pk=told["case"])
    if case.state in (CaseState.WAIVED, CaseState.CLOSED):
        reopen(case, reason="Taken back", actor=actor, at=at, version=told["version"])
        return case
    before = told["before"]
    snoozed = datetime.fromisoformat(before["snoozed_until"]) if before["snoozed_until"] else None
    columns = {"assignee_id": before["assignee_id"], "snoozed_until": snoozed}
    save(case, columns, verb="act taken back", actor=actor, at=at, version=told["version"], names=(snapshot(case), before))
    return case
