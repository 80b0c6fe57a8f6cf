"""The books in Xero. Sources: Xero's published description of its Accounting API; what it leaves open: docs/partners/xero.md."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from urllib.parse import quote

from partners.errors import Denied, PartnerError, Rejected, UnknownOutcome, Unreadable
from partners.http import Answer
from partners.ledger import Books, CreditDoc, CreditDraft, DocStatus, JournalDraft, LedgerAccount, LedgerDoc
from partners.xero import bodies
from partners.xero.calls import SCOPES, Calls
from partners.xero.records import Accounts, Credits, Journals, Organisations, account_of, books_of, credit_of, decode, doc_of, where_equal
from partners.xero.refusals import refusal

PARTNER = "ledger"
PAGE, MOST_PAGES = 100, 2_000
JOURNALS, JOURNAL = "/ManualJournals", "/ManualJournals/{id}"
CREDITS, ALLOCATIONS = "/CreditNotes", "/CreditNotes/{id}/Allocations"
NEEDED = ("accounting.manualjournals", "accounting.settings.read")


class XeroLedger:
    """One organisation in Xero. What was drafted here is remembered by its narration, which Xero wants to hear again at each change."""

    def __init__(self, calls: Calls) -> None:
        self._calls, self._narrations = calls, dict[str, str]()

    @property
    def granted(self) -> tuple[str, ...]:
        return self._calls.granted

    def check(self) -> str:
        """Prove that a token is granted, covers journals, and opens the books, in a sentence. Raises Denied where a scope is lacking."""
        self._calls.renew()
        lacking = [scope for scope in NEEDED if scope not in self.granted]
        if lacking:
            raise Denied(PARTNER, f"Xero grants no {' and no '.join(lacking)}. An integration admin must add it to the connection.")
        books = self.books()
        locked = f", closed to {books.locked_to:%d.%m.%Y}" if books.locked_to else ""
        return f"Xero grants a token and opens the books of {books.name} ({books.currency}{locked})."

    def books(self) -> Books:
        read = decode(self._there("/Organisation"), Organisations).Organisations
        if len(read) != 1:
            raise Unreadable(PARTNER, f"Xero shows {len(read)} organisations where one was agreed.")
        return books_of(read[0])

    def accounts(self) -> list[LedgerAccount]:
        told = decode(self._there("/Accounts"), Accounts).Accounts
        return [account for one in told if (account := account_of(one))]

    def find(self, key: str, *, narration: str = "", since: datetime | None = None) -> list[LedgerDoc]:
        """By Xero's filter for a whole narration; where that finds nothing, by looking through what has changed since."""
        quick = where_equal("Narration", narration) if narration else None
        found = [doc for page in self._pages(quick, None) for doc in page if doc.key == key] if quick else []
        found = found or [doc for page in self._pages(None, since) for doc in page if doc.key == key]
        return sorted({doc.external_id: self._whole(doc) for doc in found}.values(), key=lambda doc: doc.external_id)

    def draft(self, journal: JournalDraft, *, idempotency_key: str) -> LedgerDoc:
        """PUT one journal as DRAFT. The same idempotency key shows the same draft again, for about six minutes."""
        if not journal.is_balanced:
            raise ValueError("A journal has two lines or more, and its debits equal its credits.")
        answer = self._calls.write("PUT", JOURNALS, bodies.drafted(journal), label=JOURNALS, idempotency_key=idempotency_key)
        doc = self._written(answer)
        if any(line.amount_pence and not line.account for line in doc.lines):
            self._refuse_without_account(doc, answer)
        return doc

    def post(self, external_id: str) -> LedgerDoc:
        return self._move(external_id, "POSTED", already=DocStatus.POSTED)

    def drop(self, external_id: str) -> None:
        doc = self.document(external_id)
        if doc is None or doc.status == DocStatus.VOID:
            return
        if doc.status != DocStatus.DRAFT:
            raise Rejected(PARTNER, "It is posted, so it is reversed, not dropped.")
        self._move(external_id, "DELETED", already=DocStatus.VOID)

    def document(self, external_id: str) -> LedgerDoc | None:
        answer = self._calls.get(f"/ManualJournals/{quote(external_id, safe='')}", label=JOURNAL)
        if answer is None:
            return None
        read = decode(answer, Journals).ManualJournals
        return self._kept(doc_of(read[0])) if read else None

    def journals(self, *, changed_since: datetime | None) -> Iterator[list[LedgerDoc]]:
        """Pages of a hundred. One that carries a key of ours and shows no lines is read by itself: a list may leave them out."""
        for page in self._pages(None, changed_since):
            yield [self._whole(doc) if doc.key else doc for doc in page]

    def credit(self, credit: CreditDraft, *, idempotency_key: str) -> CreditDoc:
        """PUT a credit note and, where an invoice is named by its id, set all of it against that. What Xero does not set stays left."""
        answer = self._calls.write("PUT", CREDITS, bodies.credited(credit), label=CREDITS, idempotency_key=idempotency_key)
        made = _sure(answer, lambda: [credit_of(one) for one in decode(answer, Credits).CreditNotes])
        if credit.invoice:
            self._allocate(made.external_id, credit, f"{idempotency_key}:set")
        return self.find_credit(credit.key) or made

    def find_credit(self, key: str) -> CreditDoc | None:
        told = decode(self._there(CREDITS, where_equal("CreditNoteNumber", key)), Credits).CreditNotes
        found = [credit_of(one) for one in told if one.CreditNoteNumber == key]
        return min(found, key=lambda doc: (doc.status == DocStatus.VOID, doc.external_id), default=None)

    def _refuse_without_account(self, doc: LedgerDoc, answer: Answer) -> None:
        """Xero lays a draft down without the account that it does not know, and only warns of it: such a draft is taken away again."""
        warned = [warning.Message or "" for one in decode(answer, Journals).ManualJournals for warning in one.Warnings or ()]
        self.drop(doc.external_id)
        said = refusal([text for text in warned if text], request_id=answer.request_id, status=answer.status).sentence
        raise Rejected(PARTNER, said, fields={"account": ["unknown"]}, request_id=answer.request_id, status=answer.status)

    def _allocate(self, external_id: str, credit: CreditDraft, key: str) -> None:
        path = f"/CreditNotes/{quote(external_id, safe='')}/Allocations"
        try:
            self._calls.write("PUT", path, bodies.allocated(credit), label=ALLOCATIONS, idempotency_key=key)
        except Rejected:
            return
        except PartnerError as lost:
            raise UnknownOutcome(PARTNER, lost.sentence, request_id=lost.request_id, status=lost.status) from lost

    def _move(self, external_id: str, status: str, *, already: DocStatus) -> LedgerDoc:
        narration = self._narrations.get(external_id)
        if narration is None:
            doc = self.document(external_id)
            if doc is None:
                raise Rejected(PARTNER, "Xero has no such journal.")
            if doc.status == already:
                return doc
            narration = doc.narration
        path = f"/ManualJournals/{quote(external_id, safe='')}"
        return self._written(self._calls.write("POST", path, bodies.moved(external_id, narration, status), label=JOURNAL))

    def _written(self, answer: Answer) -> LedgerDoc:
        return self._kept(_sure(answer, lambda: [doc_of(one) for one in decode(answer, Journals).ManualJournals]))

    def _kept(self, doc: LedgerDoc) -> LedgerDoc:
        if len(self._narrations) > PAGE:
            self._narrations.clear()
        if doc.status == DocStatus.DRAFT:
            self._narrations[doc.external_id] = doc.narration
        else:
            self._narrations.pop(doc.external_id, None)
        return doc

    def _whole(self, doc: LedgerDoc) -> LedgerDoc:
        return doc if doc.lines or doc.status == DocStatus.VOID else self.document(doc.external_id) or doc

    def _pages(self, filtered: dict[str, Any] | None, since: datetime | None) -> Iterator[list[LedgerDoc]]:
        """Pages until one is short. A page that is the one before again would never end: Unreadable."""
        headers = {"If-Modified-Since": since.strftime("%Y-%m-%dT%H:%M:%S")} if since else None
        before: list[LedgerDoc] | None = None
        for number in range(1, MOST_PAGES + 1):
            asked = (filtered or {"order": "Date ASC"}) | {"page": number, "pageSize": PAGE}
            docs = [doc_of(one) for one in decode(self._there(JOURNALS, asked, headers), Journals).ManualJournals]
            if docs and docs == before:
                raise Unreadable(PARTNER, "Xero sends the same page of journals again and again.")
            yield docs
            if len(docs) < PAGE:
                return
            before = docs
        raise Unreadable(PARTNER, f"Xero's journals do not end after {MOST_PAGES} pages.")

    def _there(self, path: str, params: dict[str, Any] | None = None, headers: dict[str, str] | None = None) -> Answer:
        answer = self._calls.get(path, params, label=path, headers=headers)
        if answer is None:
            raise Unreadable(PARTNER, f"Xero knows no {path}. An integration admin must check XERO_API_URL.", status=404)
        return answer


def _sure(answer: Answer, read: Any) -> Any:
    """The one thing that a write's answer shows. Where it shows none, or another shape, nobody knows what was done."""
    try:
        [shown] = read()
    except (Unreadable, ValueError) as unread:
        why = unread.sentence if isinstance(unread, Unreadable) else "Xero does not show what it was asked to write."
        raise UnknownOutcome(PARTNER, why, request_id=answer.request_id, status=answer.status) from unread
    return shown


__all__ = ["SCOPES", "XeroLedger"]
