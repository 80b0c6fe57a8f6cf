"""The journals of a month, line by line: what was sent, and what the ledger shows."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet

from exceptions_queue.queries import sheets
from returns.models import Journal
from returns.queries.desk.words import by_sides
from returns.queries.register import dated_in, in_parts, of_month, pounds

HEAD = (
    *("Key", "Kind", "State", "Dated", "Narration", "Total (GBP)", "Side", "Account", "Debit (GBP)", "Credit (GBP)", "Memo"),
    *("Ledger number", "Ledger id", "Ledger status", "Made at", "Posted at", "Verified at"),
    *("Lines hash", "Shown hash", "Reverses", "Why"),
)


def ids_of(month: date) -> list[int]:
    """The journals dated in the month, and those of the register's write-offs whenever they are dated. One statement."""
    register = of_month(month).order_by()
    linked = Q(pk__in=register.values("journal")) | Q(pk__in=register.values("reversal"))
    return list(Journal.objects.filter(dated_in(month, "post_on") | linked).order_by("post_on", "key").values_list("pk", flat=True))


def lines(ids: Sequence[int]) -> Iterator[str]:
    """A CSV line for each line of each journal, "sent" as it left here and "shown" as the ledger last showed it. One statement per 500."""
    found = Journal.objects.select_related("reverses")
    return sheets.lines(HEAD, (row for part in in_parts(ids) for row in _rows(found, part)))


def _rows(found: QuerySet[Journal], part: Sequence[int]) -> Iterator[list[Any]]:
    rows = found.in_bulk(list(part))
    for journal in (rows[pk] for pk in part if pk in rows):
        for line in journal.lines:
            yield _row(journal, "sent", journal.post_on, line)
        for line in map(by_sides, journal.shown.get("lines", [])):
            yield _row(journal, "shown", journal.shown.get("on", ""), line)


def _row(one: Journal, side: str, on: object, line: Mapping[str, Any]) -> list[Any]:
    named = [one.key, one.get_kind_display(), one.get_state_display(), on, one.narration, pounds(one.total_pence)]
    money = [pounds(line["debit_pence"]), pounds(line["credit_pence"])]
    theirs = [one.number, one.external_id, one.status, one.made_at, one.posted_at, one.verified_at]
    after = [one.lines_hash, one.shown_hash, one.reverses.key if one.reverses else "", one.why]
    return [*named, side, line["account"], *money, line.get("memo", ""), *theirs, *after]
