"""Manual journals: made as drafts or posted, changed while they are drafts, deleted or voided; what Xero refuses, in its words.

A draft with an account that does not exist is taken without it, with a warning. A draft may lie in a closed period; a posted one not.
"""

from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from partners.sandbox.xero.books import DELETED, DRAFT, POSTED, VOIDED, Account, Books, Journal, Line
from partners.sandbox.xero.replies import Said, day, errors, instant, money

NOT_OF_VALID_STATUS = "Manual Journal not of valid status for modification"
UNKNOWN_JOURNAL = "A Manual Journal with the specified ManualJournalID could not be found"
MOST_TRACKING = 2
MOVES = {DRAFT: {DRAFT, POSTED, DELETED}, POSTED: {POSTED, VOIDED}}
FIELDS = {
    "Narration": lambda one: one.narration,
    "Status": lambda one: one.status,
    "Date": lambda one: one.on,
    "UpdatedDateUTC": lambda one: one.updated_at,
    "ManualJournalID": lambda one: one.id,
}


class Written(NamedTuple):
    """What came of one element: the journal as it would be or is, why it is refused, what was changed without asking."""

    journal: Journal
    problems: list[str]
    warnings: list[str]


def shown(one: Journal, books: Books, *, lines: bool = True, written: Written | None = None) -> Said:
    said: Said = {
        "Date": day(one.on),
        "Status": one.status,
        "LineAmountTypes": one.line_amount_types,
        "UpdatedDateUTC": instant(one.updated_at),
        "ManualJournalID": one.id,
        "Narration": one.narration,
        "JournalLines": [_line(line, books) for line in one.lines] if lines else [],
        "ShowOnCashBasisReports": one.on_cash_reports,
        "HasAttachments": False,
    }
    if one.url:
        said["Url"] = one.url
    if written and written.warnings:
        said["Warnings"] = errors(*written.warnings)
    if written and written.problems:
        said |= {"ValidationErrors": errors(*written.problems), "StatusAttributeString": "ERROR"}
    return said


def _line(line: Line, books: Books) -> Said:
    said: Said = {"Description": line.description, "TaxType": "NONE", "TaxAmount": 0.0, "LineAmount": money(line.pence)}
    if line.account:
        said |= {"AccountCode": line.account, "AccountID": books.accounts[line.account].id}
    return said | {"Tracking": line.tracking, "IsBlank": False}


# --- writing ----------------------------------------------------------------------------------------------------------------------


def written(books: Books, said: Said, *, create: bool) -> Written:
    """The element as a journal, checked and not kept yet (`keep` does)."""
    before = books.journals.get(said.get("ManualJournalID", ""))
    if "ManualJournalID" in said and (create or before is None):
        return Written(_merged(books, None, said, [])[0], [UNKNOWN_JOURNAL], [])
    warnings: list[str] = []
    after, problems = _merged(books, before, said, warnings)
    if before and _same(before, after):
        return Written(before, [], [])
    return Written(after, problems + _refusals(books, before, after), warnings)


def keep(books: Books, done: Written) -> None:
    """In the place of the one before it, stamped now; what changes nothing is not stamped."""
    if books.journals.get(done.journal.id) is not done.journal:
        done.journal.updated_at = books.now()
        books.journals[done.journal.id] = done.journal


def _merged(books: Books, before: Journal | None, said: Said, warnings: list[str]) -> tuple[Journal, list[str]]:
    """What is not said stays. An empty list of lines changes none: so the published example of an update has it."""
    problems: list[str] = []
    status = said.get("Status", before.status if before else DRAFT)
    told = said.get("JournalLines") or []
    lines = [_read_line(books, line, status, problems, warnings) for line in told] if told or before is None else before.lines
    after = Journal(
        id=before.id if before else books.next_id(),
        narration=said["Narration"],
        on=date.fromisoformat(said["Date"]) if "Date" in said else before.on if before else books.today(),
        lines=lines,
        updated_at=before.updated_at if before else books.world.now(),
        status=status,
        url=said.get("Url", before.url if before else ""),
        line_amount_types=said.get("LineAmountTypes", before.line_amount_types if before else "NoTax"),
        on_cash_reports=said.get("ShowOnCashBasisReports", before.on_cash_reports if before else True),
    )
    return after, problems


def _read_line(books: Books, said: Said, status: str, problems: list[str], warnings: list[str]) -> Line:
    named = said.get("AccountCode", "")
    account = books.accounts.get(named) or next((one for one in books.accounts.values() if one.id == said.get("AccountID")), None)
    if account is None and named and status == DRAFT:
        warnings.append(f"Account code '{named}' has been removed as it does not match a recognised account.")
    elif account is None and status == POSTED:
        problems.append(f"Account code '{named}' is not a valid code for this document." if named else "Account must be specified.")
    elif account and (why := why_not(account)):
        problems.append(why)
    if said.get("TaxType", "NONE") != "NONE":
        problems.append(f"TaxType code '{said['TaxType']}' cannot be used with account code '{named}'.")
    if len(said.get("Tracking", [])) > MOST_TRACKING:
        problems.append(f"A journal line can have at most {MOST_TRACKING} tracking categories.")
    return Line(account.code if account else "", pence_of(said["LineAmount"]), said.get("Description", ""), said.get("Tracking", []))


def pence_of(amount: Any) -> int:
    return int(Decimal(amount) * 100)


def why_not(account: Account) -> str:
    """Why no manual journal may name this account."""
    if account.status != "ACTIVE":
        return f"Account code '{account.code}' has been archived."
    kept = {"DEBTORS": "accounts receivable", "CREDITORS": "accounts payable", "RETAINEDEARNINGS": "retained earnings"}
    what = kept.get(account.system) or {"BANK": "bank", "INVENTORY": "tracked inventory"}.get(account.type, "")
    return f"Account code '{account.code}' cannot be used in a manual journal: it is a {what} account." if what else ""


def _refusals(books: Books, before: Journal | None, after: Journal) -> list[str]:
    if before and after.status not in MOVES.get(before.status, set()):
        return [NOT_OF_VALID_STATUS]
    if not before and after.status not in (DRAFT, POSTED):
        return ["A new Manual Journal must have a status of DRAFT or POSTED."]
    if after.status == DELETED:
        return []
    found = [] if after.narration.strip() else ["The narration must be specified."]
    debits, credits = (sum(line.pence for line in after.lines if line.pence * sign > 0) for sign in (1, -1))
    if len(after.lines) < 2:
        found.append("At least two journal lines are required.")
    if debits + credits:
        found.append(f"The total debits ({money(debits):.2f}) must equal total credits ({money(credits):.2f})")
    if after.status == POSTED and any(not line.account for line in after.lines):
        found.append("Account must be specified.")
    return found + _closed(books, before, after)


def _closed(books: Books, before: Journal | None, after: Journal) -> list[str]:
    """What moves money must lie in an open period: on the day it has now, and on the day it had."""
    lock = books.locked_to
    posted = [one.on for one in (before, after) if one and one.status in (POSTED, VOIDED)]
    if lock is None or not posted or min(posted) > lock[0]:
        return []
    return [f"The document date cannot be before the {lock[1]} lock date, currently set at {lock[0]:%d-%b-%Y}"]


def _same(before: Journal, after: Journal) -> bool:
    parts = ("narration", "on", "lines", "status", "url", "line_amount_types", "on_cash_reports")
    return before.status in MOVES and all(getattr(before, name) == getattr(after, name) for name in parts)
