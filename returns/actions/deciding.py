"""Do it: approve, query, answer, reject. Whoever may not is told why; nobody is exempt."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import F
from django_q.tasks import async_task

from exceptions_queue.moves import IllegalMove, move, move_many
from inventory.actions import let_go
from returns.actions import drafting, looking, refusals
from returns.actions.outcomes import NotFound, Outcome, Refused
from returns.models import Approval, WriteOff
from returns.queries import authority
from returns.rules.authority import Facts, Person, Signature, not_waiting, signature
from returns.rules.grading import is_beyond_repair
from returns.rules.money import pounds
from returns.states import ENDED, IN_THE_AIR, IN_THE_LEDGER, MOVES, WAITS_FOR_APPROVAL, Method, WriteOffState

MOST = 2_000  # in one approval
POSTING = "returns.tasks.post_journals"
CHANGED = "It has changed since you opened it: look at it again."
QUICKER = "A colleague was quicker: look at it again."
REASONS = {
    "repair": "Send for repair",
    "regrade": "Grade is wrong",
    "sell": "Sell as it is",
    "not_ours": "Not ours",
    "duplicate": "Raised twice",
    "other": "Another reason",
}
_S = WriteOffState
_STILL_APPROVED = (_S.AWAITING_SECOND, _S.APPROVED, *IN_THE_AIR, *IN_THE_LEDGER)


@dataclass(frozen=True)
class _Signed:
    """One write-off that this person may approve, and how."""

    row: WriteOff
    by: Signature
    second: bool
    needs_second: bool

    @property
    def to(self) -> WriteOffState:
        return _S.AWAITING_SECOND if self.needs_second and not self.second else _S.APPROVED


def approve_many(
    signed: Mapping[str, str], *, actor: User, at: datetime, comment: str = "", total_pence: int | None = None
) -> list[Outcome]:
    """Approve each write-off of {reference: hash of the lines seen}, and say of each what became of it, in the order given.

    What has changed since, or this person may not approve, is left as it stands with the reason; the rest go on. The same approval
    sent again has no effect. A set sum and more must be typed: raises Refused ("total") where `total_pence` is not what is approved,
    and for too many at once. All in one transaction: a constant number of statements, and batches.
    """
    if len(signed) > MOST:
        raise Refused(f"At most {MOST:,} write-offs can be approved at once: choose fewer.")
    with transaction.atomic():
        rows = {row.reference: row for row in _locked(signed)}
        person, facts = authority.person_of(actor, at=at), authority.facts_of(list(rows.values()))
        judged = {reference: _judge(rows.get(reference), seen, person, facts) for reference, seen in signed.items()}
        good = [each for each in judged.values() if isinstance(each, _Signed)]
        _check_total(good, [row for row in rows.values() if row.lines_hash != signed[row.reference]], total_pence)
        done = _sign(good, actor=actor, at=at, comment=comment.strip()[:500])
    return [_outcome(reference, each, done, rows) for reference, each in judged.items()]


def query(reference: str, *, question: str, actor: User, at: datetime) -> None:
    """Ask about a write-off; it waits for the answer, and approvals of it are taken back. Raises Refused."""
    question = _said(question, "Write what you want to know.", "question")
    with transaction.atomic():
        row = _one(reference, actor, at)
        drafting.void([row], at=at, why="Queried.")
        _move(row, to=_S.QUERIED, actor=actor, at=at, verb="write-off queried", reason=question)
        _word(row, Approval.Word.QUERIED, actor=actor, at=at, comment=question)
        looking.look([row.pk], at=at)


def answer(reference: str, *, answer: str, actor: User, at: datetime) -> None:
    """Answer the open question; the write-off waits for approval again, or for what its checklist lacks. Raises Refused."""
    told = _said(answer, "Write the answer.", "answer")
    if not (actor.has_perm("returns.complete_writeoff") or actor.has_perm(authority.PERMISSION)):
        raise Refused("Your role does not let you answer questions about write-offs.")
    with transaction.atomic():
        rows = drafting.lock(_ids(reference))
        if not rows or rows[0].state != _S.QUERIED:
            raise Refused("No question about it is open.")
        _word(rows[0], Approval.Word.ANSWERED, actor=actor, at=at, comment=told)
        drafting.write(rows, at=at, actor=actor, answered=[rows[0].pk])


def reject(reference: str, *, reason: str, note: str = "", actor: User, at: datetime) -> None:
    """End a write-off without a journal. `reason` is one of REASONS; "other" needs a note. Raises Refused.

    The garment stays off sale while its grade says beyond repair; otherwise ACS's file and the buffer decide again.
    """
    if reason not in REASONS:
        raise Refused("Choose one of the reasons.", "reason")
    note = _said(note, "Say what the reason is.", "note") if reason == "other" else note.strip()[:400]
    why = f"{REASONS[reason]}: {note}" if note else REASONS[reason]
    with transaction.atomic():
        row = _one(reference, actor, at)
        _move(row, to=_S.REJECTED, actor=actor, at=at, verb="write-off rejected", reason=why)
        _word(row, Approval.Word.REJECTED, actor=actor, at=at, comment=why)
        release([row], why="Its write-off was rejected.", at=at)
        refusals.end([row], at=at)
        looking.look([row.pk], at=at)


def release(rows: Collection[WriteOff], *, why: str, at: datetime) -> None:
    """Let the garments of ended write-offs go, but for those whose grade still says beyond repair."""
    found = WriteOff.objects.filter(pk__in=[row.pk for row in rows], state__in=ENDED).select_related("item__grade")
    free = [row.rfid for row in found if not (row.item and row.item.grade and is_beyond_repair(row.item.grade.target))]
    let_go(free, reason=why, actor=drafting.SYSTEM, at=at)


# --- judging ---------------------------------------------------------------------------------------------------------------


def _judge(row: WriteOff | None, seen: str, person: Person, facts: Mapping[int, Facts]) -> _Signed | Outcome:
    """How this person signs it; or why not, or that they did before."""
    if row is None:
        return Outcome("", False, "", "There is no such write-off.")
    if _did(row, person, seen):
        return Outcome(row.reference, True, row.state, "You have approved it already.")
    if row.state not in WAITS_FOR_APPROVAL:
        return Outcome(row.reference, False, row.state, not_waiting(row.state))
    if row.lines_hash != seen or not seen:
        return Outcome(row.reference, False, row.state, CHANGED)
    by, fact = signature(person, facts[row.pk]), facts[row.pk]
    if isinstance(by, str):
        return Outcome(row.reference, False, row.state, by)
    return _Signed(row, by, second=fact.awaits_second, needs_second=by.needs_second(fact))


def _did(row: WriteOff, person: Person, seen: str) -> bool:
    """Is this the same approval sent again, of what is still approved? Of what was rejected or reversed since it is nothing done."""
    theirs = person.pk in (row.first_by_id, row.second_by_id) and row.state in _STILL_APPROVED
    return theirs and bool(seen) and seen == row.approved_hash == row.lines_hash


def _check_total(good: Sequence[_Signed], changed: Sequence[WriteOff], total_pence: int | None) -> None:
    """What is typed is what is approved; where some have changed since and drop out, no more than was typed."""
    total = sum(each.row.carrying_pence or 0 for each in good)
    if total < settings.WRITE_OFF_TYPED_ABOVE_PENCE or not good:
        return
    if total_pence is None:
        raise Refused(f"Together they are worth {pounds(total)}: type that total to approve them.", "total")
    if total_pence != total and not (changed and total_pence > total):
        typed = f"You typed {pounds(total_pence)}, and together they are worth {pounds(total)}"
        raise Refused(f"{typed}: look again and type the total.", "total")


# --- signing ---------------------------------------------------------------------------------------------------------------


def _sign(good: Sequence[_Signed], *, actor: User, at: datetime, comment: str) -> frozenset[int]:
    """Move them, each by a conditional update, and keep everybody's word; return the ids that moved."""
    groups: dict[tuple[str, str, int | None, bool], list[_Signed]] = defaultdict(list)
    for each in good:
        groups[each.row.state, each.to, each.by.for_whom, each.needs_second].append(each)
    done: set[int] = set()
    for (frm, to, for_whom, two), some in groups.items():
        ids = [each.row.pk for each in some]
        also = _signature(actor, for_whom, at, second=some[0].second) | {"version": F("version") + 1, "needs_second": two}
        done |= set(_move_many(ids, frm=frm, to=to, actor=actor, at=at, verb=_verb(to), reason=comment, also=also))
    signed = [each for each in good if each.row.pk in done]
    Approval.objects.bulk_create([_approval(each, actor, at, comment) for each in signed])
    _end_unposted(signed, actor=actor, at=at)
    if any(each.to == _S.APPROVED and each.row.method == Method.JOURNAL for each in signed):
        async_task(POSTING)  # in this transaction, so that it is rung for nothing but what stands
    looking.look(sorted(done), at=at)
    return frozenset(done)


