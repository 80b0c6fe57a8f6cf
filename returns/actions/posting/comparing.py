"""Does the ledger still show what was approved? Cases for what differs, both ways; drafts of ours that are too much are dropped."""

from datetime import datetime
from typing import Any

from django.db import transaction

from exceptions_queue import actions as desk
from exceptions_queue.catalogue import Code, Evidence
from partners import connect
from partners.errors import Rejected
from partners.ledger import DocStatus, LedgerLine
from returns.actions.posting.making import may_post
from returns.actions.posting.moving import finding, move_journal, move_write_offs
from returns.models import Journal, LedgerDocument
from returns.queries import mismatches
from returns.rules import posting as rules
from returns.states import JournalState, WriteOffState

SCOPE = frozenset({Code.JRN_MISMATCH})
AT_ONCE = 500
_J = JournalState


def compare(*, at: datetime) -> dict[str, int]:
    """Make the cases equal what the mirrored ledger shows; return how many journals differ and how many documents nobody approved.

    A journal changed in the ledger afterwards becomes DRIFTED, and VERIFIED again where it is put back. Nothing is posted.
    """
    return {"differing": _compare_journals(at), "nobodys": _compare_documents(at)}


def drop_surplus() -> int:
    """Drop drafts that came to light after their journal was settled; return how many. Calls the ledger, so not inside a transaction."""
    if not may_post():
        return 0
    dropped = 0
    for external_id in list(mismatches.of_known_keys().filter(status=DocStatus.DRAFT.value)[:AT_ONCE]):
        try:
            connect.ledger().drop(external_id)
        except Rejected:  # somebody has posted it since: the next comparison says so
            continue
        LedgerDocument.objects.filter(external_id=external_id).update(status=DocStatus.VOID.value)
        dropped += 1
    return dropped


def _compare_journals(at: datetime) -> int:
    standing = desk.subjects_with_open_case(Journal, only=SCOPE).values("subject_id")
    read_at = mismatches.ledger_read_at()
    with transaction.atomic():
        ids = list(mismatches.to_look_at(standing).values_list("pk", flat=True))
        locked = list(Journal.objects.select_for_update().filter(pk__in=ids).order_by("pk").values_list("pk", flat=True))
        rows = list(mismatches.compared().filter(pk__in=locked).order_by("pk"))
        found = {row.pk: _found(row, read_at) for row in rows}
        for row in rows:
            _follow(row, bool(found[row.pk]), at)
        desk.reconcile_many(Journal, [finding(row, found[row.pk]) for row in rows], scope=SCOPE, at=at)
    return sum(map(bool, found.values()))


def _found(row: Any, read_at: datetime | None) -> dict[str, Evidence]:
    """What is wrong with one journal that was posted. One that the ledger was not read for since is left as it was found then."""
    if row.their_status is None:
        gone = read_at is not None and row.posted_at is not None and read_at > row.posted_at
        return _case("missing") if gone else _as_shown(row)
    if row.their_status == DocStatus.VOID.value:
        return _case("void")
    fields = rules.differs_in(row.lines, row.post_on, [LedgerLine(**line) for line in row.their_lines], row.their_day)
    fields += ["status"] if row.their_status != DocStatus.POSTED.value else []
    return _case("changed" if row.verified_at else "shown", fields=fields) if fields else {}


def _as_shown(row: Journal) -> dict[str, Evidence]:
    """By what was read back when it was posted."""
    if not row.shown or row.shown_hash == row.lines_hash:
        return {}
    lines = [LedgerLine(**line) for line in row.shown["lines"]]
    return _case("shown", fields=rules.differs_in(row.lines, row.post_on, lines, datetime.fromisoformat(row.shown["on"]).date()))


def _case(fault: str, **more: Any) -> dict[str, Evidence]:
    return {Code.JRN_MISMATCH: {"field": "journal", "fault": fault, **more}}


def _follow(row: Any, differs: bool, at: datetime) -> None:
    """The journal's own state: drifted where it was right before, verified where it is right now."""
    if row.their_status is None:
        if differs and row.state == _J.VERIFIED:
            move_journal(row, _J.DRIFTED, at=at, why="The ledger no longer shows it.")
        return
    seen = {"shown": {"on": row.their_day.isoformat(), "lines": row.their_lines}, "shown_hash": row.their_hash, "status": row.their_raw}
    if differs and row.state != _J.DRIFTED:
        move_journal(row, _J.DRIFTED, at=at, why="It was changed in the ledger.", also=seen)
    elif not differs and row.state != _J.VERIFIED:
        move_journal(row, _J.VERIFIED, at=at, also={**seen, "verified_at": row.verified_at or at})
        move_write_offs(row.write_offs.all(), [WriteOffState.POSTED], WriteOffState.VERIFIED, at=at)


def _compare_documents(at: datetime) -> int:
    standing = list(desk.subjects_with_open_case(LedgerDocument, only=SCOPE).values_list("subject_id", flat=True))
    wrong = {row.pk: row for row in mismatches.nobodys().exclude(status=DocStatus.DRAFT.value).order_by("pk")}
    known = set(mismatches.of_known_keys())
    cured = LedgerDocument.objects.filter(pk__in=set(standing) - wrong.keys())
    with transaction.atomic():
        findings = [desk.Finding(row.pk, _case("twice" if row.external_id in known else "unknown"), _card(row)) for row in wrong.values()]
        findings += [desk.Finding(row.pk, {}, _card(row)) for row in cured]
        desk.reconcile_many(LedgerDocument, findings, scope=SCOPE, at=at)
    return len(wrong)


def _card(row: LedgerDocument) -> desk.Card:
    return desk.Card(label=f"{row.key} {row.number}".strip(), url="/write-offs/", value_pence=row.total_pence)
