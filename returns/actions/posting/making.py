"""Approved write-offs become journals with an intent each: per garment, or one for each posting day."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from functools import reduce
from operator import or_
from typing import NamedTuple, TypeVar

from django.conf import settings
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.db.models import Exists, F, Model, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone

from exceptions_queue.audit import record
from exceptions_queue.catalogue import Code
from partners import connect, outbox
from partners.models import Intent
from returns.actions.outcomes import Refused
from returns.actions.posting.approvals import send_back
from returns.actions.posting.moving import KIND, RING, SYSTEM, move_journal, move_write_offs, reconcile, told_of
from returns.models import Journal, WriteOff
from returns.queries.authority import no_longer_approved
from returns.rules import posting as rules
from returns.states import JournalState, Method, WriteOffState

AT_ONCE = 500
MOST_IN_A_SUMMARY = 200
Row = TypeVar("Row", bound=Model)


class _Group(NamedTuple):
    """What goes into one journal: its key without the number, the words people read, and the write-offs."""

    base: str
    what: str
    rows: list[WriteOff]


def may_post() -> bool:
    """Live, and connected to books that exist: in observe mode nothing is written, nor even prepared."""
    return connect.mode("ledger") == "live" and not connect.missing("ledger") and not connect.why_not_built("ledger")


def make_journals(*, at: datetime) -> int:
    """Make journals of approved write-offs whose approval still carries, at most 500; return how many journals were made.

    Each goes APPROVED → POSTING with its journal and an intent, in one transaction. One whose approver has lost the right goes back
    to waiting. A write-off whose journal was refused is left alone until somebody posts it again or it was approved anew.
    """
    if not may_post():
        return 0
    with transaction.atomic():
        rows = _due(at)
        gone = no_longer_approved(rows, at=at) if rows else {}
        send_back(gone, at=at)
        return _make(_groups([row for row in rows if row.pk not in gone], at), at)


def queue_drafted(*, at: datetime) -> int:
    """Write an intent for each drafted journal that has none, as a reversal when it is asked for; return how many."""
    if not may_post():
        return 0
    with transaction.atomic():
        asked = Intent.objects.filter(kind=KIND, business_id=OuterRef("key"))
        drafted = Journal.objects.filter(~Exists(asked), state=JournalState.DRAFTED).order_by("pk")
        journals = list(_locked(drafted)[:AT_ONCE])
        _drop_refused([journal for journal in journals if journal.kind == Journal.Kind.REVERSAL], at)
        return _queue(journals, at)


def post_again(reference: str, *, actor: User, at: datetime) -> bool:
    """Let a write-off whose journal was refused be posted once more, after somebody put right what the ledger named.

    Every write-off of that journal goes into a new one. False where there is nothing refused. Raises Refused where it was refused too
    often: its case stays. The caller checks the permission.
    """
    with transaction.atomic():
        journal = Journal.objects.select_for_update().filter(write_offs__reference=reference, state=JournalState.REFUSED).first()
        if journal is None:
            return False
        if told_of(journal) and int(journal.key.rpartition(":")[2]) >= rules.MOST_TIMES:
            raise Refused(f"The ledger has refused it {rules.MOST_TIMES} times: reject the write-off, and raise it anew.")
        _drop(journal, at=at, why="Posted again.")
        record("journal posted again", journal, actor=actor, at=at)
    return True


def _due(at: datetime) -> list[WriteOff]:
    free = Q(journal=None) | Q(journal__state=JournalState.DROPPED)
    anew = Q(journal__state=JournalState.REFUSED, first_at__gt=F("journal__made_at"))
    signed = WriteOff.objects.filter(free | anew, state=WriteOffState.APPROVED, method=Method.JOURNAL, approved_hash=F("lines_hash"))
    before = rules.summary_takes_before(timezone.localtime(at)) if settings.LEDGER_POSTING == "day" else None
    if before is not None:
        signed = signed.annotate(signed_at=Coalesce("second_at", "first_at")).filter(signed_at__lt=before)
    return list(_locked(signed.order_by("pk").select_related("journal"))[:AT_ONCE])


def _locked(rows: "QuerySet[Row]") -> "QuerySet[Row]":
    """Locked, without those that somebody else is at. SQLite has one writer, who is us."""
    skips = connection.features.has_select_for_update_skip_locked
    return rows.select_for_update(skip_locked=True, of=("self",)) if skips else rows


def _groups(rows: Iterable[WriteOff], at: datetime) -> list[_Group]:
    if settings.LEDGER_POSTING == "item":
        return [_Group(f"ber:{row.reference}", f"Stock write-off {row.reference}", [row]) for row in rows]
    days: dict[str, list[WriteOff]] = defaultdict(list)
    for row in rows:
        days[f"{row.post_on or timezone.localdate(at):%Y%m%d}"].append(row)
    return [
        _Group(f"ber:{day}", f"Stock write-offs of {day}: {len(some)} garments", some)
        for day, of_the_day in days.items()
        for some in (of_the_day[start : start + MOST_IN_A_SUMMARY] for start in range(0, len(of_the_day), MOST_IN_A_SUMMARY))
    ]


def _make(groups: Sequence[_Group], at: datetime) -> int:
    if not groups:
        return 0
    most = rules.MOST_TIMES if settings.LEDGER_POSTING == "item" else rules.MOST_OF_A_DAY
    taken = _taken({group.base for group in groups})
    pairs: list[tuple[Journal, _Group]] = []
    spent: list[str] = []
    for group in groups:
        if key := rules.next_key(group.base, taken, most=most):
            taken.add(key)
            pairs.append((_journal(key, group, at), group))
        else:
            spent.append(f"{group.base}:{most}")
    _say_spent(spent, at)
    for old in {row.journal_id: row.journal for _, group in pairs for row in group.rows if row.journal}.values():
        if old.state == JournalState.REFUSED:
            _drop(old, at=at, why="Approved anew.")
    Journal.objects.bulk_create([journal for journal, _ in pairs])
    _link(pairs, at)
    _queue([journal for journal, _ in pairs], at)
    return len(pairs)


def _say_spent(keys: Sequence[str], at: datetime) -> None:
    """What was tried as often as it may be is posted no more, and a case says so on the last of its journals."""
    for journal in Journal.objects.filter(key__in=keys).order_by("pk") if keys else ():
        reconcile(journal, {Code.JRN_REJECTED: {"field": "journal", "fault": "too_often"}}, at=at)


def _taken(bases: Collection[str]) -> set[str]:
    """The keys that stand under these: of write-offs, which are many, by the few each may have; of days, which are few, all."""
    if settings.LEDGER_POSTING == "item":
        named = Q(key__in=[key for base in bases for key in rules.keys(base)])
    else:
        named = reduce(or_, (Q(key__startswith=f"{base}:") for base in bases))
    return set(Journal.objects.filter(named).values_list("key", flat=True))


def _journal(key: str, group: _Group, at: datetime) -> Journal:
    lines = [line for row in group.rows for line in row.lines]
    on = group.rows[0].post_on or group.rows[0].happened_on
    return Journal(
        key=key,
        kind=Journal.Kind.WRITE_OFF,
        post_on=on,
        narration=rules.narration(group.what, key),
        lines=lines,
        lines_hash=rules.lines_hash(on, lines),
        total_pence=rules.debits(lines),
        made_at=at,
    )


def _link(pairs: Sequence[tuple[Journal, _Group]], at: datetime) -> None:
    rows = []
    for journal, group in pairs:
        for row in group.rows:
            row.journal = journal
            rows.append(row)
    WriteOff.objects.bulk_update(rows, ["journal"], batch_size=500)
    move_write_offs(WriteOff.objects.filter(pk__in=[row.pk for row in rows]), [WriteOffState.APPROVED], WriteOffState.POSTING, at=at)


def _queue(journals: Sequence[Journal], at: datetime) -> int:
    wanted = [(journal.key, 1, {"lines_hash": journal.lines_hash}) for journal in journals]
    outbox.put_many(kind=KIND, wanted=wanted, actor=SYSTEM, at=at, ring=RING)
    return len(wanted)


def _drop_refused(reversals: Sequence[Journal], at: datetime) -> None:
    """A reversal that was asked for anew takes the place of the one that the ledger refused. Reversals are few."""
    for journal in reversals:
        before = journal.key.rpartition(":r")[0]
        for old in Journal.objects.filter(key__startswith=f"{before}:r", state=JournalState.REFUSED).order_by("pk"):
            _drop(old, at=at, why="Asked for anew.")


def _drop(journal: Journal, *, at: datetime, why: str) -> None:
    move_journal(journal, JournalState.DROPPED, at=at, why=why)
    reconcile(journal, {}, at=at)
