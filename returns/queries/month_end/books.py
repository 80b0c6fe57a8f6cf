"""What our register says of a month and what the ledger says: by number, in total, and where they differ, both ways."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Count, Max, Q, Sum

from partners.ledger import DocStatus, LedgerLine
from returns.models import Journal
from returns.queries import mismatches
from returns.queries.desk import who, words
from returns.rules import posting
from returns.rules.month_end import digest_of
from returns.rules.waiting import last_of_month
from returns.states import JournalState

SHOWN = 50
_J = JournalState


@dataclass(frozen=True)
class Side:
    """How many journals one of the books has under a month, and the sum of their debits in pence."""

    count: int
    pence: int


@dataclass(frozen=True)
class Difference:
    """One journal on which the books disagree. An amount is "" where that book has none; `reference` names its write-off, or ""."""

    key: str
    number: str
    reference: str
    ours: str
    theirs: str
    why: str


@dataclass(frozen=True)
class Books:
    """Both books of a month. `of` is which journals ours are, in short; `differing` counts every difference."""

    register: Side
    ledger: Side
    of: str
    differing: int
    in_the_air: int
    unverified: int
    last_posted_at: datetime | None
    read_at: datetime | None


def books(month: date) -> Books:
    """Six statements, whatever there is."""
    last, read_at = last_of_month(month), mismatches.ledger_read_at()
    dated = Journal.objects.filter(post_on__range=(month, last))
    stands = Q(state__in=mismatches.IN_THE_LEDGER)
    told = dated.aggregate(
        count=Count("pk", filter=stands),
        pence=Sum("total_pence", filter=stands),
        in_the_air=Count("pk", filter=Q(state__in=mismatches.ON_ITS_WAY)),
        unverified=Count("pk", filter=Q(state__in=(_J.POSTED, _J.DRIFTED))),
        last=Max("posted_at", filter=stands),
    )
    theirs = mismatches.money_in(month, last).aggregate(count=Count("pk"), pence=Sum("total_pence"))
    differing = mismatches.differing_in(month, last, read_at=read_at).count() + mismatches.strangers_in(month, last).count()
    return Books(
        register=Side(told["count"], told["pence"] or 0),
        ledger=Side(theirs["count"], theirs["pence"] or 0),
        of=digest_of(f"{key}:{said}" for key, said in dated.filter(stands).values_list("key", "lines_hash")),
        differing=differing,
        in_the_air=told["in_the_air"],
        unverified=told["unverified"],
        last_posted_at=told["last"],
        read_at=read_at,
    )


def differences(month: date, *, read_at: datetime | None) -> list[Difference]:
    """The first of them, ours before theirs. Two statements."""
    return [*_ours(month, read_at), *_theirs(month)][:SHOWN]


def _ours(month: date, read_at: datetime | None) -> Iterator[Difference]:
    found: Any = mismatches.differing_in(month, last_of_month(month), read_at=read_at).order_by("post_on", "key")[:SHOWN]
    for row in found:
        theirs = "" if row.their_lines is None else words.money(sum(max(line["amount_pence"], 0) for line in row.their_lines))
        yield Difference(row.key, row.number, _reference(row.key), words.money(row.total_pence), theirs, _why(row))


def _why(row: Any) -> str:
    if row.their_status is None:
        return (
            "The ledger does not show it." if row.shown_hash == row.lines_hash else "The ledger showed something else when it was posted."
        )
    if row.their_status == DocStatus.VOID.value:
        return "The ledger shows it as void."
    fields = posting.differs_in(row.lines, row.post_on, [LedgerLine(**line) for line in row.their_lines], row.their_day)
    if "date" in fields:
        return f"The ledger dates it {who.day(row.their_day)}" + (f", and its {fields[-1]} differs." if fields[1:] else ".")
    return f"Its {' and '.join(fields)} differ{'' if fields[1:] else 's'}." if fields else "The ledger does not show it as posted."


def _theirs(month: date) -> Iterator[Difference]:
    found: Any = mismatches.strangers_in(month, last_of_month(month)).order_by("dated_on", "key", "pk")[:SHOWN]
    for row in found:
        if row.our_day is not None:
            why = f"Ours is dated {who.day(row.our_day)}."
        else:
            why = "A second one under this key: nobody here approved it." if row.is_ours else "Nobody here posted it."
        yield Difference(row.key, row.number, _reference(row.key) if row.is_ours else "", "", words.money(row.total_pence), why)


def _reference(key: str) -> str:
    """The write-off whose journal it is; "" for a day's journal."""
    named = key.split(":")[1] if key.count(":") > 1 else ""
    return named if named.startswith("BER-") else ""
