"""What Xero says, in our words. Amounts are read as decimals and kept as integer pence; a float never touches them."""

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, TypeVar

import msgspec

from partners.errors import Unreadable
from partners.http import Answer
from partners.ledger import Books, CreditDoc, DocStatus, LedgerAccount, LedgerDoc, LedgerLine, key_in
from partners.values import clean_text

PARTNER = "ledger"
MOST_PENCE = 10**14
STATUSES = {"DRAFT": DocStatus.DRAFT, "POSTED": DocStatus.POSTED, "VOIDED": DocStatus.VOID, "DELETED": DocStatus.VOID}
CREDIT_STATUSES = {
    "DRAFT": DocStatus.DRAFT,
    "SUBMITTED": DocStatus.DRAFT,
    "AUTHORISED": DocStatus.POSTED,
    "PAID": DocStatus.POSTED,
    "VOIDED": DocStatus.VOID,
    "DELETED": DocStatus.VOID,
}
WHY_NOT_TYPE = {"BANK": "Xero lets no manual journal name a bank account."}
WHY_NOT_SYSTEM = {
    "DEBTORS": "Xero keeps accounts receivable by invoices, not by manual journals.",
    "CREDITORS": "Xero keeps accounts payable by bills, not by manual journals.",
    "RETAINEDEARNINGS": "Xero carries retained earnings forward by itself; no manual journal may name them.",
}
_DATE = re.compile(r"/Date\((-?\d{1,15})([+-]\d{4})?\)/")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
T = TypeVar("T")


class Line(msgspec.Struct):
    LineAmount: Decimal | None = None
    AccountCode: str | None = None
    Description: str | None = None
    IsBlank: bool | None = None


class Warned(msgspec.Struct):
    Message: str | None = None


class Journal(msgspec.Struct):
    ManualJournalID: str
    Status: str
    Date: str
    Narration: str | None = None
    JournalLines: list[Line] | None = None
    UpdatedDateUTC: str | None = None
    Warnings: list[Warned] | None = None


class Journals(msgspec.Struct):
    ManualJournals: list[Journal]


class Account(msgspec.Struct):
    Name: str | None = None
    Code: str | None = None
    Type: str | None = None
    Status: str | None = None
    SystemAccount: str | None = None


class Accounts(msgspec.Struct):
    Accounts: list[Account]


class Organisation(msgspec.Struct):
    Name: str
    BaseCurrency: str
    PeriodLockDate: str | None = None
    EndOfYearLockDate: str | None = None


class Organisations(msgspec.Struct):
    Organisations: list[Organisation]


class Credit(msgspec.Struct):
    CreditNoteID: str
    Status: str
    Total: Decimal
    RemainingCredit: Decimal | None = None
    CreditNoteNumber: str | None = None


class Credits(msgspec.Struct):
    CreditNotes: list[Credit]


def decode(answer: Answer, kind: type[T]) -> T:
    """The body as `kind`. Raises Unreadable with where in it and why."""
    try:
        return msgspec.json.decode(answer.body, type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        why = clean_text(str(error), limit=120).text
        raise Unreadable(PARTNER, f"Xero's answer is not as agreed: {why}.", request_id=answer.request_id, status=answer.status) from error


def doc_of(said: Journal) -> LedgerDoc:
    """One manual journal. Xero numbers none, so its id stands for a number."""
    narration = clean_text(said.Narration or "", limit=500).text
    lines = [line for line in said.JournalLines or () if line.LineAmount or line.AccountCode]
    return LedgerDoc(
        external_id=_id(said.ManualJournalID),
        number=_id(said.ManualJournalID)[:8],
        status=STATUSES.get(said.Status, DocStatus.OTHER),
        raw_status=clean_text(said.Status, limit=20).text,
        on=day_of(said.Date),
        narration=narration,
        key=key_in(narration),
        lines=tuple(LedgerLine(line.AccountCode or "", pence_of(line.LineAmount), (line.Description or "")[:500]) for line in lines),
        changed_at=instant_of(said.UpdatedDateUTC) if said.UpdatedDateUTC else None,
    )


def account_of(said: Account) -> LedgerAccount | None:
    """One account; None where it has no code, by which alone a journal could name it."""
    code = clean_text(said.Code or "", limit=20).text
    if not code:
        return None
    archived = "It is archived in Xero." if said.Status in ("ARCHIVED", "DELETED") else ""
    why = archived or WHY_NOT_SYSTEM.get(said.SystemAccount or "", "") or WHY_NOT_TYPE.get(said.Type or "", "")
    return LedgerAccount(code, clean_text(said.Name or "", limit=120).text, (said.Type or "").lower()[:20], why)


def books_of(said: Organisation) -> Books:
    days = [day_of(text) for text in (said.PeriodLockDate, said.EndOfYearLockDate) if text]
    return Books(clean_text(said.Name, limit=120).text, said.BaseCurrency[:3], max(days, default=None))


def credit_of(said: Credit) -> CreditDoc:
    total = pence_of(said.Total)
    left = total if said.RemainingCredit is None else pence_of(said.RemainingCredit)
    number = clean_text(said.CreditNoteNumber or "", limit=60).text
    return CreditDoc(_id(said.CreditNoteID), number, CREDIT_STATUSES.get(said.Status, DocStatus.OTHER), total, left)


def pence_of(amount: Decimal | None) -> int:
    """Pence of an amount of Xero's, exactly. Raises Unreadable for a fraction of a penny: we never sent one."""
    pence = (amount if amount is not None else Decimal(0)) * 100
    if not pence.is_finite() or abs(pence) > MOST_PENCE or pence != int(pence):
        raise Unreadable(PARTNER, "Xero shows an amount that is not a whole number of pence.")
    return int(pence)


def day_of(text: str) -> date:
    """The day of "/Date(1552521600000+0000)/" or of an ISO text. A day of the books is midnight UTC there, whatever the offset says."""
    return instant_of(text).date()


def instant_of(text: str) -> datetime:
    """Raises Unreadable for what is neither of the two."""
    try:
        if found := _DATE.fullmatch(text):
            return _EPOCH + timedelta(milliseconds=int(found[1]))
        instant = datetime.fromisoformat(text)
    except (ValueError, OverflowError) as error:
        raise Unreadable(PARTNER, "Xero shows a date that is not as agreed.") from error
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)


def _id(text: str) -> str:
    return clean_text(text, limit=64).text


def where_equal(field: str, value: str) -> dict[str, Any]:
    """Xero's filter for one text: `Narration=="…"`, with what would end the text escaped."""
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return {"where": f'{field}=="{escaped}"'}
