"""The queue's rows as HTML. Drawing 50 rows through a template costs more than the database: each row is one format here.

Every value that is not ours is escaped by `esc`; the formats hold no user text.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from html import escape as esc
from typing import Any

from django.utils.safestring import SafeString, mark_safe
from heroicons.templatetags.heroicons import heroicon_mini

from exceptions_queue.catalogue import CATALOGUE, sentence
from exceptions_queue.queries import words
from exceptions_queue.queries.presence import Looks
from exceptions_queue.states import CaseState, Owner

COLUMNS = (
    "id",
    "code",
    "evidence",
    "order_number",
    "subject_label",
    "url",
    "owner",
    "assignee__username",
    "assignee__first_name",
    "assignee__last_name",
    "value_pence",
    "opened_at",
    "due_at",
    "snoozed_until",
    "waiting_since",
    "waiting_until",
    "state",
    "closed_at",
    "version",
)

_ROW = (
    '<tr id="case-{pk}" data-v="{version}"{marks}>'
    '<td class="pick"><label><input type="checkbox" name="ids" value="{pk}"><span class="sr-only">Pick {plain}</span></label></td>'
    '<td class="due">{due}</td><td class="order">{subject}</td>'
    '<td class="what"><div><a class="case-link" href="{url}" title="{sentence}">{sentence_html}</a>'
    '<small class="case-do">{flags}<span class="nr mono">{plain}</span> {what_to_do}</small><span class="eyes">{eyes}</span></div></td>'
    '<td class="owner"><div><span class="desk-name">{owner}</span>{person}</div></td>'
    '<td class="num"><span>{value}</span><small>{age}</small></td></tr>'
)
_DUE_CELL = '<span class="left left-{tone}" title="{title}">{icon}<span><b>{left}</b><small>{word}</small></span></span>'
_CHIP = '<span class="chip chip-{tone}" title="{title}">{icon}{text}</span>'
_FLAG = '<span class="flag" title="{title}">{icon}{text}</span> '
_FACE = '<span class="avatar" title="{name}" aria-hidden="true">{initials}</span><strong class="name">{name}</strong>'
_EYE = (
    '<span class="eye" title="{name} is looking at it"><span class="sr-only">{name} is looking at it</span>'
    '<i class="avatar" aria-hidden="true">{initials}</i></span>'
)
_TAKE = (
    '<button type="button" class="btn btn-small take" hx-post="{url}take/" hx-target="#case-{pk}" hx-swap="outerHTML" '
    'hx-params="version" hx-vals=\'{{"version": {version}}}\'>Take<span class="sr-only"> {plain}</span></button>'
)
_DUE = {"late": ("bad", "exclamation-triangle"), "soon": ("warn", "clock"), "fine": ("ok", "check-circle")}
_STATES = {CaseState.CURED: ("ok", "check-circle", "Put right"), CaseState.WAIVED: ("quiet", "hand-raised", "Waived")}
_CLOSED = ("quiet", "x-circle", "Closed by hand")
_OWNERS = dict(Owner.choices)
_CUTS = (": ", ", so ", " (InPost ", ", and InPost ")  # what comes after is why it matters: it gives way where there is no room


@dataclass(frozen=True)
class Ink:
    """What a row is drawn with beside the case: the time (in the zone it is written in), the queue's address, who reads it, who looks."""

    now: datetime
    base: str
    may_take: bool = False
    looks: Looks = field(default_factory=Looks)


def render(rows: Sequence[Mapping[str, Any]], ink: Ink) -> SafeString:
    """Rows of `COLUMNS` as table rows."""
    return mark_safe("".join([row(case, ink) for case in rows]))  # noqa: S308 - escaped in row


def row(case: Mapping[str, Any], ink: Ink) -> str:
    """One row; its times are written in the time zone of `ink.now`."""
    url, plain = f"{ink.base}{case['id']}/", esc(case["order_number"] or case["subject_label"])
    said = esc(sentence(case["code"], case["evidence"]))
    return _ROW.format(
        pk=case["id"],
        version=case["version"],
        marks=_marks(case, ink),
        plain=plain,
        due=due_cell(case, ink.now),
        flags=_flags(case, ink),
        subject=_subject(case, plain),
        url=url,
        sentence=said,
        sentence_html=_with_its_why(said),
        what_to_do=_what_to_do(case["code"]),
        owner=_OWNERS.get(case["owner"], ""),
        person=_person(case, url, plain, may_take=ink.may_take),
        value=words.pounds(case["value_pence"]),
        age=words.brief(ink.now - case["opened_at"]),
        eyes=eyes(ink.looks.here.get(case["id"], ())),
    )


