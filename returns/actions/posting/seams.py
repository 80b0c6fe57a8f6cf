"""What posting asks of those who decide: does an approval still carry, and what follows from a reversal."""

from collections.abc import Collection, Mapping
from datetime import datetime

from django.contrib.auth.models import User

from exceptions_queue.moves import move_many
from returns.models import Approval, WriteOff
from returns.states import IN_THE_LEDGER, MOVES, WriteOffState

SYSTEM = "system:ledger"
PERMISSION = "returns.approve_writeoff"


def no_longer_approved(write_offs: Collection[WriteOff], *, at: datetime) -> dict[int, str]:
    """{write-off id: why its approval carries no posting any more}, for those where it does not."""
    del at
    ids = {pk for row in write_offs for pk in (row.first_by_id, row.second_by_id) if pk}
    able = {user.pk for user in User.objects.filter(pk__in=ids, is_active=True) if user.has_perm(PERMISSION)}
    found = {row.pk: _why(row, able) for row in write_offs}
    return {pk: why for pk, why in found.items() if why}


def _why(row: WriteOff, able: Collection[int]) -> str:
    if row.first_by_id is None or row.approved_hash != row.lines_hash:
        return "nobody has approved it as it stands"
    if not {row.first_by_id, row.second_by_id or row.first_by_id} <= set(able):
        return "who approved it may approve no longer"
    return ""


def send_back(why: Mapping[int, str], *, at: datetime) -> int:
    """Approvals that no longer carry are void, and their write-offs wait for another; return how many. Inside a transaction."""
    rows = list(WriteOff.objects.filter(pk__in=why, state=WriteOffState.APPROVED))
    unsigned = {
        **dict.fromkeys(("first_by", "first_for", "first_at", "second_by", "second_for", "second_at")),
        "approved_hash": "",
    }
    for row in rows:
        said = f"Not posted: {why[row.pk]}."
        Approval.objects.create(
            write_off=row, word=Approval.Word.VOIDED, lines_hash=row.approved_hash, carrying_pence=row.carrying_pence, comment=said, at=at
        )
        move_many(
            WriteOff,
            [row.pk],
            frm=WriteOffState.APPROVED,
            to=WriteOffState.AWAITING_APPROVAL,
            allowed=MOVES,
            actor=SYSTEM,
            at=at,
            verb="approval void",
            label_field="reference",
            reason=said,
            also=unsigned,
        )
    return len(rows)


def reversed_now(ids: Collection[int], *, at: datetime) -> int:
    """The mirror journals of these write-offs stand in the ledger; return how many are reversed by it."""
    moved = 0
    for state in IN_THE_LEDGER:
        moved += len(
            move_many(
                WriteOff,
                ids,
                frm=state,
                to=WriteOffState.REVERSED,
                allowed=MOVES,
                actor=SYSTEM,
                at=at,
                verb="write-off reversed",
                label_field="reference",
            )
        )
    return moved
