"""Credit notes and what they are set against. A number is used once; only what is authorised can be set against an invoice."""

from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from partners.sandbox.xero.books import Books, Contact, Invoice, Note
from partners.sandbox.xero.replies import Said, day, errors, instant, money

VAT = {"OUTPUT2": Decimal("0.20"), "INPUT2": Decimal("0.20")}
AUTHORISED, ENDED = "AUTHORISED", ("DELETED", "VOIDED", "PAID")
MOVES = {
    "DRAFT": ("DRAFT", "SUBMITTED", AUTHORISED, "DELETED"),
    "SUBMITTED": ("DRAFT", "SUBMITTED", AUTHORISED, "DELETED"),
    AUTHORISED: (AUTHORISED, "VOIDED"),
}
FIELDS = {
    "CreditNoteNumber": lambda one: one.number,
    "Reference": lambda one: one.reference,
    "Status": lambda one: one.status,
    "Type": lambda one: one.kind,
    "Date": lambda one: one.on,
    "UpdatedDateUTC": lambda one: one.updated_at,
}


def shown(note: Note, *, lines: bool = True, problems: list[str] | None = None) -> Said:
    said: Said = {
        "CreditNoteID": note.id,
        "CreditNoteNumber": note.number,
        "Type": note.kind,
        "Reference": note.reference,
        "Contact": {"ContactID": note.contact.id, "Name": note.contact.name},
        "Date": day(note.on),
        "Status": note.status,
        "LineAmountTypes": note.line_amount_types,
        "LineItems": note.items if lines else [],
        "SubTotal": money(note.net),
        "TotalTax": money(note.tax),
        "Total": money(note.net + note.tax),
        "RemainingCredit": money(note.left),
        "Allocations": [allocation(note, made) for made in note.allocations],
        "CurrencyCode": "GBP",
        "UpdatedDateUTC": instant(note.updated_at),
        "HasErrors": bool(problems),
    }
    return said | ({"ValidationErrors": errors(*problems), "StatusAttributeString": "ERROR"} if problems else {})


def allocation(note: Note, made: tuple[str, Invoice, int, date]) -> Said:
    number, invoice, pence, on = made
    return {
        "AllocationID": number,
        "Amount": money(pence),
        "Date": day(on),
        "Invoice": {"InvoiceID": invoice.id, "InvoiceNumber": invoice.number},
        "CreditNote": {"CreditNoteID": note.id, "CreditNoteNumber": note.number},
        "ValidationErrors": [],
    }


# --- credit notes -----------------------------------------------------------------------------------------------------------------


def written(books: Books, said: Said, *, create: bool) -> tuple[Note, list[str]]:
    """The element as a credit note and why it is refused; not kept yet."""
    before = books.notes.get(said.get("CreditNoteID", ""))
    if "CreditNoteID" in said and (create or before is None):
        return _new(books, said, Contact("", "")), ["An existing Credit Note with the specified CreditNoteID could not be found"]
    if before:
        return _changed(before, said)
    contact = _contact(books, said.get("Contact", {}))
    return _new(books, said, contact or Contact("", "")), _refusals(books, said, contact)


def keep(books: Books, note: Note) -> None:
    note.updated_at = books.now()
    books.notes[note.id] = note
    if note.contact.name:
        books.contacts.setdefault(note.contact.id, note.contact)


def _changed(before: Note, said: Said) -> tuple[Note, list[str]]:
    """Of a credit note that is there only the status and the reference change."""
    status = said.get("Status", before.status)
    after = Note(**{**vars(before), "status": status, "reference": said.get("Reference", before.reference)})
    if status not in MOVES.get(before.status, ()) or (status == "VOIDED" and before.allocations):
        return after, ["Credit Note not of valid status for modification"]
    return after, []


def _new(books: Books, said: Said, contact: Contact) -> Note:
    kind, types = said.get("Type", "ACCRECCREDIT"), said.get("LineAmountTypes", "Exclusive")
    items = [_item(one, types) for one in said.get("LineItems", [])]
    net, tax = sum((one["net"] for one in items), 0), sum((one["tax"] for one in items), 0)
    return Note(
        id=books.next_id(),
        number=said.get("CreditNoteNumber") or f"CN-{len(books.notes) + 1:04d}",
        kind=kind,
        contact=contact,
        on=date.fromisoformat(said["Date"]) if "Date" in said else books.today(),
        status=said.get("Status", "DRAFT"),
        line_amount_types=types,
        items=[one["shown"] for one in items],
        net=net,
        tax=tax,
        updated_at=books.world.now(),
        reference=said.get("Reference", ""),
    )