def _signature(actor: User, for_whom: int | None, at: datetime, *, second: bool) -> dict[str, object]:
    place = "second" if second else "first"
    columns: dict[str, object] = {f"{place}_by": actor.pk, f"{place}_for": for_whom, f"{place}_at": at}
    return columns if second else {**columns, "approved_hash": F("lines_hash")}


def _verb(to: str) -> str:
    return "write-off approved" if to == _S.APPROVED else "write-off approved first"


def _end_unposted(signed: Sequence[_Signed], *, actor: User, at: datetime) -> None:
    """What is another's, and what the ledger adjusts by itself, is never posted: with the last approval it is done."""
    ids = [each.row.pk for each in signed if each.to == _S.APPROVED and each.row.method != Method.JOURNAL]
    if ids:
        _move_many(ids, frm=_S.APPROVED, to=_S.VERIFIED, actor=actor, at=at, verb="write-off ended without posting", reason="")


def _move_many(
    ids: Sequence[int], *, frm: str, to: str, actor: User, at: datetime, verb: str, reason: str, also: Mapping[str, object] | None = None
) -> list[int]:
    return move_many(
        WriteOff, ids, frm=frm, to=to, allowed=MOVES, actor=actor, at=at, verb=verb, label_field="reference", reason=reason, also=also
    )


