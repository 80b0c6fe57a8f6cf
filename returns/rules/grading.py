"""What a grade makes of a garment, and which write-offs look like one that was split. Pure."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from returns.states import Grade

SPLIT_WITHIN = timedelta(days=7)


def is_beyond_repair(target: str) -> bool:
    """Does the mapped grade ask for a write-off? What is unmapped never does."""
    return target == Grade.BER


def asks_anew(*, graded_at: datetime | None, decided_at: datetime | None) -> bool:
    """May a garment be raised once more after a person rejected or reversed it: only by a grade given since."""
    return decided_at is None or (graded_at is not None and graded_at > decided_at)


@dataclass(frozen=True)
class Part:
    """One write-off as the look for split batches sees it. `grader` is ACS's text, or who raised it by hand."""

    pk: int
    sku: str
    grader: str
    ret: int | None
    happened_on: date
    carrying_pence: int


def look_split(parts: Iterable[Part], *, limit_pence: int) -> frozenset[int]:
    """Those that together, within seven days, pass a limit that each alone stays under: of one SKU and grader, or of one return."""
    groups: dict[tuple[object, ...], list[Part]] = defaultdict(list)
    for part in parts:
        if part.carrying_pence > limit_pence:
            continue  # above the limit by itself: two people see it anyway
        if part.sku and part.grader:
            groups["sku", part.sku, part.grader].append(part)
        if part.ret is not None:
            groups["return", part.ret].append(part)
    return frozenset(pk for group in groups.values() for pk in _split(group, limit_pence))


def _split(group: list[Part], limit_pence: int) -> set[int]:
    """Every part of any seven days in which the sum passes the limit. One pass: the window slides along the days."""
    found: set[int] = set()
    rows = sorted(group, key=lambda part: part.happened_on)
    start, total = 0, 0
    for end, part in enumerate(rows):
        total += part.carrying_pence
        while part.happened_on - rows[start].happened_on >= SPLIT_WITHIN:
            total -= rows[start].carrying_pence
            start += 1
        if total > limit_pence:
            found |= {each.pk for each in rows[start : end + 1]}
    return found