def due_cell(case: Mapping[str, Any], now: datetime) -> str:
    """The minutes left with icon and word, in two short lines; how it ended where it is closed."""
    if case["state"] != CaseState.OPEN:
        tone, icon, word = _STATES.get(CaseState(case["state"]), _CLOSED)
        at = case["closed_at"]
        told = (
            {"left": at.astimezone(now.tzinfo).strftime("%H:%M"), "title": words.full(at, now.tzinfo)} if at else {"left": "", "title": ""}
        )
        return _DUE_CELL.format(tone=tone, icon=_icon(icon), word=word, **told)
    due = words.due(case["due_at"], now)
    tone, icon = _DUE[due.band]
    return _DUE_CELL.format(
        tone=tone, title=f"Due {words.full(case['due_at'], now.tzinfo)}", icon=_icon(icon), left=due.left, word=due.word
    )


def eyes(names: Sequence[str]) -> str:
    """Who looks at it now: initials in a ring, the names for whoever hovers or listens."""
    return "".join(_EYE.format(name=esc(name), initials=esc(words.initials(*name.split(" ", 1)))) for name in names[:3])


def due_chip(due_at: datetime, now: datetime) -> SafeString:
    """Icon, word and minutes; the absolute time on hover."""
    due = words.due(due_at, now)
    tone, icon = _DUE[due.band]
    return _chip(tone=tone, title=f"Due {words.full(due_at, now.tzinfo)}", icon=_icon(icon), text=f"{due.word} {due.left}")


def state_chip(state: str, closed_at: datetime | None) -> SafeString:
    """How a closed case ended."""
    tone, icon, text = _STATES.get(CaseState(state), _CLOSED)
    return _chip(tone=tone, title=words.full(closed_at) if closed_at else "", icon=_icon(icon), text=text)


def snooze_chip(until: datetime, now: datetime) -> SafeString:
    return _chip(tone="quiet", title=words.full(until), icon=_icon("moon"), text=f"Snoozed until {words.moment(until, now)}")


def _chip(**parts: str) -> SafeString:
    return mark_safe(_CHIP.format(**parts))  # noqa: S308 - words and times of ours


def _marks(case: Mapping[str, Any], ink: Ink) -> str:
    """Unread until this person has looked at it."""
    return "" if case["id"] in ink.looks.seen or not ink.looks.asked else ' class="unread"'


def _flags(case: Mapping[str, Any], ink: Ink) -> str:
    """What is special about it: changed since this person looked, put aside, waiting for the customer."""
    flags = ""
    if ink.looks.seen.get(case["id"], case["version"]) < case["version"]:
        flags += _FLAG.format(title="Changed since you looked at it", icon=_icon("sparkles"), text="Updated")
    if case["state"] != CaseState.OPEN:
        return flags
    until = case["snoozed_until"]
    if until and until > ink.now:
        flags += _FLAG.format(title=words.full(until), icon=_icon("moon"), text=f"Snoozed until {words.moment(until, ink.now)}")
    if case["waiting_since"]:
        title = f"It comes back {words.full(case['waiting_until'])}" if case["waiting_until"] else ""
        flags += _FLAG.format(title=title, icon=_icon("chat-bubble-left-ellipsis"), text="Waiting for the customer")
    return flags


def clause(said: str) -> str:
    """What is wrong, without why it matters."""
    places = [place for cut in _CUTS if (place := said.find(cut)) > 0]
    return said[: min(places)] if places else said


def _with_its_why(said: str) -> str:
    """The sentence, with the part that gives way where there is no room marked. `said` is escaped."""
    short = clause(said)
    return f'{short}<span class="why">{said[len(short) :]}</span>' if short != said else said


def _subject(case: Mapping[str, Any], text: str) -> str:
    return f'<a class="mono" href="{esc(case["url"])}">{text}</a>' if case["url"] else f"<span>{text}</span>"


def _person(case: Mapping[str, Any], url: str, plain: str, *, may_take: bool) -> str:
    username = case["assignee__username"]
    if username:
        first, last = case["assignee__first_name"], case["assignee__last_name"]
        name = f"{first} {last}".strip() or username
        return _FACE.format(name=esc(name), initials=esc(words.initials(first, last, username)))
    if may_take and case["state"] == CaseState.OPEN:
        return _TAKE.format(pk=case["id"], url=url, version=case["version"], plain=plain)
    return ""


@cache
def _what_to_do(code: str) -> str:
    kind = CATALOGUE.get(code)
    return esc(kind.what_to_do) if kind else ""


@cache
def _icon(name: str) -> str:
    return str(heroicon_mini(name, size=16, aria_hidden="true"))
