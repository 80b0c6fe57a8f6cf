"""The words of the messages to customers: those in force, who chose them, and every version."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import OuterRef, Subquery

from exceptions_queue.queries import words as told
from orders.models import MessageTemplate
from orders.rules.templates import TEMPLATES
from orders.rules.wording import Template, Words

VERSIONS = 20  # a page of them


@dataclass(frozen=True)
class Version:
    """One version of the words. `who` and `when` are "" of the delivered ones, version 0."""

    number: int
    words: Words
    who: str = ""
    when: str = ""
    full: str = ""


def in_force() -> dict[str, Words]:
    """{name: the words as they stand}. One statement."""
    delivered = {name: template.words for name, template in TEMPLATES.items()}
    return delivered | {row.name: _words(row) for row in _newest()}


def listed(*, at: datetime) -> list[tuple[Template, Version]]:
    """Every message with the version in force. One statement."""
    rows = {row.name: row for row in _newest()}
    return [(template, _version(rows[name], at) if name in rows else _delivered(template)) for name, template in TEMPLATES.items()]


def current(template: Template, *, at: datetime) -> Version:
    """The version in force of one message. One statement."""
    row = MessageTemplate.objects.filter(name=template.name).select_related("by").order_by("-version").first()
    return _version(row, at) if row else _delivered(template)


def version_of(template: Template, number: int, *, at: datetime) -> Version | None:
    """One version; None where there is none of this number. One statement, none for the delivered one."""
    if number == 0:
        return _delivered(template)
    row = MessageTemplate.objects.filter(name=template.name, version=number).select_related("by").first()
    return _version(row, at) if row else None


def versions(template: Template, *, page: int, at: datetime) -> tuple[list[Version], bool]:
    """A page of the versions, the newest first and the delivered one last, and whether there are more. One statement."""
    start = (page - 1) * VERSIONS
    rows = MessageTemplate.objects.filter(name=template.name).select_related("by").order_by("-version")
    found = [_version(row, at) for row in rows[start : start + VERSIONS + 1]]
    if len(found) > VERSIONS:
        return found[:VERSIONS], True
    return [*found, _delivered(template)], False


def _newest() -> list[MessageTemplate]:
    """The newest row of each name that has one."""
    newest = MessageTemplate.objects.filter(name=OuterRef("name")).order_by("-version").values("version")[:1]
    return list(MessageTemplate.objects.filter(version=Subquery(newest)).select_related("by"))


def _words(row: MessageTemplate) -> Words:
    return Words(row.subject, row.body)


def _delivered(template: Template) -> Version:
    return Version(0, template.words)


def _version(row: MessageTemplate, at: datetime) -> Version:
    who = told.name_of(row.by) if row.by else "Lockstep"
    return Version(row.version, _words(row), who, told.moment(row.at, at), told.full(row.at))
