"""Who decides about refunds today, and whether what they approved still stands."""

from datetime import datetime

from django.contrib.auth.models import User

from returns.models import Refund
from returns.queries import authority
from returns.queries.refunds.parts import claims_of
from returns.rules import refunding
from returns.rules.authority import Person

DECIDES = "returns.decide_refund"
NOBODY = "Nobody has approved it as it stands."


def person_of(user: User, *, at: datetime) -> Person:
    """One person as an approver of refunds at this instant."""
    return authority.person_of(user, at=at, permission=DECIDES)


def no_longer_approved(refund: Refund, *, at: datetime) -> str:
    """Why its approvals carry it no more, in a sentence; "" where they do. Asked again before it is given; a handful of statements."""
    if refund.decided_by_id is None:
        return NOBODY
    signed = (refund.first_by_id, refund.first_for_id, refund.decided_by_id, refund.decided_for_id)
    ids = {pk for pk in signed if pk is not None}
    people = authority.people_of(User.objects.filter(pk__in=ids), at=at, permission=DECIDES)
    claim, last = claims_of([refund])[refund.pk], authority.signer(people, refund.decided_by_id, refund.decided_for_id)
    if refund.first_by_id is None:
        return refunding.no_longer(claim, last)
    return refunding.no_longer(claim, authority.signer(people, refund.first_by_id, refund.first_for_id), last)
