"""Do it: make what a write-off says equal to what is known: value, lines, day, hash, whether two must approve, and what it waits for."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db import transaction

from exceptions_queue.audit import Actor
from exceptions_queue.moves import move_many
from returns.actions import looking
from returns.actions.splitting import hold, split_among
from returns.models import Approval, Cost, WriteOff
from returns.queries import authority
from returns.queries.evidence import photos_of, standing_of, worth_of
from returns.queries.periods import closed_to
from returns.queries.worth import accounts, costs_of
from returns.rules import journal
from returns.rules.authority import alone, needs_second
from returns.states import BEFORE_APPROVAL, MOVES, WAITS_FOR_APPROVAL, WriteOffState

SYSTEM = "system:returns"
_S = WriteOffState
DRAFTED_STATES = (*BEFORE_APPROVAL, _S.APPROVED)
_VALUE = ("ledger_class", "owner", "cost_pence", "depreciation_pence", "cost_as_at", "carrying_pence")
_PAPER = ("reason", "raw_grade", "grader", "happened_on", "route", "certificate", "repair_pence", "cleaning_pence", "income_pence")
_WHO = ("valued_by_id", "evidence_by_id")
_WRITTEN = (*_VALUE, *_PAPER, *_WHO, "method", "post_on", "lines", "lines_hash", "needs_second")
_UNSIGNED = {
    "first_by": None,
    "first_for": None,
    "first_at": None,
    "second_by": None,
    "second_for": None,
    "second_at": None,
    "approved_hash": "",
}


@dataclass(frozen=True)
class _Known:
    """What every draft rests on, read once."""

    costs: Mapping[str, Cost]
    photos: Mapping[int, Sequence[str]]
    accounts: Mapping[str, str]
    closed_to: date | None


def redraft(ids: Collection[int], *, at: datetime, closed: date | None = None) -> None:
    """Draft these anew. An approval of what says something else now is voided, and a write-off whose checklist is complete goes on
    to approval. `closed` is the ledger's own lock date, where it is known to be later than ours.

    What is on its way to the ledger, in it, or ended is left as it is. Costs of a file give way to what a person entered.
    All of it or nothing; a constant number of statements and batches.
    """
    with transaction.atomic(savepoint=False):
        rows = lock(ids)
        write(rows, at=at, closed=closed)


def lock(ids: Collection[int]) -> list[WriteOff]:
    """These write-offs where they can still be drafted, locked in the order everybody locks them, with what may be split with them."""
    hold(ids)
    rows = WriteOff.objects.filter(pk__in=list(ids), state__in=DRAFTED_STATES).select_for_update(of=("self",))
    return list(rows.select_related("item").order_by("pk"))


def write(
    rows: Collection[WriteOff],
    *,
    at: datetime,
    closed: date | None = None,
    actor: Actor = SYSTEM,
    edits: Mapping[int, Mapping[str, Any]] | None = None,
    answered: Collection[int] = (),
) -> None:
    """The same for rows that the caller has locked. `edits` are columns that a person or the feed changes; `answered` are those whose
    open question is settled."""
    if not rows:
        return
    edits, before = edits or {}, {row.pk: _columns(row) for row in rows}
    signed = {row.pk: row.lines_hash for row in rows}
    for row in rows:
        for name, value in edits.get(row.pk, {}).items():
            setattr(row, name, value)
    _draft_all(rows, _Known(_costs(rows), photos_of(rows), accounts(), _later(closed_to(), closed)), at=at)
    void([row for row in rows if row.lines_hash != signed[row.pk] or not edits.get(row.pk, {}).keys().isdisjoint(_WHO)], at=at)
    if changed := [row for row in rows if _columns(row) != before[row.pk]]:
        for row in changed:
            row.version += 1
        WriteOff.objects.bulk_update(changed, [name.removesuffix("_id") for name in (*_WRITTEN, "version")])
    _settle(rows, actor=actor, at=at, answered=answered)
    looking.look([row.pk for row in rows], at=at)


def void(rows: Collection[WriteOff], *, at: datetime, why: str = "What was approved has changed since.") -> None:
    """Take back the approvals of these, where there are any: what they signed is not what stands now. The rows follow."""
    approved = [row for row in rows if row.first_by_id is not None and row.state in (_S.AWAITING_SECOND, _S.APPROVED)]
    words = [
        Approval(
            write_off=row, word=Approval.Word.VOIDED, lines_hash=row.approved_hash, carrying_pence=row.carrying_pence, comment=why, at=at
        )
        for row in approved
    ]
    Approval.objects.bulk_create(words)
    for state, some in _by_state(approved).items():
        _move(some, frm=state, to=_S.AWAITING_APPROVAL, actor=SYSTEM, at=at, verb="approval voided", reason=why, also=_UNSIGNED)


def _later(ours: date | None, theirs: date | None) -> date | None:
    return max((day for day in (ours, theirs) if day is not None), default=None)


def _columns(row: WriteOff) -> tuple[Any, ...]:
    return tuple(getattr(row, name) for name in _WRITTEN)


def _costs(rows: Collection[WriteOff]) -> Mapping[str, Cost]:
    """Of those whose value no person entered."""
    return costs_of({row.rfid: row.sku for row in rows if not row.valued_by_id})


def _draft_all(rows: Collection[WriteOff], known: _Known, *, at: datetime) -> None:
    for row in rows:
        _draft(row, known)
    limits = list(authority.limits(at=at).values())
    split = split_among(rows, limit_pence=alone(limits))
    for row in rows:
        if row.state != _S.APPROVED:
            row.needs_second = needs_second(row.carrying_pence, limits) or row.pk in split


def _draft(row: WriteOff, known: _Known) -> None:
    """Fill in what follows from value, accounts and day. Without a usable value there are no lines, and nothing to sign."""
    if cost := None if row.valued_by_id else known.costs.get(row.rfid):
        row.ledger_class, row.owner, row.cost_as_at = cost.ledger_class, cost.owner, cost.as_at
        row.cost_pence, row.depreciation_pence = cost.cost_pence, cost.depreciation_pence
    row.route = row.route or settings.WRITE_OFF_ROUTE
    row.method = journal.method_of(row.ledger_class, policy=settings.WRITE_OFF_METHOD)
    row.post_on = journal.day_to_post(row.happened_on, closed_to=known.closed_to)
    worth = worth_of(row)
    row.carrying_pence = worth.carrying_pence if worth else None
    row.lines, row.lines_hash = _lines(row, worth, known)


def _lines(row: WriteOff, worth: journal.Worth | None, known: _Known) -> tuple[list[dict[str, object]], str]:
    post_on = row.post_on or row.happened_on
    memo = journal.memo(row.reference, row.rfid, happened_on=row.happened_on, post_on=post_on)
    try:
        lines = journal.as_rows(journal.draft(worth, known.accounts, memo=memo)) if worth else None
    except journal.CannotDraft:
        lines = None
    if lines is None:
        return [], ""
    signed = journal.hash_to_sign(
        reference=row.reference,
        rfid=row.rfid,
        sku=row.sku,
        ledger_class=row.ledger_class,
        method=row.method,
        post_on=post_on,
        rows=lines,
        reason=row.reason,
        route=row.route,
        certificate=row.certificate,
        photos=known.photos.get(row.item_id or 0, ()),
    )
    return lines, signed


def _settle(rows: Collection[WriteOff], *, actor: Actor, at: datetime, answered: Collection[int]) -> None:
    """Each where its checklist puts it. A question that is open keeps its write-off where it is."""
    standing = standing_of(rows)
    moves: dict[tuple[str, str], list[WriteOff]] = defaultdict(list)
    for row in rows:
        complete = not standing[row.pk].missing
        to = _S.AWAITING_APPROVAL if complete else _S.EVIDENCE_NEEDED
        stays = row.state == _S.APPROVED or (row.state == _S.QUERIED and row.pk not in answered)
        if not stays and to != row.state and not (complete and row.state in WAITS_FOR_APPROVAL):
            moves[row.state, to].append(row)
    void([row for (frm, _), some in moves.items() for row in some if frm == _S.AWAITING_SECOND], at=at, why="Evidence is missing again.")
    for (frm, goal), some in moves.items():
        now = _S.AWAITING_APPROVAL if frm == _S.AWAITING_SECOND else frm
        _move(some, frm=now, to=goal, actor=actor, at=at, verb=f"write-off {_S(goal).label.lower()}")


def _move(
    rows: Iterable[WriteOff],
    *,
    frm: str,
    to: str,
    actor: Actor,
    at: datetime,
    verb: str,
    reason: str = "",
    also: Mapping[str, object] | None = None,
) -> None:
    """Move rows that are locked, so that all of them go; they follow."""
    by_pk = {row.pk: row for row in rows}
    if not by_pk:
        return
    ids = list(by_pk)
    moved = move_many(
        WriteOff, ids, frm=frm, to=to, allowed=MOVES, actor=actor, at=at, verb=verb, label_field="reference", reason=reason, also=also
    )
    for pk in moved:
        by_pk[pk].state = to
        for name, value in (also or {}).items():
            setattr(by_pk[pk], name, value)


def _by_state(rows: Iterable[WriteOff]) -> dict[str, list[WriteOff]]:
    found: dict[str, list[WriteOff]] = defaultdict(list)
    for row in rows:
        found[row.state].append(row)
    return found
