"""Which shifts wait for this person to accept them?"""

from datetime import datetime
from typing import NamedTuple

from django.contrib.auth.models import User

from config.models import Handover
from config.states import HandoverState
from exceptions_queue.queries import words


class Waiting(NamedTuple):
    pk: int
    by: str
    when: str


def waiting_for(user: User, *, at: datetime) -> list[Waiting]:
    """What colleagues handed over and nobody has accepted, the oldest first. One statement; a colleague has one at most."""
    rows = (
        Handover.objects.filter(state=HandoverState.OPEN)
        .exclude(handed_by=user)
        .select_related("handed_by")
        .defer("figures")
        .order_by("pk")
    )
    return [Waiting(row.pk, words.name_of(row.handed_by), words.moment(row.handed_at, at)) for row in rows]
