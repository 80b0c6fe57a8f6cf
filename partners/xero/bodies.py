"""What we tell Xero, as JSON. Amounts are written from integer pence; a float never touches them."""

from typing import Any

import msgspec

from partners.ledger import CreditDraft, JournalDraft, LedgerLine


def amount(pence: int) -> msgspec.Raw:
    """-4205 → the JSON number -42.05."""
    pounds, rest = divmod(abs(pence), 100)
    return msgspec.Raw(f"{'-' if pence < 0 else ''}{pounds}.{rest:02d}".encode())


def drafted(journal: JournalDraft) -> bytes:
    """PUT /ManualJournals: one draft, without VAT, leading back to our page."""
    body: dict[str, Any] = {
        "Narration": journal.narration,
        "Date": journal.on.isoformat(),
        "LineAmountTypes": "NoTax",
        "Status": "DRAFT",
        "JournalLines": [_line(line) for line in journal.lines],
    }
    if journal.link.startswith(("https://", "http://")):
        body["Url"] = journal.link
    return msgspec.json.encode({"ManualJournals": [body]})


def moved(external_id: str, narration: str, status: str) -> bytes:
    """POST /ManualJournals/{id}: nothing but its status. The narration must be there, and is what stands there already."""
    return msgspec.json.encode({"ManualJournals": [{"ManualJournalID": external_id, "Narration": narration, "Status": status}]})


def credited(credit: CreditDraft) -> bytes:
    """PUT /CreditNotes: a customer's, of an amount with its VAT included, under our key as its number."""
    line = {"Description": credit.description, "Quantity": 1, "UnitAmount": amount(credit.amount_pence), "AccountCode": credit.account}
    body = {
        "Type": "ACCRECCREDIT",
        "Contact": {"ContactID": credit.customer} if is_id(credit.customer) else {"Name": credit.customer},
        "Date": credit.on.isoformat(),
        "LineAmountTypes": "Inclusive",
        "Status": "AUTHORISED",
        "CreditNoteNumber": credit.key,
        "LineItems": [line],
    }
    return msgspec.json.encode({"CreditNotes": [body]})


def allocated(credit: CreditDraft) -> bytes:
    """PUT /CreditNotes/{id}/Allocations: all of it against the invoice."""
    one = {"Amount": amount(credit.amount_pence), "Date": credit.on.isoformat(), "Invoice": {"InvoiceID": credit.invoice}}
    return msgspec.json.encode({"Allocations": [one]})


def is_id(text: str) -> bool:
    """Whether this is one of Xero's ids: a UUID."""
    parts = text.split("-")
    return [len(part) for part in parts] == [8, 4, 4, 4, 12] and all(char in "0123456789abcdefABCDEF" for part in parts for char in part)


def _line(line: LedgerLine) -> dict[str, Any]:
    said: dict[str, Any] = {"LineAmount": amount(line.amount_pence), "AccountCode": line.account}
    return said | ({"Description": line.memo} if line.memo else {})
