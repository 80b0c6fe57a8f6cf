"""Cards over the list: what one cause is, in a sentence, how many cases it has, and by when the first is due."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import urlencode

from django.urls import reverse

from exceptions_queue.catalogue import CATALOGUE, sentence
from exceptions_queue.catalogue.kinds import CHECK_AGAIN, NEEDS, BulkFix
from exceptions_queue.queries import words
from exceptions_queue.queries.causes import Cause, causes
from exceptions_queue.queries.rows import clause

_NAMES = ("locker", "method", "partner", "feed")


@dataclass(frozen=True)
class Card:
    """`question` finds its cases, for the acts on all of them."""

    question: str
    code: str
    title: str
    count: str
    value: str
    due: str
    band: str
    url: str
    fix: str = ""
    fix_url: str = ""


def shown(owners: frozenset[str], *, may: Callable[[str], bool], at: datetime) -> list[Card]:
    """The largest causes of these desks, or of all, for a person with these permissions. One statement."""
    return [_card(cause, may, at) for cause in causes(owners=owners)]


def _card(cause: Cause, may: Callable[[str], bool], at: datetime) -> Card:
    evidence = {"field": cause.key.split(":")[1], "fault": cause.fault.replace(" ", "_")} | dict.fromkeys(_NAMES, cause.blamed)
    said = clause(sentence(cause.code, evidence)) if cause.fault or cause.blamed else cause.title
    due = words.due(cause.earliest_due_at, at)
    when = f"late by {due.left}" if due.band == "late" else f"earliest due {words.moment(cause.earliest_due_at, at)}"
    fix = _fix(cause.code, may)
    card = Card(cause.question, cause.code, said, f"{cause.count:,}", words.pounds(cause.value_pence), when, due.band, cause.url)
    return replace(card, fix=fix.label, fix_url=_address(fix, cause.question)) if fix else card


def _fix(code: str, may: Callable[[str], bool]) -> BulkFix | None:
    """The best way to put all of them right that this person may go: whoever may fix one may fix many."""
    kind = CATALOGUE.get(code)
    if kind is None or not kind.all_bulk_fixes:
        return None
    first = kind.all_bulk_fixes[0]
    needed = NEEDS["orders:recheck"] if first == CHECK_AGAIN or not kind.fixes else kind.fixes[0].permission
    return first if may(needed) else None


def _address(fix: BulkFix, question: str) -> str:
    address = reverse(fix.url_name)
    return f"{address}?{urlencode({'kind': fix.kind, 'all': 1})}&{question}" if fix.kind else address
