"""The queue's rows as HTML. Drawing 50 rows through a template costs more than the database: each row is one format here.

Every value that is not ours is escaped by `esc`; the formats hold no user text.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from html import escape as esc
from typing import Any

from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from heroicons.templatetags.heroicons import heroicon_mini

from exceptions_queue.catalogue import CATALOGUE, sentence
from exceptions_queue.queries import words
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
    "value_pence",
    "opened_at",
    "due_at",
    "snoozed_until",
    "state",
    "closed_at",
    "version",
)

_ROW = (
    '<tr id="case-{pk}"><td data-label="Due">{due}</td>'
    '<td data-label="Order">{subject}</td>'
    '<td><a class="case-link" href="{url}">{sentence}</a>'
    '<small class="case-do muted">{snooze}{what_to_do} <span class="mono">{code}</span></small></td>'
    '<td data-label="Owner">{owner}{person}</td>'
    '<td data-label="Value, age" class="num">{value}<small class="case-do muted">{age}</small></td></tr>'
)
_CHIP = '<span class="chip chip-{tone}" title="{title}">{icon}{text}</span>'
_TAKE = (
    '<button type="button" class="btn btn-quiet btn-small" hx-post="{url}take/" hx-target="#case-{pk}" hx-swap="outerHTML" '
    "hx-vals='{{\"version\": {version}}}'>Take</button>"
)
_DUE = {"late": ("bad", "exclamation-triangle"), "soon": ("warn", "clock"), "fine": ("ok", "check-circle")}
_STATES = {CaseState.CURED: ("ok", "check-circle", "Put right"), CaseState.WAIVED: ("quiet", "hand-raised", "Waived")}
_CLOSED = ("quiet", "x-circle", "Closed by hand")
_OWNERS = dict(Owner.choices)


def render(rows: Sequence[Mapping[str, Any]], *, now: datetime, base: str, may_take: bool) -> SafeString:
    """Rows of `COLUMNS` as table rows. `base` is the queue's own address."""
    here = now.astimezone(timezone.get_current_timezone())
    return mark_safe("".join([row(case, now=here, base=base, may_take=may_take) for case in rows]))  # noqa: S308 - escaped in row


def row(case: Mapping[str, Any], *, now: datetime, base: str, may_take: bool) -> str:
    """One row; its times are written in the time zone of `now`."""
    code, what_to_do = _of_code(case["code"])
    url = f"{base}{case['id']}/"
    return _ROW.format(
        pk=case["id"],
        due=_due(case, now),
        snooze=_snooze(case, now),
        subject=_subject(case),
        url=url,
        sentence=esc(sentence(case["code"], case["evidence"])),
        code=code,
        what_to_do=what_to_do,
        owner=_OWNERS.get(case["owner"], ""),
        person=_person(case, url, may_take=may_take),
        value=words.pounds(case["value_pence"]),
        age=words.span(now - case["opened_at"]),
    )


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


def _due(case: Mapping[str, Any], now: datetime) -> str:
    if case["state"] != CaseState.OPEN:
        return state_chip(case["state"], case["closed_at"])
    return due_chip(case["due_at"], now)


def _snooze(case: Mapping[str, Any], now: datetime) -> str:
    until = case["snoozed_until"]
    return f"{snooze_chip(until, now)} " if until and until > now and case["state"] == CaseState.OPEN else ""


def _subject(case: Mapping[str, Any]) -> str:
    text = esc(case["order_number"] or case["subject_label"])
    return f'<a class="mono" href="{esc(case["url"])}">{text}</a>' if case["url"] else text


def _person(case: Mapping[str, Any], url: str, *, may_take: bool) -> str:
    if case["assignee__username"]:
        return f" <strong>{esc(case['assignee__username'])}</strong>"
    if may_take and case["state"] == CaseState.OPEN:
        return " " + _TAKE.format(pk=case["id"], url=url, version=case["version"])
    return ""


@cache
def _of_code(code: str) -> tuple[str, str]:
    """What every row of a code says alike, escaped: the code and what to do."""
    kind = CATALOGUE.get(code)
    return esc(code), esc(kind.what_to_do) if kind else ""


@cache
def _icon(name: str) -> str:
    return str(heroicon_mini(name, size=16, aria_hidden="true"))
