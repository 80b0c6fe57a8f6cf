"""What a body may look like: every field that we know, of which kind, and which must be there. The real Xero is more patient; we are not.

The names and kinds are those of Xero's published description; what it marks as read-only is not taken.
"""

import json
import re
from collections.abc import Callable
from contextlib import suppress
from datetime import date
from decimal import Decimal
from typing import Any

Check = Callable[[Any, str], str]
MOST_BYTES, MOST_MONEY = 3_500_000, 10**12
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_UUID = re.compile(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")
Said = dict[str, Any]


def read(body: bytes) -> Any:
    """Money as Decimal. Raises ValueError for what is not JSON, which NaN and Infinity are not either."""
    if len(body) > MOST_BYTES:
        raise ValueError("The request is larger than 3.5 MB")
    return json.loads(body.decode("utf-8"), parse_float=Decimal, parse_constant=_no_number)


def _no_number(name: str) -> Any:
    raise ValueError(f"{name} is no number")


def text(most: int = 4000) -> Check:
    def check(value: Any, where: str) -> str:
        return "" if isinstance(value, str) and len(value) <= most else f"{where} must be text of at most {most} characters"

    return check


def one_of(*words: str) -> Check:
    def check(value: Any, where: str) -> str:
        return "" if isinstance(value, str) and value in words else f"{where} must be one of {', '.join(words)}"

    return check


def number(value: Any, where: str) -> str:
    """JSON's own number, of at most two places."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal) or abs(Decimal(value)) >= MOST_MONEY:
        return f"{where} must be a number"
    return "" if Decimal(value) == round(Decimal(value), 2) else f"{where} must have at most two decimal places"


def truth(value: Any, where: str) -> str:
    return "" if isinstance(value, bool) else f"{where} must be true or false"


def identifier(value: Any, where: str) -> str:
    return "" if isinstance(value, str) and _UUID.fullmatch(value) else f"{where} must be a UUID"


def day(value: Any, where: str) -> str:
    if isinstance(value, str) and _DAY.fullmatch(value):
        with suppress(ValueError):
            date.fromisoformat(value)
            return ""
    return f"{where} must be YYYY-MM-DD"


def listed(check: Check, *, most: int = 500) -> Check:
    def every(value: Any, where: str) -> str:
        if not isinstance(value, list) or len(value) > most:
            return f"{where} must be a list of at most {most}"
        return next(filter(None, (check(one, f"{where}[{place}]") for place, one in enumerate(value))), "")

    return every


def shaped(fields: dict[str, Check], *required: str) -> Check:
    def check(value: Any, where: str) -> str:
        if not isinstance(value, dict):
            return f"{where} must be an object"
        if unknown := sorted(set(value) - set(fields)):
            return f"Unknown field: {where}.{unknown[0]}"
        if absent := [name for name in required if name not in value]:
            return f"Missing field: {where}.{absent[0]}"
        return next(filter(None, (fields[name](inner, f"{where}.{name}") for name, inner in value.items())), "")

    return check


AMOUNTS = one_of("Exclusive", "Inclusive", "NoTax")
TRACKING = {"TrackingCategoryID": identifier, "TrackingOptionID": identifier, "Name": text(100), "Option": text(100)}
JOURNAL_LINE = {
    "LineAmount": number,
    "AccountCode": text(10),
    "AccountID": identifier,
    "Description": text(),
    "TaxType": text(20),
    "Tracking": listed(shaped(TRACKING)),
}
JOURNAL = {
    "Narration": text(),
    "JournalLines": listed(shaped(JOURNAL_LINE, "LineAmount")),
    "Date": day,
    "LineAmountTypes": AMOUNTS,
    "Status": one_of("DRAFT", "POSTED", "DELETED", "VOIDED", "ARCHIVED"),
    "Url": text(2000),
    "ShowOnCashBasisReports": truth,
    "ManualJournalID": identifier,
}
ITEM = {
    "Description": text(),
    "Quantity": number,
    "UnitAmount": number,
    "LineAmount": number,
    "AccountCode": text(10),
    "TaxType": text(20),
    "ItemCode": text(30),
    "Tracking": listed(shaped(TRACKING)),
}
CONTACT = {"ContactID": identifier, "Name": text(255)}
NOTE = {
    "Type": one_of("ACCRECCREDIT", "ACCPAYCREDIT"),
    "Contact": shaped(CONTACT),
    "Date": day,
    "LineItems": listed(shaped(ITEM, "Description")),
    "LineAmountTypes": AMOUNTS,
    "Status": one_of("DRAFT", "SUBMITTED", "DELETED", "AUTHORISED", "PAID", "VOIDED"),
    "CreditNoteNumber": text(255),
    "Reference": text(255),
    "CurrencyCode": text(3),
    "CreditNoteID": identifier,
}
INVOICE = {"InvoiceID": identifier, "InvoiceNumber": text(255), "LineItems": listed(shaped({}))}
ALLOCATION = {"Amount": number, "Date": day, "Invoice": shaped(INVOICE)}
JOURNALS = shaped({"ManualJournals": listed(shaped(JOURNAL, "Narration"))}, "ManualJournals")
NOTES = shaped({"CreditNotes": listed(shaped(NOTE))}, "CreditNotes")
ALLOCATIONS = shaped({"Allocations": listed(shaped(ALLOCATION, "Amount", "Invoice", "Date"))}, "Allocations")
