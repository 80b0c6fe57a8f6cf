"""What goes wrong in a ledger beside the wire: a period that closes, a colleague who edits, a journal that is there twice, an amount
that is another one, an error inside a 200."""

from copy import deepcopy
from datetime import date
from typing import Any

from partners.sandbox.faults import Fault
from partners.sandbox.web import Reply, Request
from partners.sandbox.xero import journals as lines
from partners.sandbox.xero import shapes
from partners.sandbox.xero.books import Books, Journal
from partners.sandbox.xero.replies import Said, envelope, errors

SOMETHING = "An error occurred in Xero. Contact your system administrator if the problem persists"
MORE = 100


def close_period(books: Books, request: Request) -> None:
    """The month's end comes between the look and the write: the lock date moves to the day of what is being written."""
    books.period_lock = max([_day(books, request, said) for said in elements(request)], default=books.period_lock)


def refused_in_200(books: Books, request: Request, about: str) -> Reply:
    """Nothing is done, and only the element says so."""
    refused = {"StatusAttributeString": "ERROR", "ValidationErrors": errors(about or SOMETHING)}
    return envelope("ManualJournals", [_echo(said) | refused for said in elements(request)], books.world.now())


def after(books: Books, request: Request, fault: Fault, reply: Reply) -> Reply:
    """What happens to journals that have just been written."""
    if reply.status != 200 or fault.kind not in _AFTER:
        return reply
    written = shapes.read(reply.body).get("ManualJournals", [])
    if fault.kind == "other_content" and request.method == "GET":
        return _shown_otherwise(books, written)
    for one in [books.journals[said["ManualJournalID"]] for said in written if said.get("ManualJournalID") in books.journals]:
        _AFTER[fault.kind](books, one)
    if fault.kind != "other_content":
        return reply
    return envelope("ManualJournals", [lines.shown(books.journals[said["ManualJournalID"]], books) for said in written], books.world.now())


def edit(books: Books, one: Journal, pence: int = MORE) -> None:
    """Somebody changes the amount on both sides, in Xero itself."""
    one.lines = deepcopy(one.lines)
    for sign in (1, -1):
        line = next((line for line in one.lines if line.pence * sign > 0), None)
        if line:
            line.pence += sign * pence
    one.updated_at = books.now()


def double(books: Books, one: Journal) -> None:
    """The same once more, under another id."""
    twin = deepcopy(one)
    twin.id, twin.updated_at = books.next_id(), books.now()
    books.journals[twin.id] = twin


def elements(request: Request) -> list[Said]:
    """The journals of a body; none where it cannot be read."""
    try:
        said = shapes.read(request.body)
        return [one for one in said["ManualJournals"] if isinstance(one, dict)]
    except (ValueError, KeyError, TypeError):
        return []


def _day(books: Books, request: Request, said: Said) -> date:
    named = said.get("ManualJournalID", request.path.rpartition("/")[2])
    there = books.journals.get(named)
    return date.fromisoformat(said["Date"]) if "Date" in said else there.on if there else books.today()


def _echo(said: Said) -> Said:
    kept = {name: said[name] for name in ("Narration", "ManualJournalID", "Status") if name in said}
    return kept | {"JournalLines": []}


def _shown_otherwise(books: Books, written: list[Said]) -> Reply:
    """The books are right; what they show is not."""
    shown = []
    for said in written:
        one = deepcopy(books.journals[said["ManualJournalID"]])
        stamped = one.updated_at
        edit(books, one)
        one.updated_at = stamped
        shown.append(lines.shown(one, books))
    return envelope("ManualJournals", shown, books.world.now())


_AFTER: dict[str, Any] = {"edited_after": edit, "doubled": double, "other_content": edit}
