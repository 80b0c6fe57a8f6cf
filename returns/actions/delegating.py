"""Do it: have a colleague stand in, from one day to another, up to a limit."""

from datetime import date, datetime

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from exceptions_queue.audit import record
from returns.actions.outcomes import Refused
from returns.models import Delegation
from returns.queries import authority
from returns.rules.authority import why_not_delegate


def delegate(*, taker: User, limit_pence: int, from_day: date, to_day: date, reason: str, actor: User, at: datetime) -> Delegation:
    """`taker` stands in for `actor` on these days, both included, up to this limit and never above the actor's own.

    What was handed to somebody cannot be passed on: only a limit of one's own tier is. Raises Refused.
    """
    if not actor.has_perm("returns.add_delegation"):
        raise Refused("Your role does not let you hand over approvals.")
    if not (said := reason.replace("\x00", "").strip()):
        raise Refused("Say why a colleague stands in for you.", "reason")
    with transaction.atomic():
        people = authority.people_of([actor, taker], at=at)
        today = timezone.localdate(at)
        no = why_not_delegate(people[actor.pk], people[taker.pk], limit_pence=limit_pence, from_day=from_day, to_day=to_day, today=today)
        if no:
            raise Refused(no)
        made = Delegation.objects.create(
            giver=actor, taker=taker, from_day=from_day, to_day=to_day, limit_pence=limit_pence, reason=said[:200], made_at=at
        )
        after = {"taker": taker.get_username(), "from": str(from_day), "to": str(to_day), "limit_pence": limit_pence}
        record("delegation made", made, actor=actor, at=at, after=after, reason=said[:200])
    return made


def end(delegation: Delegation, *, actor: User, at: datetime) -> None:
    """End it now: by whoever gave it, whoever took it, or who may change limits. Raises Refused."""
    if actor.pk not in (delegation.giver_id, delegation.taker_id) and not actor.has_perm("returns.change_approvallimit"):
        raise Refused("Only the two people of a delegation can end it, or who may change limits.")
    with transaction.atomic():
        if not Delegation.objects.filter(pk=delegation.pk, ended_at=None).update(ended_at=at, ended_by=actor):
            raise Refused("It has ended already.")
        record("delegation ended", delegation, actor=actor, at=at)
    delegation.refresh_from_db()
