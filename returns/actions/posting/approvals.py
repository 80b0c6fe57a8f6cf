"""Approvals that no longer carry a posting."""

from collections.abc import Mapping
from datetime import datetime

from returns.actions import drafting, looking
from returns.models import WriteOff
from returns.states import WriteOffState


def send_back(why: Mapping[int, str], *, at: datetime) -> int:
    """The approvals of these write-offs are void, for the reason given, and they wait for another; return how many. In a transaction."""
    rows = list(WriteOff.objects.select_for_update().filter(pk__in=why, state=WriteOffState.APPROVED).order_by("pk"))
    for row in rows:
        drafting.void([row], at=at, why=f"Not posted: {why[row.pk]}.")
    if rows:
        looking.look([row.pk for row in rows], at=at)
    return len(rows)
