"""Approvals that no longer carry a posting."""

from collections.abc import Mapping
from datetime import datetime

from returns.actions import drafting, looking, raising
from returns.models import Journal, WriteOff
from returns.problems.writing_off import is_regraded
from returns.states import WriteOffState


def send_back(why: Mapping[int, str], *, at: datetime) -> int:
    """The approvals of these write-offs are void, for the reason given, and they wait for another; return how many. In a transaction."""
    rows = list(WriteOff.objects.select_for_update().filter(pk__in=why, state=WriteOffState.APPROVED).order_by("pk"))
    for row in rows:
        drafting.void([row], at=at, why=f"Not posted: {why[row.pk]}.")
    if rows:
        looking.look([row.pk for row in rows], at=at)
    return len(rows)


def withdraw_regraded(journal: Journal, *, at: datetime) -> None:
    """Of a journal that does not go to the ledger after all: what was graded otherwise while it was on its way is withdrawn now."""
    rows = journal.write_offs.filter(state__in=drafting.DRAFTED_STATES).select_related("item__grade").select_for_update(of=("self",))
    if regraded := [row for row in rows.order_by("pk") if is_regraded(row)]:
        raising.withdraw(regraded, at=at)
