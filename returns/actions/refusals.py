"""Do it: what the ledger refused is over with the write-offs that it was refused for."""

from collections.abc import Collection
from datetime import datetime

from django.db.models import Exists, OuterRef

from exceptions_queue import actions as desk
from exceptions_queue.catalogue import Code
from exceptions_queue.moves import move_many
from returns.models import Journal, WriteOff
from returns.states import ENDED, JOURNAL_MOVES, JournalState

SYSTEM = "system:ledger"
SCOPE = frozenset({Code.JRN_REJECTED, Code.JRN_MISMATCH})


def end(rows: Collection[WriteOff], *, at: datetime) -> None:
    """These write-offs have ended without a journal: drop what the ledger refused of them and close its cases, where nothing else waits in
    it. In the caller's transaction, which holds the rows. No statement where none of them ever had a journal."""
    ids = {row.journal_id for row in rows if row.journal_id is not None}
    if not ids:
        return
    waiting = WriteOff.objects.filter(journal=OuterRef("pk")).exclude(state__in=ENDED)
    over = Journal.objects.filter(~Exists(waiting), pk__in=ids, state__in=(JournalState.REFUSED, JournalState.DROPPED))
    pks = list(over.select_for_update().order_by("pk").values_list("pk", flat=True))
    if not pks:
        return
    move_many(
        Journal,
        pks,
        frm=JournalState.REFUSED,
        to=JournalState.DROPPED,
        allowed=JOURNAL_MOVES,
        actor=SYSTEM,
        at=at,
        verb="journal dropped",
        label_field="key",
        reason="Its write-offs have ended.",
    )
    desk.reconcile_many(Journal, [desk.Finding(pk, {}, desk.Card(label="", url="")) for pk in pks], scope=SCOPE, at=at)
