"""One partner's code -> our word, as rows that an admin edits. What is unmapped stays unmapped and is listed."""

import unicodedata
from collections.abc import Collection, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.db import transaction
from django.db.models import Case, F, Value, When
from django.db.models.functions import Coalesce
from django_q.tasks import async_task

from exceptions_queue.audit import Actor, person, record
from partners.acs.statuses import SEED
from partners.models import CodeMapping

_DASHES = dict.fromkeys(map(ord, "‐‑‒–—―−"), "-")


class StaleMapping(Exception):
    """Somebody changed this mapping first. `mapping` is the row as it stands."""

    def __init__(self, mapping: CodeMapping) -> None:
        super().__init__(f"{mapping.raw} was changed by somebody else.")
        self.mapping = mapping


@lru_cache(maxsize=4096)
def fold(raw: str) -> str:
    """The form that is looked up: one kind of dash, single spaces, lower case, NFKC."""
    return " ".join(unicodedata.normalize("NFKC", raw).translate(_DASHES).casefold().split())[:200]


def targets(partner: str, kind: str) -> dict[str, dict[str, Any]]:
    """{folded code: {"raw", "target", "flags"}} of one partner and kind, unmapped ones with target "". One statement."""
    rows = CodeMapping.objects.filter(partner=partner, kind=kind).values("folded", "raw", "target", "flags")
    return {row["folded"]: dict(row) for row in rows}


def note_seen(partner: str, kind: str, counts: Mapping[str, int], at: datetime) -> None:
    """Count codes as they come in; a new one becomes an unmapped row. Two statements at most, three with a new code.

    In the caller's transaction: the rows stay locked to its end, taken in their order, as whoever publishes a meaning takes them.
    """
    seen: dict[str, tuple[str, int]] = {}
    for raw, count in counts.items():
        if key := fold(raw):
            seen[key] = (raw, seen.get(key, (raw, 0))[1] + count)
    if not seen:
        return
    rows = CodeMapping.objects.filter(partner=partner, kind=kind, folded__in=list(seen))
    known = set(rows.order_by("pk").select_for_update(no_key=True).values_list("folded", flat=True))
    new = [_unmapped(partner, kind, key, *seen[key], at) for key in seen if key not in known]
    CodeMapping.objects.bulk_create(new, ignore_conflicts=True)
    if known:
        added = Case(*(When(folded=key, then=Value(seen[key][1])) for key in sorted(known)))
        rows.filter(folded__in=known).update(
            seen_count=F("seen_count") + added, first_seen_at=Coalesce("first_seen_at", Value(at)), last_seen_at=at
        )


def _unmapped(partner: str, kind: str, key: str, raw: str, count: int, at: datetime) -> CodeMapping:
    return CodeMapping(partner=partner, kind=kind, raw=raw[:200], folded=key, seen_count=count, first_seen_at=at, last_seen_at=at)


def ensure(partner: str, kind: str, raws: Collection[str], *, seed: Mapping[str, tuple[str, Mapping[str, Any]]]) -> dict[str, int]:
    """{folded code: the id of its row}, made where it is new: with the seed's meaning where the seed knows it, else unmapped. Two
    statements, four with a new code; in the caller's transaction."""
    wanted = {key: raw for raw in raws if (key := fold(raw))}
    known = {fold(raw): meaning for raw, meaning in seed.items()}
    rows = CodeMapping.objects.filter(partner=partner, kind=kind, folded__in=list(wanted))
    found = dict(rows.values_list("folded", "pk"))
    if new := [key for key in wanted if key not in found]:
        made = [_seeded(partner, kind, key, wanted[key], *known.get(key, ("", {}))) for key in new]
        CodeMapping.objects.bulk_create(made, ignore_conflicts=True)
        found = dict(rows.values_list("folded", "pk"))
    return found


def _seeded(partner: str, kind: str, key: str, raw: str, target: str, flags: Mapping[str, Any]) -> CodeMapping:
    return CodeMapping(partner=partner, kind=kind, raw=raw[:200], folded=key, target=target, flags=dict(flags))


def add(partner: str, kind: str, raw: str, *, at: datetime) -> CodeMapping:
    """The row of a code, made unmapped and unseen where it is new."""
    mapping, _ = CodeMapping.objects.get_or_create(
        partner=partner, kind=kind, folded=fold(raw), defaults={"raw": raw.strip()[:200], "first_seen_at": None}
    )
    return mapping


def set_target(
    mapping: CodeMapping,
    *,
    target: str,
    flags: Mapping[str, Any],
    actor: Actor,
    at: datetime,
    version: int,
    ring: str = "",
    reason: str = "",
) -> None:
    """Say what a code means from now on. Raises StaleMapping when somebody saved since `version`.

    `ring` is the dotted path of a task that looks again at what the mapping decides; it is queued in the same transaction.
    """
    before = {"target": mapping.target, "flags": mapping.flags}
    with transaction.atomic():
        standing = CodeMapping.objects.filter(pk=mapping.pk, version=version)
        changed = standing.update(target=target, flags=dict(flags), version=F("version") + 1, changed_by=person(actor), changed_at=at)
        if not changed:
            raise StaleMapping(CodeMapping.objects.get(pk=mapping.pk))
        mapping.refresh_from_db()
        after = {"target": target, "flags": dict(flags)}
        record("mapping changed", mapping, actor=actor, at=at, before=before, after=after, reason=reason)
        if ring:
            async_task(ring)


def statuses() -> list[tuple[str, str]]:
    """Our words for an order's progress at ACS, with what people read."""
    return [(value, value.replace("_", " ").capitalize()) for value in dict.fromkeys(SEED.values())]
