"""The cases to show: the base of every list, and everything one case's page says."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias, cast
from urllib.parse import urlencode

from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.db.models import Q, QuerySet
from django.urls import NoReverseMatch, reverse

from exceptions_queue.catalogue import CATALOGUE, Fix, sentence
from exceptions_queue.models import AuditEntry, CaseNote, ExceptionCase
from exceptions_queue.queries import words
from exceptions_queue.queries.rail import CAP, capped
from exceptions_queue.queries.rows import COLUMNS
from exceptions_queue.states import CaseState

Rows: TypeAlias = "QuerySet[ExceptionCase, dict[str, Any]]"
TIMELINE = 60  # newest entries shown on a case

_NOT_TOLD = {"set", "note", "hold", "state"}  # what the verb says already, and ids that mean nothing to a reader
_VERBS = {
    "case cured": "found it put right and closed the case",
    "case assigned": "assigned the case",
    "case unassigned": "gave the case back",
    "case snoozed": "put the case aside",
    "case woken": "ended the snooze",
    "case waived": "waived the case",
    "case closed by hand": "closed the case by hand",
    "case reopened": "opened the case again",
    "case waits for the customer": "asked the customer and paused the clock",
    "case resumed": "went on with the case",
    "case handed over": "handed the case over",
    "act taken back": "took the last act back",
    "bulk act undone": "took an act on many cases back",
}
_KEYS = {"orders:change-locker": "l"}  # fixes that have a letter of their own; the others go by their number
_ARGUMENTS = {"number": "number", "sku": "sku", "run": "pk", "rfid": "rfid", "return": "acs_id", "reference": "reference"}


@dataclass(frozen=True)
class Link:
    """One fix of this very case. A fragment is loaded into the page; anything else is a page of its own."""

    label: str
    url: str
    fragment: bool
    danger: bool
    key: str = ""


@dataclass(frozen=True)
class Event:
    """One line of the timeline."""

    at: datetime
    who: str
    what: str
    detail: str = ""
    is_note: bool = False


def rows() -> Rows:
    """Cases as the queue draws them: mappings of `COLUMNS`."""
    return cast(Rows, ExceptionCase.objects.values(*COLUMNS))


def case_of(pk: int) -> ExceptionCase | None:
    return ExceptionCase.objects.select_related("assignee", "closed_by", "waiting_by", "subject_type").filter(pk=pk).first()


def fixes(case: ExceptionCase, *, may: Callable[[str], bool]) -> list[Link]:
    """How a person with these permissions puts this case right, the primary fix first; one for each product that the evidence names."""
    kind = CATALOGUE.get(case.code)
    return [link for fix in (kind.fixes if kind else ()) if may(fix.permission) for link in _links(fix, case)]


def _links(fix: Fix, case: ExceptionCase) -> Iterator[Link]:
    arguments = _targets(fix, case)
    for argument in arguments:
        try:
            url = reverse(fix.url_name, kwargs={_ARGUMENTS[fix.takes]: argument} if fix.takes else None)
        except NoReverseMatch:  # a SKU or number that no address can hold: the other fixes remain
            continue
        label = f"{fix.label}: {argument}" if len(arguments) > 1 else fix.label
        yield Link(label=label, url=url, fragment=fix.fragment, danger=fix.danger, key=_KEYS.get(fix.url_name, ""))


def recheck(case: ExceptionCase) -> str:
    """Where this case is checked again; "" where that is not asked for by hand."""
    kind = CATALOGUE.get(case.code)
    try:
        return reverse(kind.recheck, kwargs={"number": case.order_number}) if kind and kind.recheck and case.order_number else ""
    except NoReverseMatch:
        return ""


def _targets(fix: Fix, case: ExceptionCase) -> list[Any]:
    """What the fix's address is about; nothing where the case does not say, [None] where it needs no argument."""
    named = {
        "": [None],
        "number": [case.order_number],
        "sku": case.evidence.get("skus") or [case.evidence.get("sku")],
        "run": [case.evidence.get("run")],
        "rfid": [case.evidence.get("rfid")],
        "return": [case.evidence.get("return")],
        "reference": [case.evidence.get("reference")],
    }[fix.takes]
    return [argument for argument in named if argument or not fix.takes]


@dataclass(frozen=True)
class Related:
    """Other open cases that have something in common with this one: the list of exactly those. `count` is "" where it is not counted."""

    label: str
    url: str
    count: str = ""