def _approval(each: _Signed, actor: User, at: datetime, comment: str) -> Approval:
    return Approval(
        write_off=each.row,
        word=Approval.Word.APPROVED,
        by=actor,
        for_whom_id=each.by.for_whom,
        tier=each.by.limit.tier,
        limit_pence=each.by.limit.limit_pence,
        lines_hash=each.row.lines_hash,
        carrying_pence=each.row.carrying_pence,
        comment=comment,
        at=at,
    )


def _outcome(reference: str, each: _Signed | Outcome, done: frozenset[int], rows: Mapping[str, WriteOff]) -> Outcome:
    if isinstance(each, Outcome):
        return Outcome(reference[:20], each.done, each.state, each.sentence)
    if each.row.pk not in done:
        return Outcome(reference, False, rows[reference].state, QUICKER)
    if each.to == _S.AWAITING_SECOND:
        return Outcome(reference, True, each.to, "Approved. It needs a second person’s approval too.")
    if each.row.method == Method.NONE:
        return Outcome(reference, True, _S.VERIFIED, "Approved. It is another owner’s, so nothing is posted.")
    if each.row.method == Method.STOCK_ADJUSTMENT:
        return Outcome(reference, True, _S.VERIFIED, "Approved. The ledger adjusts its stock itself, so no journal is posted.")
    return Outcome(reference, True, each.to, "Approved. Its journal is posted next.")


# --- one of them -----------------------------------------------------------------------------------------------------------


def _locked(references: Collection[str]) -> list[WriteOff]:
    named = [reference for reference in references if len(reference) <= 20 and "\x00" not in reference]
    return list(WriteOff.objects.filter(reference__in=named).select_for_update().order_by("pk"))


def _ids(reference: str) -> list[int]:
    return list(WriteOff.objects.filter(reference=reference.replace("\x00", "")[:20]).values_list("pk", flat=True))


def _one(reference: str, actor: User, at: datetime) -> WriteOff:
    """The write-off, locked, for somebody who may decide about write-offs."""
    if not authority.person_of(actor, at=at).may:
        raise Refused("Your role does not let you decide about write-offs.")
    found = _locked([reference])
    if not found:
        raise NotFound(reference)
    return found[0]


def _move(row: WriteOff, *, to: str, actor: User, at: datetime, verb: str, reason: str) -> None:
    try:
        move(row, to=to, allowed=MOVES, actor=actor, at=at, verb=verb, reason=reason, also={"version": row.version + 1})
    except IllegalMove as no:
        raise Refused(f"It cannot be {_S(to).label.lower()} as it stands: {not_waiting(row.state)}") from no


def _word(row: WriteOff, word: Approval.Word, *, actor: User, at: datetime, comment: str) -> None:
    Approval.objects.create(
        write_off=row, word=word, by=actor, lines_hash=row.lines_hash, carrying_pence=row.carrying_pence, comment=comment, at=at
    )


def _said(text: str, otherwise: str, field: str) -> str:
    if not (said := text.replace("\x00", "").strip()):
        raise Refused(otherwise, field)
    return said[:500]
