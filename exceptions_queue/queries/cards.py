"""Cards over the list: what one cause is, in a sentence, how many cases it has, and by when the first is due."""

from dataclasses import dataclass
from datetime import datetime

from exceptions_queue.catalogue import sentence
from exceptions_queue.queries import words
from exceptions_queue.queries.causes import Cause, causes
from exceptions_queue.queries.rows import clause

_NAMES = ("locker", "method", "partner", "feed")


@dataclass(frozen=True)
class Card:
    """`key` is the cause's own, for the acts on all of its cases."""

    key: str
    code: str
    title: str
    count: str
    value: str
    due: str
    band: str
    url: str


def shown(owners: frozenset[str], *, at: datetime) -> list[Card]:
    """The largest causes of these desks, or of all. One statement."""
    return [_card(cause, at) for cause in causes(owners=owners)]


def _card(cause: Cause, at: datetime) -> Card:
    evidence = {"field": cause.key.split(":")[1], "fault": cause.fault.replace(" ", "_")} | dict.fromkeys(_NAMES, cause.blamed)
    said = clause(sentence(cause.code, evidence)) if cause.fault or cause.blamed else cause.title
    due = words.due(cause.earliest_due_at, at)
    when = f"late by {due.left}" if due.band == "late" else f"earliest due {words.moment(cause.earliest_due_at, at)}"
    return Card(cause.key, cause.code, said, f"{cause.count:,}", words.pounds(cause.value_pence), when, due.band, cause.url)
