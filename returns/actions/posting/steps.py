"""The steps of `outbox.drain` for one journal: claim it while its approval carries, send it, settle what the ledger shows."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from django.db import connection

from exceptions_queue.catalogue import Code, Evidence
from partners import connect, outbox
from partners.errors import Conflict, PartnerError, PeriodClosed, Rejected
from partners.ledger import DocStatus, LedgerLine
from partners.models import Intent
from partners.ports import Ledger
from returns.actions import reversing
from returns.actions.posting.approvals import send_back, withdraw_regraded
from returns.actions.posting.moving import KIND, move_journal, move_write_offs, reconcile
from returns.actions.posting.talking import Talk
from returns.models import Journal, WriteOff
from returns.queries.authority import no_longer_approved
from returns.rules import posting as rules
from returns.states import IN_THE_AIR, JournalState, WriteOffState

_J, _W = JournalState, WriteOffState
Clock = Callable[[], datetime]


def drain_journals(
    *, clock: Clock, limit: int = 500, quarantine_s: float = outbox.QUARANTINE_S, ledger: Ledger | None = None
) -> dict[str, int]:
    """Send the journals that are due and look up those whose answer was lost. Safe in several processes at once; not in a transaction.

    `quarantine_s` must outlive any call that is still on its way; `ledger` takes the place of the one that the settings name.
    """
    talk = Talk(ledger or connect.ledger(), at=clock())
    return outbox.drain(
        KIND,
        send=lambda intent: talk.send(_journal(intent), attempt=intent.attempts),
        look_up=lambda intent: _look_up(talk, intent, clock()),
        lock=_lock,
        may_send=may_send,
        settled=settled,
        failed=failed,
        clock=clock,
        quarantine_s=quarantine_s,
        limit=limit,
    )


def may_send(intent: Intent, at: datetime) -> bool:
    """Its approvals are asked for again. Where one no longer carries, the journal is dropped, and the others go into a new one."""
    journal = _journal(intent)
    gone, unasked = no_longer_approved(_of(journal), at=at), reversing.why_not_asked(journal, at=at)
    if gone or unasked:
        move_journal(journal, _J.DROPPED, at=at, why=unasked or "An approval no longer carries.")
        _let_go(journal, gone, at)
        reconcile(journal, {}, at=at)
        return False
    if journal.state != _J.SENDING:
        move_journal(journal, _J.SENDING, at=at)
    move_write_offs(journal.write_offs.all(), [_W.POST_UNKNOWN], _W.POSTING, at=at)
    return True


def settled(intent: Intent, receipt: outbox.Receipt, at: datetime) -> None:
    """It stands in the ledger: posted, and verified where it shows what was approved. What differs is a case, never put right by itself."""
    journal, told = _journal(intent), receipt.detail
    shown = {name: told[name] for name in ("on", "lines")}
    columns = {"external_id": receipt.remote_id, "number": told["number"][:40], "status": told["raw"][:20]}
    columns |= {"shown": shown, "shown_hash": told["hash"], "posted_at": at}
    move_journal(journal, _J.POSTED, at=at, also=columns)
    move_write_offs(journal.write_offs.all(), IN_THE_AIR, _W.POSTED, at=at)
    found = _differs(journal, told)
    if not found:
        move_journal(journal, _J.VERIFIED, at=at, also={"verified_at": at})
        move_write_offs(journal.write_offs.all(), [_W.POSTED], _W.VERIFIED, at=at)
    if journal.kind == Journal.Kind.REVERSAL:
        reversing.finish(list(journal.reversed_write_offs.values_list("pk", flat=True)), at=at)
    reconcile(journal, found, at=at)


def failed(intent: Intent, error: PartnerError, at: datetime) -> None:
    """The ledger refused it, and nothing of it stands there: the write-offs are approved again, and a case says what is to be put right.

    Where an approval no longer carries it is dropped, so that the others of its day go into a new one and none is forgotten.
    """
    journal = _journal(intent)
    move_journal(journal, _J.REFUSED, at=at, why=error.sentence)
    gone = no_longer_approved(_of(journal), at=at)
    _let_go(journal, gone, at, why=error.sentence)
    journal.refresh_from_db(fields=["state"])  # dropped already where all of it was withdrawn
    if gone and journal.state == _J.REFUSED:
        move_journal(journal, _J.DROPPED, at=at, why="An approval no longer carries.")
    reconcile(journal, _refusal(error) if journal.state == _J.REFUSED else {}, at=at)


def _let_go(journal: Journal, gone: dict[int, str], at: datetime, *, why: str = "") -> None:
    """Nothing of it stands in the ledger: its write-offs are where they were before it, and a reversal can be asked for anew."""
    move_write_offs(journal.write_offs.all(), IN_THE_AIR, _W.APPROVED, at=at, why=why)
    send_back(gone, at=at)
    withdraw_regraded(journal, at=at)
    journal.reversed_write_offs.update(reversal=None)


def _refusal(error: PartnerError) -> dict[str, Evidence]:
    if isinstance(error, Conflict):
        return {Code.JRN_MISMATCH: {"field": "journal", "fault": "drafted"}}
    if isinstance(error, PeriodClosed):
        return {Code.JRN_REJECTED: {"field": "post_on", "fault": "closed"}}
    named = list(error.fields) if isinstance(error, Rejected) else []
    return {Code.JRN_REJECTED: {"field": "journal", "fault": named[0] if named else "refused"}}


def _differs(journal: Journal, told: dict[str, Any]) -> dict[str, Evidence]:
    """The case of what the ledger shows otherwise; nothing where it shows the same and as posted."""
    if told["status"] == DocStatus.VOID.value:
        return {Code.JRN_MISMATCH: {"field": "journal", "fault": "void"}}
    lines = [LedgerLine(**line) for line in told["lines"]]
    fields = rules.differs_in(journal.lines, journal.post_on, lines, date.fromisoformat(told["on"]))
    if told["status"] != DocStatus.POSTED.value:
        fields.append("status")
    return {Code.JRN_MISMATCH: {"field": "journal", "fault": "shown", "fields": fields}} if fields else {}


def _look_up(talk: Talk, intent: Intent, at: datetime) -> outbox.Receipt | None:
    journal = _journal(intent)
    gone = no_longer_approved(_of(journal), at=at)
    return talk.look_up(journal, may_post=next(iter(gone.values()), "") or reversing.why_not_asked(journal, at=at))


def _lock(intent: Intent) -> bool:
    """The journal and its write-offs, in the order in which people lock them; without waiting."""
    if not connection.features.has_select_for_update_skip_locked:
        return True
    journal = Journal.objects.select_for_update(skip_locked=True).filter(key=intent.business_id).first()
    if journal is None:
        return False
    rows = WriteOff.objects.filter(journal=journal).order_by("pk")
    return len(rows.select_for_update(skip_locked=True, of=("self",))) == rows.count()


def _journal(intent: Intent) -> Journal:
    return Journal.objects.get(key=intent.business_id)


def _of(journal: Journal) -> list[WriteOff]:
    return list(journal.write_offs.order_by("pk"))
