"""The journals' own state follows what the ledger shows: drifted where it was right before, verified where it is right now."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import F, Func, JSONField, OuterRef, Subquery, Value
from django.db.models.functions import Coalesce

from returns.actions.posting.moving import move_journals, move_write_offs
from returns.models import Journal, LedgerDocument, WriteOff
from returns.states import JournalState, WriteOffState

_J = JournalState
GONE, CHANGED = "The ledger no longer shows it.", "It was changed in the ledger."


class _Shown(Func):
    """{"on": …, "lines": …} of a document of the ledger, put together where it lies."""

    template, arg_joiner = "jsonb_build_object('on', %(expressions)s)", ", 'lines', "
    output_field = JSONField()

    def as_sqlite(self, compiler: Any, connection: Any, **more: Any) -> Any:
        template = "json_object('on', %(expressions)s))"
        return self.as_sql(compiler, connection, template=template, arg_joiner=", 'lines', json(", **more)


def follow(rows: Sequence[Journal], shown: Mapping[str, LedgerDocument], differing: Collection[int], *, at: datetime) -> None:
    """Move those of `rows`, which are locked, that stand elsewhere than they should by what the ledger shows.

    A fixed number of statements, and none where nothing moves. What is verified was read back equal, at any moment: so a journal moves
    and takes what the ledger shows in one statement.
    """
    seen = [row for row in rows if row.external_id in shown]
    gone = [row for row in rows if row.external_id not in shown and row.pk in differing and row.state == _J.VERIFIED]
    changed = [row for row in seen if row.pk in differing and row.state != _J.DRIFTED]
    right = [row for row in seen if row.pk not in differing and row.state != _J.VERIFIED]
    _move(gone, _J.DRIFTED, at=at, why=GONE)
    _move(changed, _J.DRIFTED, at=at, why=CHANGED, also=_as_the_ledger_shows())
    if right:
        _move(right, _J.VERIFIED, at=at, also=_as_the_ledger_shows() | {"verified_at": Coalesce("verified_at", Value(at))})
        move_write_offs(WriteOff.objects.filter(journal__in=right), [WriteOffState.POSTED], WriteOffState.VERIFIED, at=at)


def _move(rows: Sequence[Journal], to: JournalState, *, at: datetime, why: str = "", also: Mapping[str, Any] | None = None) -> None:
    for state in sorted({row.state for row in rows}):
        ids = [row.pk for row in rows if row.state == state]
        move_journals(ids, frm=_J(state), to=to, at=at, why=why, also=also)


def _as_the_ledger_shows() -> dict[str, Subquery]:
    """The columns that say what the ledger shows of a journal, read where it lies."""
    document = LedgerDocument.objects.filter(external_id=OuterRef("external_id"))
    return {
        "shown": Subquery(document.values_list(_Shown(F("dated_on"), F("lines")))),
        "shown_hash": Subquery(document.values("content_hash")),
        "status": Subquery(document.values("raw_status")),
    }
