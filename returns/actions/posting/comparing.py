"""Does the ledger still show what was approved? Cases for what differs, both ways; drafts of ours that are too much are dropped."""

import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from exceptions_queue import actions as desk
from exceptions_queue.catalogue import Code, Evidence
from partners import connect
from partners.errors import Rejected
from partners.ledger import DocStatus, LedgerLine
from returns.actions.posting.following import follow
from returns.actions.posting.making import may_post
from returns.actions.posting.moving import finding
from returns.models import Journal, LedgerDocument
from returns.queries import mismatches
from returns.rules import posting as rules

SCOPE = frozenset({Code.JRN_MISMATCH})
AT_ONCE, LONGEST_S = 500, 60.0
Found = Mapping[str, Evidence]


def compare(*, at: datetime) -> dict[str, int]:
    """Make the cases equal what the mirrored ledger shows; return how many journals differ and how many documents nobody approved.

    A journal changed in the ledger afterwards becomes DRIFTED, and VERIFIED again where it is put back. Nothing is posted. One statement
    finds what differs, both ways; what it found is worked through 500 at a time, each in a transaction of its own.
    """
    journals, documents = mismatches.apart()
    return {"differing": _compare_journals(journals, at), "nobodys": _compare_documents(documents, at)}


def drop_surplus() -> int:
    """Drop drafts that came to light after their journal was settled; return how many. Calls the ledger, so not inside a transaction.

    At most 500, and for at most a minute: the next time goes on.
    """
    if not may_post():
        return 0
    began, dropped = time.monotonic(), 0
    for external_id in list(mismatches.surplus_drafts()[:AT_ONCE]):
        if time.monotonic() - began > LONGEST_S:
            break
        dropped += _drop(external_id)
    return dropped


def _drop(external_id: str) -> int:
    try:
        connect.ledger().drop(external_id)
    except Rejected:  # somebody has posted it since: the next comparison says so
        return 0
    return LedgerDocument.objects.filter(external_id=external_id).update(status=DocStatus.VOID.value)


def _parts(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    return (ids[start : start + AT_ONCE] for start in range(0, len(ids), AT_ONCE))


def _with_case(model: type[Journal | LedgerDocument]) -> list[int]:
    return list(desk.subjects_with_open_case(model, only=SCOPE).values_list("subject_id", flat=True))


def _compare_journals(apart: Collection[int], at: datetime) -> int:
    read_at = mismatches.ledger_read_at()
    return sum(_compare_some(part, read_at, at) for part in _parts(sorted({*apart, *_with_case(Journal)})))


def _compare_some(ids: Collection[int], read_at: datetime | None, at: datetime) -> int:
    with transaction.atomic():
        rows = list(Journal.objects.select_for_update().filter(pk__in=ids, state__in=mismatches.IN_THE_LEDGER).order_by("pk"))
        shown = mismatches.shown_of(rows)
        found = {row.pk: _found(row, shown.get(row.external_id), read_at) for row in rows}
        follow(rows, shown, {pk for pk, wrong in found.items() if wrong}, at=at)
        desk.reconcile_many(Journal, [finding(row, found[row.pk]) for row in rows], scope=SCOPE, at=at)
    return sum(map(bool, found.values()))


def _found(row: Journal, theirs: LedgerDocument | None, read_at: datetime | None) -> dict[str, Evidence]:
    """What is wrong with one journal that was posted. One that the ledger was not read for since is left as it was found then."""
    if theirs is None:
        gone = read_at is not None and row.posted_at is not None and read_at > row.posted_at
        return _case("missing") if gone else _as_shown(row)
    if theirs.status == DocStatus.VOID.value:
        return _case("void")
    fields = rules.differs_in(row.lines, row.post_on, [LedgerLine(**line) for line in theirs.lines], theirs.dated_on)
    fields += ["status"] if theirs.status != DocStatus.POSTED.value else []
    return _case("changed" if row.verified_at else "shown", fields=fields) if fields else {}


def _as_shown(row: Journal) -> dict[str, Evidence]:
    """By what was read back when it was posted."""
    if not row.shown or row.shown_hash == row.lines_hash:
        return {}
    lines = [LedgerLine(**line) for line in row.shown["lines"]]
    return _case("shown", fields=rules.differs_in(row.lines, row.post_on, lines, datetime.fromisoformat(row.shown["on"]).date()))


def _case(fault: str, **more: Any) -> dict[str, Evidence]:
    return {Code.JRN_MISMATCH: {"field": "journal", "fault": fault, **more}}


def _compare_documents(apart: Sequence[int], at: datetime) -> int:
    """Documents under a key of ours that are no journal of ours: a case each, closed where they are void, or ours, by now."""
    return sum(_compare_some_documents(part, at) for part in _parts(sorted({*apart, *_with_case(LedgerDocument)})))


def _compare_some_documents(ids: Collection[int], at: datetime) -> int:
    wrong = mismatches.with_known_key().filter(pk__in=ids).exclude(status=DocStatus.DRAFT.value)
    faults = {pk: "twice" if is_known else "unknown" for pk, is_known in wrong.values_list("pk", "is_known")}
    rows = LedgerDocument.objects.filter(pk__in=ids).order_by("pk")
    findings = [desk.Finding(row.pk, _case(faults[row.pk]) if row.pk in faults else {}, _card(row)) for row in rows]
    with transaction.atomic():
        desk.reconcile_many(LedgerDocument, findings, scope=SCOPE, at=at)
    return len(faults)


def _card(row: LedgerDocument) -> desk.Card:
    return desk.Card(label=f"{row.key} {row.number}".strip(), url="/write-offs/", value_pence=row.total_pence)