def related(case: ExceptionCase) -> list[Related]:
    """By cause and by order, counted in one statement; by customer and locker, where to look."""
    base = reverse("queue:list")
    same_cause, same_order = _in_common(case)
    found = []
    if same_cause > 1:
        found.append(Related("Same cause", f"{base}?{urlencode({'cause': case.cause_key})}", capped(same_cause)))
    if same_order > 1:
        found.append(Related("Same order", f"{base}?{urlencode({'order': case.order_number})}", capped(same_order)))
    if case.customer_key:
        found.append(Related("Same customer", f"{base}?customer={case.pk}"))
    if case.locker_id:
        found.append(Related("Same locker", f"{base}?{urlencode({'q': case.locker_id})}"))
    return found


def _in_common(case: ExceptionCase) -> tuple[int, int]:
    """How many open cases share the cause and the order, this one included."""
    with connection.cursor() as cursor:
        cursor.execute(_IN_COMMON, [case.cause_key, case.order_number])
        cause, order = cursor.fetchone()
    return (cause if case.cause_key else 0), (order if case.order_number else 0)


_OPEN = f"SELECT 1 FROM {ExceptionCase._meta.db_table} WHERE state = '{CaseState.OPEN.value}'"  # noqa: S608 - ours only
_IN_COMMON = (
    f"SELECT (SELECT count(*) FROM ({_OPEN} AND cause_key = %s LIMIT {CAP + 1}) AS cause), "  # noqa: S608 - ours only
    f"(SELECT count(*) FROM ({_OPEN} AND order_number = %s AND order_number <> '' LIMIT {CAP + 1}) AS orders)"
)


def evidence(case: ExceptionCase) -> list[tuple[str, str]]:
    """The evidence as words: names and fault classes, never a customer's data."""
    return [
        (words.capitalised(name.replace("_", " ")), _plain(name, value))
        for name, value in sorted(case.evidence.items())
        if value not in ("", None, [])
    ]


def _plain(name: str, value: Any) -> str:
    """Our own words lose their underscores; a partner's name or a SKU stays as it is."""
    text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    return text.replace("_", " ") if name in ("field", "fault") else text


def timeline(case: ExceptionCase) -> list[Event]:
    """What happened to the case and to its subject, and what people wrote, newest first. Two statements."""
    events = [_event(entry) for entry in _entries(case)[:TIMELINE]]
    events += [_note(note) for note in CaseNote.objects.filter(case=case).select_related("author").order_by("-id")[:TIMELINE]]
    events.append(Event(case.opened_at, "Lockstep", "opened the case", sentence(case.code, case.evidence)))
    return sorted(events, key=lambda event: event.at, reverse=True)


def _entries(case: ExceptionCase) -> QuerySet[AuditEntry]:
    own = Q(subject_type=ContentType.objects.get_for_model(ExceptionCase), subject_id=case.pk)
    subject = Q(subject_type=case.subject_type_id, subject_id=case.subject_id)
    return AuditEntry.objects.filter(own | subject).exclude(verb="note added").order_by("-id")


def _event(entry: AuditEntry) -> Event:
    who = "Lockstep" if entry.actor_label.startswith("system:") else entry.actor_label
    return Event(entry.at, who, _VERBS.get(entry.verb, entry.verb), "; ".join(filter(None, [changes(entry.after), entry.reason])))


def told(entry: AuditEntry) -> str:
    """What an entry says was done, with what it changed in brackets."""
    verb, changed = _VERBS.get(entry.verb, entry.verb), changes(entry.after)
    return f"{verb} ({changed})" if changed else verb


def _note(note: CaseNote) -> Event:
    return Event(note.written_at, note.author.get_username() if note.author else "Somebody", "wrote", note.text, is_note=True)


def changes(after: Mapping[str, Any]) -> str:
    """What an act changed: the fields by name, with the new value only where it is not personal."""
    return ", ".join(_change(name, value) for name, value in sorted(after.items()) if name not in _NOT_TOLD and value is not None)


def _change(name: str, value: Any) -> str:
    field = name.replace("_", " ")
    if isinstance(value, str) and value.startswith("hmac:"):
        return field
    return f"{field}: {_when(value)}"


def _when(value: Any) -> str:
    """An instant as people write it, the names of a list one after the other; anything else as it is."""
    if isinstance(value, list):
        return ", ".join(str(item).replace("_", " ") for item in value)
    try:
        return words.full(datetime.fromisoformat(value)) if isinstance(value, str) and "T" in value else str(value)
    except ValueError:
        return str(value)


def last_act(case: ExceptionCase) -> AuditEntry | None:
    """The newest act on the case itself: what the second person to save has to know."""
    own = AuditEntry.objects.filter(subject_type=ContentType.objects.get_for_model(ExceptionCase), subject_id=case.pk)
    return own.exclude(verb="note added").order_by("-id").first()
