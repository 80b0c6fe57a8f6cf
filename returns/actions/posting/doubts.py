"""Journals of which nobody knows whether the ledger has them: said so at once, and a case where looking up does not settle it."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from exceptions_queue import actions as desk
from exceptions_queue.catalogue import Code
from partners.models import Intent
from returns.actions.posting.moving import KIND, finding, move_journals, move_write_offs
from returns.models import Journal, WriteOff
from returns.states import JournalState, WriteOffState

SCOPE = frozenset({Code.JRN_UNKNOWN})
PATIENCE = timedelta(minutes=5)  # a look-up comes a minute after; what that settles deserves no case


def find_in_doubt(*, at: datetime) -> int:
    """Make journals, write-offs and cases say what is in doubt; return how many journals are. A fixed number of statements."""
    unknown = Intent.objects.filter(kind=KIND, business_id=OuterRef("key"), state=Intent.State.UNKNOWN)
    with transaction.atomic():
        lost = list(Journal.objects.filter(Exists(unknown), state=JournalState.SENDING).values_list("pk", flat=True))
        if lost:
            move_journals(lost, frm=JournalState.SENDING, to=JournalState.UNKNOWN, at=at)
            rows = WriteOff.objects.filter(journal__state=JournalState.UNKNOWN)
            move_write_offs(rows, [WriteOffState.POSTING], WriteOffState.POST_UNKNOWN, at=at)
        return _reconcile(at)


def _reconcile(at: datetime) -> int:
    standing = desk.subjects_with_open_case(Journal, only=SCOPE).values_list("subject_id", flat=True)
    journals = list(Journal.objects.select_for_update().filter(Q(state=JournalState.UNKNOWN) | Q(pk__in=list(standing))).order_by("pk"))
    findings = [finding(journal, _found(journal, at)) for journal in journals]
    desk.reconcile_many(Journal, findings, scope=SCOPE, at=at)
    return sum(journal.state == JournalState.UNKNOWN for journal in journals)


def _found(journal: Journal, at: datetime) -> dict[str, dict[str, str]]:
    lasts = journal.state == JournalState.UNKNOWN and journal.made_at <= at - PATIENCE
    return {Code.JRN_UNKNOWN: {"field": "journal", "fault": "unknown"}} if lasts else {}
