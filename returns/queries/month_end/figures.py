"""The figures of one month: what is looked at before it is signed off, and what a signature keeps."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any, NamedTuple

from django.utils import timezone

from returns.queries.desk.words import money
from returns.queries.month_end import months, worklists
from returns.queries.month_end.accruals import Accrual, proposed
from returns.queries.month_end.books import Books, books
from returns.queries.month_end.worklists import Tally
from returns.rules import month_end as rules
from returns.rules.months import name_of


@dataclass(frozen=True)
class Figures:
    """All figures of a month as they are now. `seen` is what whoever signs has looked at, `hash` what their signature covers."""

    month: date
    tallies: Mapping[str, Tally]
    books: Books
    accrual: Accrual
    standing: rules.Standing

    @cached_property
    def seen(self) -> dict[str, Any]:
        return {
            "month": name_of(self.month),
            **{kind: asdict(tally) for kind, tally in self.tallies.items()},
            "register": {**asdict(self.books.register), "of": self.books.of},
            "ledger": asdict(self.books.ledger),
            "mismatches": self.books.differing,
            "accrual": _owed(self.accrual),
        }

    @cached_property
    def hash(self) -> str:
        return rules.figures_hash(self.seen)


class Beside(NamedTuple):
    """One figure as it was signed, and as it is now. `tone` is "warn" for the books and what is owed, which should stay as signed; "info"
    for what was left, which is to move on."""

    label: str
    then: str
    now: str
    same: bool
    tone: str


def figures(month: date, *, at: datetime) -> Figures:
    """A dozen and a half statements, whatever the month holds."""
    tallies = {kind: worklists.tally(kind, month) for kind in worklists.KINDS}
    both, owed = books(month), proposed(month)
    standing = rules.Standing(
        month=month,
        today=timezone.localdate(at),
        earlier=months.unsigned_before(month),
        in_the_air=both.in_the_air,
        unverified=both.unverified,
        mismatches=both.differing,
        register_pence=both.register.pence,
        ledger_pence=both.ledger.pence,
        last_posted_at=both.last_posted_at,
        ledger_read_at=both.read_at,
        not_approved=tallies["approve"].count,
        not_posted=tallies["post"].count,
    )
    return Figures(month, tallies, both, owed, standing)


def beside(then: Mapping[str, Any], now: Mapping[str, Any]) -> list[Beside]:
    """What was signed next to what is, figure by figure."""
    labels = {"register": "In our register", "ledger": "In the ledger", **worklists.KINDS, "accrual": "To be accrued"}
    tones = dict.fromkeys(worklists.KINDS, "info")
    pairs = {name: (then.get(name, {}), now[name]) for name in labels}
    return [Beside(labels[name], _told(was), _told(is_), was == is_, tones.get(name, "warn")) for name, (was, is_) in pairs.items()]


def _told(figure: Mapping[str, Any]) -> str:
    return f"{figure['count']:,}, {money(figure['pence'])}" if figure else "not kept"


def _owed(accrual: Accrual) -> dict[str, Any]:
    return {
        "count": accrual.count,
        "pence": accrual.pence,
        "of": accrual.of,
        "lines": [asdict(line) for line in accrual.lines],
        "reverses_on": accrual.reverses_on.isoformat(),
        "not_valued": accrual.not_valued,
        "anothers": accrual.anothers,
        "adjusted": accrual.adjusted,
    }
