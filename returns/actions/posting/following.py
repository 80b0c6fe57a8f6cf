"""The journals' own state follows what the ledger shows: drifted where it was right before, verified where it is right now."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from returns.actions.posting.moving import move_journals, move_write_offs
from returns.models import Journal, WriteOff
from returns.states import JournalState, WriteOffState

_J = JournalState
SHOWN = ("shown", "shown_hash", "status")
GONE, CHANGED = "The ledger no longer shows it.", "It was changed in the ledger."


def follow(rows: Sequence[Any], differing: Collection[int], *, at: datetime) -> None:
    """Move those of `rows`, which are locked and carry what the ledger shows, that stand elsewhere than they should.

    A fixed number of statements, and none where nothing moves. What is verified was read back equal, at any moment: so what the ledger
    shows is written after a journal has drifted, and before it is verified.
    """
    seen = [row for row in rows if row.their_status is not None]
    gone = [row for row in rows if row.their_status is None and row.pk in differing and row.state == _J.VERIFIED]
    changed = [row for row in seen if row.pk in differing and row.state != _J.DRIFTED]
    right = [row for row in seen if row.pk not in differing and row.state != _J.VERIFIED]
    _move(gone, _J.DRIFTED, at=at, why=GONE)
    _move(changed, _J.DRIFTED, at=at, why=CHANGED)
    _write_shown([*changed, *right], right, at=at)
    _move(right, _J.VERIFIED, at=at)
    if right:
        move_write_offs(WriteOff.objects.filter(journal__in=right), [WriteOffState.POSTED], WriteOffState.VERIFIED, at=at)


def _move(rows: Sequence[Any], to: JournalState, *, at: datetime, why: str = "") -> None:
    for state in sorted({row.state for row in rows}):
        ids = [row.pk for row in rows if row.state == state]
        move_journals(ids, frm=_J(state), to=to, at=at, why=why)


def _write_shown(rows: Sequence[Any], right: Sequence[Any], *, at: datetime) -> None:
    """What the ledger shows of them, and of those that are `right` when they were read back. One statement."""
    for row in rows:
        row.shown = {"on": row.their_day.isoformat(), "lines": row.their_lines}
        row.shown_hash, row.status = row.their_hash, row.their_raw
    for row in right:
        row.verified_at = row.verified_at or at
    if rows:
        Journal.objects.bulk_update(rows, [*SHOWN, "verified_at"] if right else SHOWN)
