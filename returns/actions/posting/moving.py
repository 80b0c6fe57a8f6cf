"""Journals and their write-offs move together, each with its audit row."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from django.db import models

from exceptions_queue import actions as desk
from exceptions_queue.catalogue import Code, Evidence
from exceptions_queue.moves import move, move_many
from returns.models import Journal, WriteOff
from returns.states import JOURNAL_MOVES, MOVES, JournalState, WriteOffState

SYSTEM = "system:ledger"
KIND = "ledger_journal"
RING = "returns.tasks.post_journals"
OF_A_JOURNAL = frozenset({Code.JRN_REJECTED, Code.JRN_UNKNOWN, Code.JRN_MISMATCH})


def move_journal(journal: Journal, to: JournalState, *, at: datetime, why: str = "", also: Mapping[str, Any] | None = None) -> None:
    """Raises IllegalMove where it does not stand there any more. `why` is kept, and shown where it was refused."""
    columns = {"why": why[:300], **(also or {})}
    move(journal, to=to, allowed=JOURNAL_MOVES, actor=SYSTEM, at=at, verb=f"journal {to.value}", reason=why[:300], also=columns)


def move_journals(
    ids: Collection[int],
    *,
    frm: JournalState,
    to: JournalState,
    at: datetime,
    why: str | None = None,
    also: Mapping[str, Any] | None = None,
) -> list[int]:
    """Move those that still stand at `frm`, and return which. `why` is kept and noted; None leaves what is kept."""
    columns = ({} if why is None else {"why": why}) | dict(also or {})
    return move_many(
        Journal,
        ids,
        frm=frm,
        to=to,
        allowed=JOURNAL_MOVES,
        actor=SYSTEM,
        at=at,
        verb=f"journal {to.value}",
        label_field="key",
        reason=why or "",
        also=columns,
    )


def move_write_offs(
    rows: "models.QuerySet[WriteOff]", frm: Collection[WriteOffState], to: WriteOffState, *, at: datetime, why: str = ""
) -> int:
    """Move those of `rows` that stand in one of `frm`; return how many."""
    moved, verb, why = 0, f"write-off {to.value}", why[:300]
    for state in frm:
        ids = list(rows.filter(state=state).values_list("pk", flat=True))
        if ids:
            told = move_many(
                WriteOff, ids, frm=state, to=to, allowed=MOVES, actor=SYSTEM, at=at, verb=verb, label_field="reference", reason=why
            )
            moved += len(told)
    return moved


def finding(journal: Journal, found: Mapping[str, Evidence]) -> desk.Finding:
    """What is wrong with one journal, its evidence naming the write-off."""
    return desk.Finding(journal.pk, {code: {**evidence, **told_of(journal)} for code, evidence in found.items()}, card_of(journal))


def reconcile(journal: Journal, found: Mapping[str, Evidence], *, at: datetime) -> None:
    """Make the cases of one journal equal what is wrong with it. The journal is locked by whoever calls."""
    desk.reconcile_many(Journal, [finding(journal, found)], scope=OF_A_JOURNAL, at=at)


def card_of(journal: Journal) -> desk.Card:
    return desk.Card(label=journal.key, url=address_of(journal), value_pence=journal.total_pence)


def told_of(journal: Journal) -> dict[str, str]:
    """What a case's evidence names it by: the reference of its one write-off; nothing where it is a day's."""
    reference = journal.key.split(":")[1]
    return {"reference": reference} if reference.startswith("BER-") else {}


def address_of(journal: Journal) -> str:
    """The page where it is dealt with: its write-off's, and of a day's journal the desk's."""
    reference = told_of(journal).get("reference", "")
    return f"/write-offs/{reference}/" if reference else "/write-offs/"
