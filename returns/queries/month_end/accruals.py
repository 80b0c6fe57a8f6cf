"""What a month owes that the ledger does not show in it: a proposal for the people who keep the books, never posted from here."""

from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from returns.models import WriteOff
from returns.rules import month_end as rules
from returns.rules.journal import Line, debits
from returns.rules.months import next_month
from returns.rules.waiting import last_of_month
from returns.states import BEFORE_APPROVAL, IN_THE_AIR, IN_THE_LEDGER, LedgerClass, Method, WriteOffState

OPEN = (*BEFORE_APPROVAL, WriteOffState.APPROVED, *IN_THE_AIR)
SHOWN = 20
_COLUMNS = ("reference", "ledger_class", "method", "lines")


@dataclass(frozen=True)
class Accrual:
    """`lines` balance and sum the drafted lines of `count` write-offs; `pence` is the sum of the debits. `not_valued` are the references
    of those for which no line can be drafted yet. `anothers` and `adjusted` count what is left out: not ours, or adjusted by the ledger."""

    lines: tuple[Line, ...]
    count: int
    pence: int
    of: str
    reverses_on: date
    not_valued: list[str]
    anothers: int
    adjusted: int

    @property
    def first_not_valued(self) -> list[str]:
        return self.not_valued[:SHOWN]


def proposed(month: date) -> Accrual:
    """For what was graded up to the last day of the month and stands in the ledger under none of its days. Two statements."""
    found = [*_left(month), *_late(month)]
    ours = [row for row in found if row.ledger_class != LedgerClass.CONSIGNED]
    posted = [row for row in ours if row.method == Method.JOURNAL]
    drafted = [row for row in posted if row.lines]
    lines = rules.accrual((row.lines for row in drafted), memo=f"Accrual for {month:%B %Y}")
    return Accrual(
        lines=lines,
        count=len(drafted),
        pence=sum(line.debit_pence for line in lines),
        of=rules.digest_of(f"{row.reference}:{debits(row.lines)}" for row in drafted),
        reverses_on=next_month(month),
        not_valued=sorted(row.reference for row in posted if not row.lines),
        anothers=len(found) - len(ours),
        adjusted=len(ours) - len(posted),
    )


def _left(month: date) -> "QuerySet[WriteOff]":
    return WriteOff.objects.filter(state__in=OPEN, happened_on__lte=last_of_month(month)).only(*_COLUMNS)


def _late(month: date) -> "QuerySet[WriteOff]":
    """Posted since, under a later month: what was owed at the end of this one does not change with it, nor with its reversal."""
    last = last_of_month(month)
    return WriteOff.objects.filter(
        state__in=(*IN_THE_LEDGER, WriteOffState.REVERSED), happened_on__lte=last, journal__post_on__gt=last
    ).only(*_COLUMNS)
