"""A month of write-offs for the tests of its closing: both books, a reading of the ledger, a signature."""

from datetime import UTC, date, datetime
from typing import Any

from django.contrib.auth.models import User

from partners.ledger import DocStatus, LedgerLine, hash_of
from returns.actions import signing
from returns.models import Journal, LedgerDocument, PeriodSignOff, WriteOff
from returns.queries.month_end.figures import figures
from returns.rules import posting
from returns.states import JournalState
from tests.partners.builders import make_feed, make_run
from tests.returns.builders import People
from tests.returns.written_off import make_posted

MAY, JUNE, APRIL = date(2026, 5, 1), date(2026, 6, 1), date(2026, 4, 1)
IN_MAY = datetime(2026, 5, 12, 9, 0, tzinfo=UTC)
NOW = datetime(2026, 6, 3, 9, 0, tzinfo=UTC)


def posted(number: int, by: User, *, at: datetime = IN_MAY, on: date | None = None, shown: bool = True, **changed: Any) -> WriteOff:
    """One that stands in the ledger under its day, or `on`, as it was approved; the mirror has seen it, unless not `shown`."""
    write_off = make_posted(number, at=at, first_by=by, **changed)
    journal = write_off.journal
    assert journal is not None
    day = on or journal.post_on
    said = posting.lines_hash(day, journal.lines)
    same = {"shown_hash": said} if journal.state == JournalState.VERIFIED else {}
    Journal.objects.filter(pk=journal.pk).update(post_on=day, lines_hash=said, **same)
    if shown:
        in_ledger(journal.key, journal.external_id, day, pence=journal.total_pence)
    return write_off


def in_ledger(key: str, external_id: str, day: date, *, pence: int, status: str = "posted") -> LedgerDocument:
    lines = [{"account": "7105", "amount_pence": pence, "memo": ""}, {"account": "1200", "amount_pence": -pence, "memo": ""}]
    said = hash_of(day, [LedgerLine(**line) for line in lines])
    return LedgerDocument.objects.create(
        external_id=external_id, number=external_id, key=key, status=DocStatus(status).value, raw_status=status.upper(),
        dated_on=day, lines=lines, total_pence=pence, content_hash=said, seen_at=NOW,
    )  # fmt: skip


def read_the_ledger(at: datetime = NOW) -> None:
    make_run(make_feed("ledger.journals"), at)


def seen(month: date = MAY, at: datetime = NOW) -> str:
    return figures(month, at=at).hash


def sign(people: People, month: date = MAY, *, at: datetime = NOW, reason: str = "") -> PeriodSignOff:
    return signing.sign(month, seen=seen(month, at), actor=people.manager, at=at, reason=reason)
