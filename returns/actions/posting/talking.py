"""What is said to the ledger about one journal: draft, post by id, read back, and look up what was lost. Never inside a transaction.

A draft is no money. Whatever goes wrong once there may be one is unknown, and looked up; nothing is ever sent again blindly.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction

from exceptions_queue.audit import record
from partners import connect
from partners.errors import Conflict, PartnerError, PeriodClosed, Rejected, Retry, UnknownOutcome
from partners.failpoints import failpoint
from partners.ledger import Books, DocStatus, JournalDraft, LedgerDoc
from partners.outbox import Receipt
from partners.ports import Ledger
from returns.actions.posting.moving import SYSTEM, address_of
from returns.models import Journal
from returns.queries.periods import closed_to
from returns.rules import posting as rules

PARTNER = "ledger"
MOST_DAYS_TRIED = 2
SKEW = timedelta(hours=1)  # their clock is not ours: before this much earlier nobody can have sent the key


class Talk:
    """The ledger during one drain. Its books are read once, and again where it says that they were closed meanwhile."""

    def __init__(self, ledger: Ledger, *, at: datetime) -> None:
        self._ledger, self._at = ledger, at
        self._books: Books | None = None

    def send(self, journal: Journal, *, attempt: int) -> Receipt:
        """Lay a draft down, post it, read it back. Raises Rejected, Conflict where the draft shows something else, and every other error.

        Each attempt has an idempotency key of its own: it was proved that the one before left nothing, and a remembered answer would
        show a draft that was dropped since.
        """
        if not rules.is_balanced(journal.lines):
            raise Rejected(PARTNER, "Its debits do not equal its credits.", fields={"balance": ["unequal"]})
        for left in reversed(range(MOST_DAYS_TRIED)):
            self._put_in_open_period(journal)
            try:
                doc = self._ledger.draft(draft_of(journal), idempotency_key=f"{journal.key}:{attempt}:{journal.post_on:%Y%m%d}")
                failpoint("posting.drafted")
                return self._finish(journal, doc)
            except PeriodClosed:
                self._books = None
                if not left:
                    raise
        raise AssertionError("every attempt returns or raises")  # pragma: no cover

    def look_up(self, journal: Journal, *, may_post: str) -> Receipt | None:
        """What became of a journal whose answer was lost; None where the ledger proves that nothing did.

        One draft, or the lowest of several, is gone on with, and the others are dropped. `may_post` says why no draft may be posted
        any more, or is "": then what is only a draft is dropped. Raises Rejected, Conflict, and whatever asking raises.
        """
        docs = self._standing(journal)
        kept = self._settle(docs, journal, may_post)
        if kept is None:
            if docs and may_post:
                raise Rejected(PARTNER, f"It was not posted: {may_post}.", fields={"approval": ["gone"]})
            return None
        try:
            return self._finish(journal, kept, already=True)
        except PeriodClosed:  # its draft is dropped, so that sending it anew dates it anew
            return None

    def _standing(self, journal: Journal) -> list[LedgerDoc]:
        with a_refused_question_answers_nothing():
            docs = self._ledger.find(journal.key, narration=journal.narration, since=journal.made_at - SKEW)
            if journal.external_id and journal.external_id not in {doc.external_id for doc in docs}:
                docs = [*docs, *filter(None, [self._ledger.document(journal.external_id)])]
        return [doc for doc in docs if doc.status != DocStatus.VOID]

    def _settle(self, docs: list[LedgerDoc], journal: Journal, may_post: str) -> LedgerDoc | None:
        """The one document that is the journal; every other draft of it is dropped."""
        posted = [doc for doc in docs if doc.status != DocStatus.DRAFT]
        drafts = [doc for doc in docs if doc.status == DocStatus.DRAFT]
        good = [doc for doc in drafts if doc.content_hash == journal.lines_hash] if not may_post else []
        kept = next(iter([*posted, *good]), None)
        for doc in drafts:
            if doc is not kept:
                self._drop(doc.external_id)
        if kept and kept.status == DocStatus.OTHER:
            raise UnknownOutcome(PARTNER, f"It stands in the ledger as {kept.raw_status}, which is neither draft nor posted.")
        return kept

    def _finish(self, journal: Journal, doc: LedgerDoc, *, already: bool = False) -> Receipt:
        with unknown_from_here():
            _keep_id(journal, doc.external_id)
            if doc.status == DocStatus.DRAFT:
                self._post(journal, doc)
            failpoint("posting.posted")
            shown = self._shown(doc.external_id)
            if shown is None:
                raise UnknownOutcome(PARTNER, "The ledger does not show what it has just posted.")
        return _receipt(shown, already=already)

    def _post(self, journal: Journal, doc: LedgerDoc) -> None:
        """Post a draft that says what was approved; drop one that does not, or that the ledger does not post."""
        if doc.content_hash != journal.lines_hash:
            self._drop(doc.external_id)
            raise Conflict(PARTNER, "The draft showed something else than was approved.", current=doc.external_id)
        try:
            self._ledger.post(doc.external_id)
        except Rejected:
            standing = self._shown(doc.external_id)
            if standing and standing.status == DocStatus.POSTED:
                return
            self._drop(doc.external_id)
            _keep_id(journal, "")
            raise

    def _shown(self, external_id: str) -> LedgerDoc | None:
        with a_refused_question_answers_nothing():
            return self._ledger.document(external_id)

    def _drop(self, external_id: str) -> None:
        """A draft that cannot be dropped may have been posted by somebody meanwhile: looked up, not believed gone."""
        with a_refused_question_answers_nothing():
            self._ledger.drop(external_id)

    def _put_in_open_period(self, journal: Journal) -> None:
        """Date it on the first open day where its own is closed, with the true day in each memo. The approval stands: it is a policy."""
        books = self._books = self._books or self._ledger.books()
        if books.currency != rules.CURRENCY:
            raise Rejected(PARTNER, f"The books are kept in {books.currency}, not in {rules.CURRENCY}.", fields={"currency": ["other"]})
        open_day = rules.first_open_day(journal.post_on, closed_to=rules.later(books.locked_to, closed_to()))
        if open_day != journal.post_on:
            redate(journal, open_day, at=self._at)


def redate(journal: Journal, day: date, *, at: datetime) -> None:
    """Move a journal that is no money yet to another day. The first true day stays in its memos. Writes an audit row."""
    was = journal.post_on
    lines = rules.under_another_day(journal.lines, true_day=was)
    columns: dict[str, Any] = {"post_on": day, "lines": lines, "lines_hash": rules.lines_hash(day, lines)}
    with transaction.atomic():
        Journal.objects.filter(pk=journal.pk, post_on=was).update(**columns)
        before, after = {"post_on": was.isoformat()}, {"post_on": day.isoformat()}
        record("journal dated anew", journal, actor=SYSTEM, at=at, before=before, after=after, reason="Its own day is in a closed period.")
    for name, value in columns.items():
        setattr(journal, name, value)


def draft_of(journal: Journal) -> JournalDraft:
    return JournalDraft(
        key=journal.key,
        on=journal.post_on,
        narration=journal.narration,
        lines=rules.ledger_lines(journal.lines),
        link=connect.desk_address(address_of(journal)),
    )


@contextmanager
def unknown_from_here() -> Iterator[None]:
    """There may be a document now: what is no clear refusal leaves the outcome unknown, and nothing is drafted a second time."""
    try:
        yield
    except PartnerError as error:
        if error.retry in (Retry.NEVER, Retry.LOOK_UP):
            raise
        raise UnknownOutcome(error.partner, error.sentence, request_id=error.request_id, status=error.status) from error


@contextmanager
def a_refused_question_answers_nothing() -> Iterator[None]:
    """A ledger that does not let us look, or drop, has said nothing of whether the journal stands in it: that stays unknown."""
    try:
        yield
    except Rejected as error:
        raise UnknownOutcome(error.partner, error.sentence, request_id=error.request_id, status=error.status) from error


def _keep_id(journal: Journal, external_id: str) -> None:
    """Remember which document it is, at once: who looks it up later need not search."""
    if journal.external_id != external_id:
        Journal.objects.filter(pk=journal.pk).update(external_id=external_id)
        journal.external_id = external_id


def _receipt(shown: LedgerDoc, *, already: bool) -> Receipt:
    lines = [{"account": line.account, "amount_pence": line.amount_pence, "memo": line.memo} for line in shown.lines]
    told = {"number": shown.number, "status": shown.status.value, "raw": shown.raw_status, "on": shown.on.isoformat()}
    return Receipt(shown.external_id, told | {"hash": shown.content_hash, "lines": lines}, already=already)
