"""Show me: what one mapping meant, version by version, and how two of them differ."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.contenttypes.models import ContentType

from exceptions_queue.models import AuditEntry
from exceptions_queue.queries import words
from partners.models import CodeMapping
from partners.queries.mappings import means
from partners.queries.words import clock_time

SAID = {"": "no", "True": "yes", "False": "no"}
MOST = 200


@dataclass(frozen=True)
class Version:
    """What it meant from `when` on; `when`, `who` and `why` are "" of what it meant before anybody changed it."""

    number: int
    target: str
    flags: dict[str, Any]
    when: str = ""
    full: str = ""
    who: str = ""
    why: str = ""

    @property
    def means(self) -> str:
        return means(self.target, self.flags)


@dataclass(frozen=True)
class Line:
    """One part of the meaning in both versions."""

    name: str
    was: str
    becomes: str

    @property
    def differs(self) -> bool:
        return self.was != self.becomes


def versions(mapping: CodeMapping, at: datetime) -> list[Version]:
    """The latest 200, the newest first, by the audit log. One statement."""
    ours = AuditEntry.objects.filter(subject_type=ContentType.objects.get_for_model(CodeMapping), subject_id=mapping.pk)
    entries = list(ours.filter(verb="mapping changed").order_by("-id")[:MOST])
    told = [_version(mapping.version - age, entry, at) for age, entry in enumerate(entries)]
    first = entries[-1].before if entries else {"target": mapping.target, "flags": mapping.flags}
    return [*told, Version(mapping.version - len(entries), str(first.get("target", "")), first.get("flags") or {})]


def _version(number: int, entry: AuditEntry, at: datetime) -> Version:
    meaning = (str(entry.after.get("target", "")), entry.after.get("flags") or {})
    return Version(number, *meaning, clock_time(entry.at, at), words.full(entry.at), entry.actor_label, entry.reason)


def compared(was: Version, becomes: Version) -> list[Line]:
    """Part by part, those that are the same too."""
    names = sorted({*was.flags, *becomes.flags})
    parts = [Line("means", _said(was.target) or "unmapped", _said(becomes.target) or "unmapped")]
    return parts + [Line(name, *(_flag(version.flags, name) for version in (was, becomes))) for name in names]


def _flag(flags: dict[str, Any], name: str) -> str:
    value = str(flags[name]) if name in flags else "not said"
    return SAID.get(value) or _said(value)


def _said(value: str) -> str:
    return value.replace("_", " ")
