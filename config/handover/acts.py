"""Hand the shift over, take that back, accept it. What counts is decided by the database, and nobody accepts their own."""

from datetime import datetime

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction

from config.handover import drafting
from config.models import Handover
from config.states import HANDOVER_MOVES, HandoverState
from exceptions_queue import audit
from exceptions_queue.actions import Refused
from exceptions_queue.moves import IllegalMove, move
from exceptions_queue.queries import words


def hand_over(*, note: str, actor: User, at: datetime) -> Handover:
    """Freeze how the desk stands now, with the lead's note, for whoever comes next.

    Raises Refused while this person's last hand-over still waits to be accepted.
    """
    figures = drafting.figures(at=at)
    after = {name: sum(row[name] for row in figures["risk"]) for name in ("cases", "late")}
    try:
        with transaction.atomic():
            row = Handover.objects.create(handed_by=actor, handed_at=at, note=note.strip(), figures=figures)
            audit.record("shift handed over", row, actor=actor, at=at, after=after)
    except IntegrityError as twin:
        raise Refused("Your last hand-over still waits to be accepted. Take it back first, then hand over as it stands now.") from twin
    return row


def accept(row: Handover, *, actor: User, at: datetime) -> None:
    """Take the shift. Raises Refused for one's own, and where somebody was quicker."""
    if row.handed_by_id == actor.pk:
        raise Refused("You handed it over, so somebody else accepts it.")
    try:
        also = {"accepted_by": actor, "accepted_at": at}
        move(row, to=HandoverState.ACCEPTED, allowed=HANDOVER_MOVES, actor=actor, at=at, verb="shift accepted", also=also)
    except IllegalMove as late:
        raise Refused(f"{how_it_stands(row, at)} Nothing was changed.") from late


def take_back(row: Handover, *, actor: User, at: datetime) -> None:
    """Withdraw a hand-over that nobody has accepted. Raises Refused for a colleague's, and where it was accepted meanwhile."""
    if row.handed_by_id != actor.pk:
        raise Refused("A colleague handed it over: only they may take it back.")
    try:
        move(row, to=HandoverState.TAKEN_BACK, allowed=HANDOVER_MOVES, actor=actor, at=at, verb="hand-over taken back")
    except IllegalMove as late:
        raise Refused(f"{how_it_stands(row, at)} Nothing was changed.") from late


def how_it_stands(row: Handover, at: datetime) -> str:
    """What became of it, read afresh, as a sentence."""
    now = Handover.objects.select_related("accepted_by").get(pk=row.pk)
    if now.accepted_by and now.accepted_at:
        return f"{words.name_of(now.accepted_by)} accepted it {words.moment(now.accepted_at, at)}."
    return "It was taken back." if now.state == HandoverState.TAKEN_BACK else "It still waits to be accepted."
