"""The audit in words: as the page, the report and the files show it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User

from config.system_audit import days
from config.system_audit.gaps import Gap, Row, plural
from config.system_audit.registry import CHECKS, Audit, look_at_all
from partners.connect import desk_address
from returns.rules.money import pounds

MOST_ROWS = 20
HEAD = ("Owner", "Gap", "What is so", "Count", "Cost in the last 30 days", "In pounds", "Compared with", "Change", "Put right at")


@dataclass(frozen=True)
class Line:
    """One gap on the page. `change` is None where nothing was kept to compare with; `may_open` whether the reader may open its page."""

    gap: Gap
    change: int | None
    rows: Sequence[Row]
    more: int
    may_open: bool

    @property
    def trend(self) -> str:
        if self.change is None:
            return ""
        if not self.change:
            return "as many"
        return f"{abs(self.change):,} {'more' if self.change > 0 else 'fewer'}"

    @property
    def tone(self) -> str:
        """A chip's tone: what grew is bad, what shrank is good."""
        return "quiet" if not self.change else "bad" if self.change > 0 else "ok"

    @property
    def icon(self) -> str:
        return "minus" if not self.change else "arrow-up" if self.change > 0 else "arrow-down"


@dataclass(frozen=True)
class Owned:
    """The gaps of one role, the costliest first."""

    label: str
    lines: list[Line]


@dataclass(frozen=True)
class Shown:
    """The whole audit, ready to print."""

    owners: list[Owned]
    clean: list[str]
    checks: int
    gaps: int
    compared_with: str
    summary: list[str]


def shown(audit: Audit, *, user: User) -> Shown:
    """With the first 20 rows of each gap: one statement each at most, and two for the trend."""
    was = days.before(at=audit.at)
    owners = [Owned(label, [_line(gap, was, user) for gap in gaps]) for label, gaps in audit.by_owner]
    return Shown(
        owners=owners,
        clean=sorted(check.name for check in audit.clean),
        checks=len(CHECKS),
        gaps=len(audit.gaps),
        compared_with=f"{was.on.day} {was.on:%B}" if was.on else "",
        summary=_summary(audit, was),
    )


def _line(gap: Gap, was: days.Was, user: User) -> Line:
    rows = gap.rows(0, MOST_ROWS)
    return Line(gap, was.change(gap.key, gap.count), rows, max(0, gap.count - len(rows)), user.has_perm(gap.permission))


def _summary(audit: Audit, was: days.Was) -> list[str]:
    """The three sentences that a reader in a hurry reads."""
    if not audit.gaps:
        return [f"None of the {len(CHECKS)} checks found anything."]
    said = [f"{len(audit.gaps)} of {len(CHECKS)} checks found something, for {plural(len(audit.by_owner), 'owner')} to put right."]
    if worst := next((gap for gap in audit.gaps if gap.cost), None):
        said.append(f"The costliest in the last 30 days: “{worst.name}” ({worst.cost}).")
    changes = [change for gap in audit.gaps if (change := was.change(gap.key, gap.count)) is not None]
    if was.on and changes:
        grew, shrank = sum(change > 0 for change in changes), sum(change < 0 for change in changes)
        said.append(f"Since {was.on.day} {was.on:%B}, {grew} grew and {shrank} shrank.")
    return said


def for_file(*, at: datetime) -> Iterator[Sequence[Any]]:
    """The gaps as rows of a sheet under `HEAD`, and a row for each check that found nothing."""
    audit, was = look_at_all(at=at), days.before(at=at)
    compared = was.on.isoformat() if was.on else ""
    for _, gaps in audit.by_owner:
        for gap in gaps:
            change = was.change(gap.key, gap.count)
            worth = pounds(gap.pence) if gap.pence else ""
            said = (gap.owner_label, gap.name, gap.sentence, gap.count, gap.cost, worth)
            yield (*said, compared, "" if change is None else change, desk_address(gap.url) or gap.url)
    for check in audit.clean:
        yield (*("", check.name, "Nothing found", 0, "", ""), compared, "", "")