def _item(said: Said, types: str) -> dict[str, Any]:
    """Pence of it without tax, its tax, and how it is shown."""
    quantity = Decimal(said.get("Quantity", 1))
    amount = Decimal(said["LineAmount"]) if "LineAmount" in said else quantity * Decimal(said.get("UnitAmount", 0))
    gross, rate = _pence(amount), Decimal(0) if types == "NoTax" else VAT.get(said.get("TaxType", ""), Decimal(0))
    tax = _pence(amount * rate) if types != "Inclusive" else _pence(amount * rate / (1 + rate))
    line = {
        "Description": said["Description"],
        "Quantity": float(quantity),
        "UnitAmount": float(said.get("UnitAmount", amount)),
        "LineAmount": money(gross),
        "TaxType": said.get("TaxType", "NONE"),
        "TaxAmount": money(tax),
        "AccountCode": said.get("AccountCode", ""),
        "Tracking": said.get("Tracking", []),
    }
    return {"net": gross - tax if types == "Inclusive" else gross, "tax": tax, "shown": line}


def _pence(amount: Decimal) -> int:
    return int((amount * 100).to_integral_value(ROUND_HALF_UP))


def _contact(books: Books, said: Said) -> Contact | None:
    """By its id, else by its name, under which a new one is made."""
    if "ContactID" in said:
        return books.contacts.get(said["ContactID"])
    found = next((one for one in books.contacts.values() if one.name == said.get("Name")), None)
    return found or (Contact(books.next_id(), said["Name"]) if said.get("Name") else None)


def _refusals(books: Books, said: Said, contact: Contact | None) -> list[str]:
    found = []
    if contact is None:
        found.append("A Contact must be specified for this type of transaction")
    if "Type" not in said:
        found.append("Credit Note type must be specified")
    if said.get("Status", "DRAFT") in ENDED:
        found.append("Credit Note not of valid status for creation")
    if said.get("CreditNoteNumber") in {one.number for one in books.notes.values() if one.status not in ("DELETED", "VOIDED")}:
        found.append("Credit Note number must be unique")
    if said.get("CurrencyCode", "GBP") != "GBP":
        found.append("Organisation is not subscribed to currency " + said["CurrencyCode"])
    if said.get("Status") == AUTHORISED:
        found += _unfit_for_approval(books, said)
    return found


def _unfit_for_approval(books: Books, said: Said) -> list[str]:
    found, lock = [], books.locked_to
    if not said.get("LineItems"):
        found.append("One or more line items must be specified")
    for item in said.get("LineItems", []):
        account = books.accounts.get(item.get("AccountCode", ""))
        if account is None or account.status != "ACTIVE":
            found.append(f"Account code '{item.get('AccountCode', '')}' is not a valid code for this document.")
    on = date.fromisoformat(said["Date"]) if "Date" in said else books.today()
    if lock and on <= lock[0]:
        found.append(f"The document date cannot be before the {lock[1]} lock date, currently set at {lock[0]:%d-%b-%Y}")
    return found


# --- allocations ------------------------------------------------------------------------------------------------------------------


def allocated(books: Books, note: Note, said: Said) -> tuple[tuple[str, Invoice, int, date] | None, list[str]]:
    """Set so much of the credit against an invoice, or say why not."""
    wanted = said["Invoice"]
    invoice = next((one for one in books.invoices.values() if _is_meant(one, wanted)), None)
    pence = _pence(Decimal(said["Amount"]))
    if problems := _not_allocatable(note, invoice, pence):
        return None, problems
    assert invoice is not None  # noqa: S101 - `_not_allocatable` says so where it is not
    made = (books.next_id(), invoice, pence, date.fromisoformat(said["Date"]))
    note.allocations.append(made)
    invoice.credited += pence
    invoice.status = "AUTHORISED" if invoice.due else "PAID"
    note.status = "AUTHORISED" if note.left else "PAID"
    note.updated_at = books.now()
    return made, []


def _is_meant(invoice: Invoice, wanted: Said) -> bool:
    return wanted["InvoiceID"] == invoice.id if "InvoiceID" in wanted else wanted.get("InvoiceNumber") == invoice.number


def _not_allocatable(note: Note, invoice: Invoice | None, pence: int) -> list[str]:
    if invoice is None:
        return ["An existing Invoice with the specified InvoiceID could not be found"]
    if note.status != AUTHORISED:
        return ["Credit Note not of valid status for allocation"]
    if note.contact.id != invoice.contact.id:
        return ["The Credit Note and the Invoice must be for the same contact"]
    if pence <= 0:
        return ["The amount to allocate must be greater than zero"]
    if pence > note.left:
        return ["The amount to allocate is greater than the remaining credit"]
    return ["The amount to allocate is greater than the amount due on the invoice"] if pence > invoice.due else []
