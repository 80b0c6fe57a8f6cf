"""Do it: undo a write-off that is in the ledger, by a journal that mirrors it. Nothing is deleted."""

from collections.abc import Collection
from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from exceptions_queue.audit import Actor, record
from exceptions_queue.moves import move
from partners.ledger import DocStatus, LedgerLine, hash_of
from returns.actions import deciding, drafting, looking
from returns.actions.outcomes import NotFound, Refused
from returns.models import Approval, Journal, LedgerDocument, WriteOff
from returns.queries import authority
from returns.queries.periods import closed_to
from returns.rules import journal
from returns.rules.authority import Person, why_not_reverse
from returns.states import IN_THE_LEDGER, MOVES, Method, WriteOffState


def ask(reference: str, *, reason: str, actor: User, at: datetime) -> Journal:
    """Draft the mirror of a write-off's lines, dated on the first open day from today; posting takes it from there.

    Raises Refused without a reason, for who may not (its raiser and its approvers among them, and whose own limit does not reach), and
    for what is not in the ledger, has nothing there, or is being reversed already. At most what was written off is reversed, and once.
    """
    if not (reason := reason.replace("\x00", "").strip()[:300]):
        raise Refused("Say why it is reversed.", "reason")
    if not actor.has_perm("returns.reverse_writeoff"):
        raise Refused("Your role does not let you reverse write-offs.")
    with transaction.atomic():
        row = _one(reference)
        _check(row)
        if no := why_not(row, authority.person_of(actor, at=at)):
            raise Refused(no)
        mirror = _mirror(row, at)
        claimed = WriteOff.objects.filter(pk=row.pk, reversal=None, state__in=IN_THE_LEDGER)
        if not claimed.update(reversal=mirror, version=row.version + 1):
            raise Refused("A colleague was quicker: look at it again.")
        Approval.objects.create(
            write_off=row,
            word=Approval.Word.REVERSED,
            by=actor,
            lines_hash=row.lines_hash,
            carrying_pence=row.carrying_pence,
            comment=reason,
            at=at,
        )
        after = {"journal": mirror.key, "reverses": row.journal.key if row.journal else ""}
        record("reversal asked for", row, actor=actor, at=at, after=after, reason=reason)
    return mirror


def finish(ids: Collection[int], *, at: datetime, actor: Actor = drafting.SYSTEM) -> int:
    """The mirror journals of these write-offs stand in the ledger: they are reversed, and their garments let go where no grade keeps
    them; return how many. Posting calls it; a second time changes nothing."""
    with transaction.atomic(savepoint=False):
        rows = WriteOff.objects.filter(pk__in=list(ids), state__in=IN_THE_LEDGER, reversal__isnull=False).select_for_update().order_by("pk")
        done = list(rows)
        for row in done:
            move(row, to=WriteOffState.REVERSED, allowed=MOVES, actor=actor, at=at, verb="write-off reversed")
        deciding.release(done, why="Its write-off was reversed.", at=at)
        looking.look([row.pk for row in done], at=at)
    return len(done)


def why_not(row: WriteOff, person: Person) -> str:
    """Why this person may not take back this write-off, whatever its state; "" where they may."""
    approved = (row.first_by_id, row.first_for_id, row.second_by_id, row.second_for_id)
    return why_not_reverse(person, carrying_pence=row.carrying_pence, made=(row.raised_by_id, row.valued_by_id), approved=approved)


def why_not_asked(journal: Journal, *, at: datetime) -> str:
    """Why a reversal carries no posting any more: who asked for it has lost the right or the limit. "" for every other journal."""
    if journal.kind != Journal.Kind.REVERSAL:
        return ""
    words = Approval.objects.filter(write_off__reversal=journal, word=Approval.Word.REVERSED, by__isnull=False)
    asked = words.select_related("by", "write_off").order_by("-at", "-pk").first()
    if asked is None or asked.by is None:
        return ""
    lost = not authority.may(asked.by, "returns.reverse_writeoff") or why_not(asked.write_off, authority.person_of(asked.by, at=at))
    return "who asked for it may reverse no longer" if lost else ""


def _one(reference: str) -> WriteOff:
    rows = WriteOff.objects.filter(reference=reference.replace("\x00", "")[:20]).select_for_update(of=("self",))
    row = rows.select_related("journal").first()
    if row is None:
        raise NotFound(reference)
    return row


def _check(row: WriteOff) -> None:
    if row.state not in IN_THE_LEDGER:
        raise Refused("Only what stands in the ledger can be reversed: reject or query it instead.")
    if row.state != WriteOffState.VERIFIED:
        raise Refused("The ledger has not shown it as it was approved: look at its journal first.")
    if row.method != Method.JOURNAL or row.journal is None:
        raise Refused("Nothing of it was posted, so there is nothing to reverse.")
    if row.reversal_id is not None:
        raise Refused("It is being reversed already.")
    if LedgerDocument.objects.filter(external_id=row.journal.external_id, status=DocStatus.VOID.value).exclude(external_id="").exists():
        raise Refused("The ledger shows its journal as void: a reversal would book the garment back in without having booked it out.")


def _mirror(row: WriteOff, at: datetime) -> Journal:
    lines = journal.mirror(journal.from_rows(row.lines))
    post_on = journal.day_to_post(timezone.localdate(at), closed_to=closed_to())
    money = [LedgerLine(line.account, line.debit_pence - line.credit_pence, line.memo) for line in lines]
    key = f"ber:{row.reference}:r{1 + Journal.objects.filter(key__startswith=f'ber:{row.reference}:r').count()}"
    return Journal.objects.create(
        key=key,
        kind=Journal.Kind.REVERSAL,
        post_on=post_on,
        narration=f"Reversal of write-off {row.reference} {key}",
        lines=journal.as_rows(lines),
        lines_hash=hash_of(post_on, money),
        total_pence=journal.debits(row.lines),
        reverses=row.journal,
        made_at=at,
    )
