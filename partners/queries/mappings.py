"""The mappings of one kind: what is new on top, then what is known, and who changed what."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import Count, Q
from django.utils.module_loading import import_string

from exceptions_queue.models import AuditEntry
from exceptions_queue.queries import words
from partners.mappings import fold, statuses
from partners.models import CodeMapping
from partners.queries.likeness import Offer, likest
from partners.queries.words import clock_time

Kind = CodeMapping.Kind
PARTNER = "acs"  # every kind of this editor is about ACS
MOST_ROWS, MOST_CHANGES = 300, 12

# What follows for orders while a code of this kind has no meaning.
UNTIL_MAPPED = {
    Kind.DELIVERY_METHOD: "Orders that use an unmapped one are held until you map it.",
    Kind.ORDER_STATUS: "Orders with an unmapped one are shown with ACS's own word until you map it.",
    Kind.STOCK_STATUS: "Garments with an unmapped one are not sellable until you map it.",
    Kind.GRADE: "Returned garments with an unmapped one are shown with ACS's own word, and none is written off, until you map it.",
}
# What an unmapped code may turn out to mean besides what others mean already: a room above us owns the words, known by name.
WORDS = {Kind.STOCK_STATUS: ("inventory.states.ItemState", {"sellable": False, "bucket": "quality_control"})}


@dataclass(frozen=True)
class Row:
    """One code with what it means, ready to print. `looks_like` is an offer, never taken by itself."""

    mapping: CodeMapping
    seen: str
    changed: str
    looks_like: str = ""
    offer: Offer | None = None

    @property
    def is_new(self) -> bool:
        return not self.mapping.target

    @property
    def means(self) -> str:
        return means(self.mapping.target, self.mapping.flags)


@dataclass(frozen=True)
class Change:
    """One saved change of a mapping, as the audit record has it."""

    when: str
    full: str
    who: str
    what: str
    why: str


def rows(kind: str, at: datetime) -> list[Row]:
    """The codes of one kind: unmapped ones first, those seen most on top. One statement."""
    found = CodeMapping.objects.filter(partner=PARTNER, kind=kind).select_related("changed_by").order_by("raw")[:MOST_ROWS]
    known = _known(kind, found)
    shown = [_row(mapping, at, known) for mapping in found]
    return sorted(shown, key=lambda row: (not row.is_new, -row.mapping.seen_count if row.is_new else 0))


def _known(kind: str, found: Iterable[CodeMapping]) -> list[Offer]:
    """What an unmapped code of a kind may be offered: what the known ones mean, then our own words for it."""
    if kind not in WORDS:
        return []
    path, flags = WORDS[Kind(kind)]
    known = [Offer(mapping.raw, mapping.target, mapping.flags) for mapping in found if mapping.target]
    return known + [Offer(label, value, flags) for value, label in import_string(path).choices]


def _row(mapping: CodeMapping, at: datetime, known: list[Offer]) -> Row:
    changed = f"{clock_time(mapping.changed_at, at)} by {mapping.changed_by or 'Lockstep'}" if mapping.changed_at else ""
    offer = None if mapping.target else likest(mapping.raw, known)
    return Row(mapping, seen(mapping, at), changed, looks_like(mapping), offer)


def seen(mapping: CodeMapping, at: datetime) -> str:
    """ "14 times since 08:40, last 09:12"."""
    if not mapping.seen_count or mapping.first_seen_at is None:
        return "not yet"
    times = "once" if mapping.seen_count == 1 else f"{mapping.seen_count:,} times"
    later = mapping.last_seen_at if mapping.last_seen_at != mapping.first_seen_at else None
    last = f", last {clock_time(later, at)}" if later else ""
    return f"{times} since {clock_time(mapping.first_seen_at, at)}{last}"


def looks_like(mapping: CodeMapping) -> str:
    """The status whose name an unmapped code has but for dashes and spaces, or ""."""
    if mapping.target or mapping.kind != Kind.ORDER_STATUS:
        return ""
    bare = _bare(mapping.raw)
    return next((label for value, label in statuses() if _bare(value) == bare), "")


def _bare(text: str) -> str:
    return "".join(letter for letter in fold(text) if letter.isalnum())


def unmapped_counts() -> dict[str, int]:
    """How many codes of each kind have no meaning yet. One statement."""
    counted = CodeMapping.objects.filter(partner=PARTNER).order_by().values_list("kind")
    return dict(counted.annotate(n=Count("id", filter=Q(target=""))))


def changes(kind: str, at: datetime) -> list[Change]:
    """The latest changes of a kind's mappings, the newest first. One statement."""
    ids = CodeMapping.objects.filter(partner=PARTNER, kind=kind).values("pk")
    entries = AuditEntry.objects.filter(subject_type=ContentType.objects.get_for_model(CodeMapping), subject_id__in=ids)
    return [_change(entry, at) for entry in entries.order_by("-id")[:MOST_CHANGES]]


def _change(entry: AuditEntry, at: datetime) -> Change:
    kind = next((label for label in Kind.labels if entry.subject_label.startswith(label)), "")
    raw = entry.subject_label.removeprefix(kind).strip()
    what = f"“{raw}”: {_said(entry.before)} → {_said(entry.after)}"
    return Change(clock_time(entry.at, at), words.full(entry.at), entry.actor_label, what, entry.reason)


def _said(facts: dict[str, Any]) -> str:
    return means(str(facts.get("target", "")), facts.get("flags") or {})


def means(target: str, flags: Mapping[str, object]) -> str:
    """A meaning in one line: "24 INPOST locker", "pick confirmed", "quarantine, not sellable, counted as quality control", "unmapped"."""
    if target and "sellable" in flags:
        on_sale = "sellable" if flags["sellable"] is True else "not sellable"
        counted = "not on hand" if flags.get("bucket") == "outside" else f"counted as {flags.get('bucket', 'nothing')}"
        return f"{target}, {on_sale}, {counted}".replace("_", " ")
    return " ".join([target, *map(str, flags.values())]).strip().replace("_", " ") or "unmapped"
