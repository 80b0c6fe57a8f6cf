"""Do it: make write-offs equal to the grades, and raise what no grade explains."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Exists, Max, OuterRef
from django.utils import timezone

from exceptions_queue.audit import Actor, record_many
from exceptions_queue.moves import move_many
from inventory.actions import let_go, withhold
from inventory.models import Garment
from returns.actions import drafting, looking, refusals
from returns.actions.outcomes import Refused
from returns.actions.splitting import hold
from returns.models import Approval, ReturnItem, WriteOff
from returns.problems.writing_off import is_regraded
from returns.queries.exhired import ex_hired
from returns.rules.grading import asks_anew, is_beyond_repair
from returns.states import BEFORE_APPROVAL, ENDED, MOVES, Cause, WriteOffState

SYSTEM = drafting.SYSTEM
EX_HIRED_WITHIN = timedelta(days=14)  # what was ex-hired before we looked is history, not a candidate
AT_ONCE = 1_000  # in one transaction: nobody waits for the lock on all of them
_ROUNDS = 5


@dataclass(frozen=True)
class Looked:
    """What a look at grades came to. `afterwards` were graded otherwise when it was too late to withdraw: each is a case."""

    raised: int = 0
    withdrawn: int = 0
    afterwards: int = 0


def look(item_ids: Collection[int], *, at: datetime) -> Looked:
    """Make the write-offs of these returned garments equal their grades. Call it in the transaction that wrote the grades.

    Beyond repair: the garment goes off sale and one write-off is drafted, however often the feed says so. Graded otherwise before the
    journal is on its way: withdrawn, and the garment let go; after that a case says so. What a person rejected or reversed is raised
    again only by a grade given since. A constant number of statements and batches.
    """
    with transaction.atomic(savepoint=False):
        found = ReturnItem.objects.filter(pk__in=list(item_ids)).select_for_update(of=("self",))
        items = list(found.select_related("grade").order_by("pk"))
        beyond = [item for item in items if item.rfid and item.grade and is_beyond_repair(item.grade.target)]
        raised = _raise(beyond, at=at)
        withdrawn, afterwards = _follow(items, at=at)
    return Looked(raised, withdrawn, afterwards)


def look_ex_hired(*, at: datetime) -> Looked:
    """Raise garments that came to be ex-hired in the stock file lately and that nothing explains; a handful of statements."""
    with transaction.atomic(savepoint=False):
        drafts = [
            WriteOff(
                rfid=each.rfid,
                sku=each.sku,
                cause=Cause.EX_HIRED,
                raw_grade=each.raw,
                happened_on=timezone.localdate(each.since),
                raised_at=at,
            )
            for each in ex_hired(after=at - EX_HIRED_WITHIN)
        ]
        made = _create(drafts, actor=SYSTEM, at=at)
    return Looked(raised=len(made))


def look_again(*, at: datetime) -> int:
    """Once a day: draft anew what nobody has decided (the month may be closed, a cost known, it may wait too long), and keep off sale
    what a stock file has named since; return how many were looked at."""
    waiting = list(WriteOff.objects.filter(state__in=BEFORE_APPROVAL).order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(waiting), AT_ONCE):
        drafting.redraft(waiting[start : start + AT_ONCE], at=at)
    live = WriteOff.objects.exclude(state__in=ENDED).filter(rfid=OuterRef("rfid"))
    loose = Garment.objects.filter(Exists(live), withheld_since=None).values_list("rfid", flat=True)
    withhold(list(loose), reason="To be written off.", actor=SYSTEM, at=at)
    return len(waiting)


def raise_by_hand(rfid: str, *, reason: str, actor: User, at: datetime) -> WriteOff:
    """Write-off of a garment that no grade asks for; whoever raises it does not approve it.

    Raises Refused for who may not, without a reason, for a garment nobody has heard of and one that has a live write-off.
    """
    rfid, reason = rfid.strip(), reason.strip()
    if not actor.has_perm("returns.add_writeoff"):
        raise Refused("Your role does not let you raise write-offs.")
    if not reason:
        raise Refused("Say why it is to be written off.", "reason")
    with transaction.atomic():
        draft = _by_hand(rfid, reason=reason, actor=actor, at=at)
        made = _create([draft], actor=actor, at=at)
        if not made:
            raise Refused(f"Garment {rfid} has a write-off already: look for it among the write-offs.", "rfid")
    return WriteOff.objects.get(pk=made[0])


def _by_hand(rfid: str, *, reason: str, actor: User, at: datetime) -> WriteOff:
    unusable = not rfid or len(rfid) > 64 or "\x00" in rfid + reason
    garment = None if unusable else Garment.objects.filter(rfid=rfid).first()
    item = None if unusable else ReturnItem.objects.filter(rfid=rfid).order_by("-pk").first()
    if garment is None and item is None:
        raise Refused("Neither ACS’s stock file nor a return names this garment: check its RFID.", "rfid")
    return WriteOff(
        rfid=rfid,
        sku=(item.sku if item else "") or (garment.sku if garment else ""),
        item=item,
        cause=Cause.MANUAL,
        happened_on=timezone.localdate(at),
        raw_grade=item.raw_grade if item else "",
        reason=reason[:200],
        grader=item.grader if item else "",
        raised_by=actor,
        raised_at=at,
        repair_pence=item.repair_pence if item else None,
    )


def _raise(items: Sequence[ReturnItem], *, at: datetime) -> int:
    decided = dict(
        Approval.objects.filter(write_off__item__in=items, write_off__state__in=ENDED, by__isnull=False, word__in=("rejected", "reversed"))
        .values_list("write_off__item")
        .annotate(Max("at"))
    )
    asking = [item for item in items if asks_anew(graded_at=item.graded_at, decided_at=decided.get(item.pk))]
    drafts = {item.rfid: WriteOff(item=item, cause=Cause.GRADED, raised_at=at, **_said(item, at)) for item in asking}
    return len(_create(list(drafts.values()), actor=SYSTEM, at=at))


def _said(item: ReturnItem, at: datetime) -> dict[str, Any]:
    """What a write-off repeats of what ACS said."""
    return {
        "rfid": item.rfid,
        "sku": item.sku,
        "happened_on": timezone.localdate(item.graded_at or at),
        "raw_grade": item.raw_grade,
        "reason": item.reason,
        "grader": item.grader,
        "repair_pence": item.repair_pence,
    }


def _create(drafts: Sequence[WriteOff], *, actor: Actor, at: datetime) -> list[int]:
    """Insert those whose garment has no live write-off, take the garments off sale and draft the journals; return the new ids.

    The database decides: a garment or a number that somebody else took meanwhile is left out, and a number is tried again.
    """
    live = set(_live(drafts).values_list("rfid", flat=True)) if drafts else set()
    left = {draft.rfid: draft for draft in drafts if draft.rfid not in live}
    made: list[int] = []
    for _ in range(_ROUNDS):
        if not left:
            break
        _number(list(left.values()), at=at)
        WriteOff.objects.bulk_create(left.values(), ignore_conflicts=True)
        standing = {row.rfid: row for row in _live(left.values())}
        made += [row.pk for rfid, row in standing.items() if _is_ours(row, left[rfid])]
        left = {rfid: draft for rfid, draft in left.items() if rfid not in standing}
    _begin(made, actor=actor, at=at)
    return made


def _is_ours(row: WriteOff, draft: WriteOff) -> bool:
    """Somebody quicker may have given the same number to the same garment."""
    return (row.reference, row.raised_at, row.raised_by_id) == (draft.reference, draft.raised_at, draft.raised_by_id)


def _live(drafts: Iterable[WriteOff]) -> Any:
    return WriteOff.objects.filter(rfid__in=[draft.rfid for draft in drafts]).exclude(state__in=ENDED)


def _number(drafts: Sequence[WriteOff], *, at: datetime) -> None:
    """BER-YYMMDD-NNNNN, by the day they are raised on."""
    day = f"BER-{timezone.localdate(at):%y%m%d}-"
    last = WriteOff.objects.filter(reference__startswith=day).aggregate(last=Max("reference"))["last"]
    first = int(last.removeprefix(day)) + 1 if last else 1
    for number, draft in enumerate(drafts, start=first):
        draft.reference = f"{day}{number:05d}"


def _begin(ids: Sequence[int], *, actor: Actor, at: datetime) -> None:
    if not ids:
        return
    rows = drafting.lock(ids)
    record_many("write-off raised", [(WriteOff, row.pk, row.reference) for row in rows], actor=actor, at=at)
    withhold([row.rfid for row in rows], reason="To be written off.", actor=SYSTEM, at=at)
    drafting.write(rows, at=at)


# --- what follows a later grade ------------------------------------------------------------------------------------------


def _follow(items: Sequence[ReturnItem], *, at: datetime) -> tuple[int, int]:
    """Draft anew what is still beyond repair; withdraw what is not, or say so where that is too late."""
    live = WriteOff.objects.filter(item__in=items, cause=Cause.GRADED).exclude(state__in=ENDED)
    hold(list(live.values_list("pk", flat=True)))
    rows = list(live.select_for_update(of=("self",)).select_related("item__grade").order_by("pk"))
    regraded = [row for row in rows if is_regraded(row)]
    early = [row for row in regraded if row.state in drafting.DRAFTED_STATES]
    still = [row for row in rows if row.state in drafting.DRAFTED_STATES and row not in early]
    drafting.write(still, at=at, edits={row.pk: _edit(row, at) for row in still})
    withdraw(early, at=at)
    late = [row.pk for row in rows if row.state not in drafting.DRAFTED_STATES and row.state not in ENDED]
    looking.look(late, at=at)
    return len(early), len(regraded) - len(early)


def _edit(row: WriteOff, at: datetime) -> Mapping[str, Any]:
    """ACS's own words follow the feed; a garment's RFID and SKU never do, and a reason that a person gave stays."""
    said = _said(row.item, at) if row.item else {}
    kept = {"rfid", "sku", *(["reason"] if row.reason and not said.get("reason") else [])}
    return {name: value for name, value in said.items() if name not in kept and not (name == "happened_on" and not row.item.graded_at)}  # type: ignore[union-attr]


def _why_withdrawn(row: WriteOff) -> str:
    if row.item and row.item.rfid != row.rfid:
        return f"Withdrawn: ACS says that it was garment {row.item.rfid or 'without an RFID'} that it graded."
    return f"Withdrawn: ACS graded it “{row.item.raw_grade if row.item else ''}” since."


def withdraw(rows: Sequence[WriteOff], *, at: datetime) -> None:
    """End these because their garments are graded otherwise now, and let the garments go. The rows are locked by the caller."""
    words = [
        Approval(
            write_off=row,
            word=Approval.Word.REJECTED,
            lines_hash=row.lines_hash,
            carrying_pence=row.carrying_pence,
            comment=_why_withdrawn(row),
            at=at,
        )
        for row in rows
    ]
    Approval.objects.bulk_create(words)
    for state in {row.state for row in rows}:
        some = [row.pk for row in rows if row.state == state]
        move_many(
            WriteOff,
            some,
            frm=state,
            to=WriteOffState.REJECTED,
            allowed=MOVES,
            actor=SYSTEM,
            at=at,
            verb="write-off withdrawn",
            label_field="reference",
            reason="The garment was graded otherwise.",
        )
    let_go([row.rfid for row in rows], reason="Its write-off was withdrawn: it was graded otherwise.", actor=SYSTEM, at=at)
    refusals.end(rows, at=at)
    looking.look([row.pk for row in rows], at=at)
