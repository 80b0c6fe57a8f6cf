"""What is written into the books: one element or several, all of them or none, or each by itself with `summarizeErrors=false`."""

from collections.abc import Callable
from typing import Any

from partners.sandbox.web import Reply, Request
from partners.sandbox.xero import credits, shapes
from partners.sandbox.xero import journals as lines
from partners.sandbox.xero.books import Books
from partners.sandbox.xero.replies import Said, envelope, errors, invalid, missing, unreadable

Element = tuple[Any, list[str]]
ONE_BY_ONE = ("false", "False")


def journals(books: Books, request: Request, _: str) -> Reply:
    return _read(request, shapes.JOURNALS, lambda said: _journals(books, request, said["ManualJournals"]))


def journal(books: Books, request: Request, named: str) -> Reply:
    """One by the id of the address, which the body may repeat and not contradict."""

    def write(said: Said) -> Reply:
        one = said["ManualJournals"]
        if len(one) != 1 or one[0].get("ManualJournalID", named).lower() != named.lower():
            return unreadable("Exactly one ManualJournal with the ManualJournalID of the address is expected")
        if named.lower() not in books.journals:
            return missing()
        return _journals(books, request, [one[0] | {"ManualJournalID": named.lower()}])

    return _read(request, shapes.JOURNALS, write)


def _journals(books: Books, request: Request, said: list[Said]) -> Reply:
    done = [lines.written(books, one, create=request.method == "PUT") for one in said]
    return _settle(
        books,
        request,
        "ManualJournals",
        [(one, one.problems) for one in done],
        lambda one: lines.keep(books, one),
        lambda one: lines.shown(one.journal, books, written=one),
    )


def notes(books: Books, request: Request, _: str) -> Reply:
    return _read(request, shapes.NOTES, lambda said: _notes(books, request, said["CreditNotes"]))


def note(books: Books, request: Request, named: str) -> Reply:
    def write(said: Said) -> Reply:
        if named not in books.notes:
            return missing()
        return _notes(books, request, [one | {"CreditNoteID": named} for one in said["CreditNotes"]])

    return _read(request, shapes.NOTES, write)


def _notes(books: Books, request: Request, said: list[Said]) -> Reply:
    done = [credits.written(books, one, create=request.method == "PUT") for one in said]
    problems = {id(one): why for one, why in done}
    return _settle(
        books,
        request,
        "CreditNotes",
        list(done),
        lambda one: credits.keep(books, one),
        lambda one: credits.shown(one, problems=problems[id(one)]),
    )


def allocations(books: Books, request: Request, named: str) -> Reply:
    """One after the other; the first that cannot be made ends it."""

    def write(said: Said) -> Reply:
        one = books.notes.get(named)
        if one is None:
            return missing()
        made = []
        for wanted in said["Allocations"]:
            allocation, problems = credits.allocated(books, one, wanted)
            if allocation is None:
                return invalid([{"ValidationErrors": errors(*problems)}])
            made.append(credits.allocation(one, allocation))
        return envelope("Allocations", made, books.world.now())

    return _read(request, shapes.ALLOCATIONS, write)


def _read(request: Request, shape: shapes.Check, write: Callable[[Said], Reply]) -> Reply:
    try:
        said = shapes.read(request.body)
    except ValueError as error:
        return unreadable(f"Invalid Json data: {error}")
    fault = shape(said, "$")
    return unreadable(fault) if fault else write(said)


def _settle(
    books: Books,
    request: Request,
    name: str,
    done: list[Element],
    keep: Callable[[Any], None],
    show: Callable[[Any], Said],
) -> Reply:
    """Keep what is right. Unless they are wanted one by one, a single refusal refuses all."""
    one_by_one = request.one("summarizeErrors") in ONE_BY_ONE
    if not one_by_one and any(problems for _, problems in done):
        return invalid([show(one) for one, _ in done])
    for one, problems in done:
        if not problems:
            keep(one)
    shown = [show(one) for one, _ in done]
    if one_by_one:
        shown = [{"StatusAttributeString": "OK"} | one for one in shown]
    return envelope(name, shown, books.world.now())
