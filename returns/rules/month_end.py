"""May a month be signed off, and what does it owe that is not in the ledger? Pure; money in pence."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from typing import Any, NamedTuple

from returns.rules.journal import Line
from returns.rules.money import pounds
from returns.rules.months import next_month
from returns.rules.waiting import last_of_month

OK, WARN, BAD = "ok", "warn", "bad"


@dataclass(frozen=True)
class Standing:
    """What decides about one month. `earlier` is the first month before it that holds something and is not signed off; `in_the_air`
    are journals on their way under its days, `unverified` those that the ledger has not shown as approved; `not_approved` and
    `not_posted` are write-offs graded in it or before. The register is ours, the ledger the partner's own."""

    month: date
    today: date
    earlier: date | None = None
    in_the_air: int = 0
    unverified: int = 0
    mismatches: int = 0
    register_pence: int = 0
    ledger_pence: int = 0
    last_posted_at: datetime | None = None
    ledger_read_at: datetime | None = None
    not_approved: int = 0
    not_posted: int = 0


class Check(NamedTuple):
    """One line of the checklist. `tone` is "ok", "bad" where it keeps the month from being signed, "warn" where a reason is asked for."""

    tone: str
    sentence: str


def checks(standing: Standing) -> list[Check]:
    """Everything that is looked at before a month is signed off, each in a sentence."""
    return [
        _ended(standing),
        _in_turn(standing),
        _landed(standing),
        _verified(standing),
        _read(standing),
        _agrees(standing),
        _complete(standing),
    ]


def why_not(standing: Standing) -> str:
    """What keeps the month from being signed off, the first of it; "" where nothing does."""
    return next((check.sentence for check in checks(standing) if check.tone == BAD), "")


def needs_reason(standing: Standing) -> bool:
    """Does something remain that the month is signed off without? Whoever signs then says why."""
    return standing.not_approved + standing.not_posted > 0


def _ended(standing: Standing) -> Check:
    last = last_of_month(standing.month)
    if standing.today > last:
        return Check(OK, "The month has ended.")
    return Check(BAD, f"The month has not ended: it can be signed off from {_day(next_month(standing.month))}.")


def _in_turn(standing: Standing) -> Check:
    if standing.earlier is None:
        return Check(OK, "Every earlier month with anything in it is signed off.")
    return Check(BAD, f"Months are signed off in order: {standing.earlier:%B %Y} comes first.")


def _landed(standing: Standing) -> Check:
    if not standing.in_the_air:
        return Check(OK, "No journal of this month is on its way to the ledger.")
    return Check(BAD, f"{_count(standing.in_the_air, 'journal')} of this month {_be(standing.in_the_air)} on the way to the ledger.")


def _verified(standing: Standing) -> Check:
    if not standing.unverified:
        return Check(OK, "The ledger shows every posted journal as it was approved.")
    few = _count(standing.unverified, "posted journal")
    return Check(BAD, f"{few} {_be(standing.unverified)} not verified: the ledger has not shown what was approved.")


def _read(standing: Standing) -> Check:
    posted, read = standing.last_posted_at, standing.ledger_read_at
    if posted is None:
        return Check(OK, "Nothing was posted under this month, so there is nothing to read back.")
    if read is not None and read > posted:
        return Check(OK, "The ledger was read after the last posting.")
    return Check(BAD, "The ledger has not been read since the last posting: the next reading settles it.")


def _agrees(standing: Standing) -> Check:
    apart = standing.register_pence - standing.ledger_pence
    if not (standing.mismatches or apart):
        return Check(OK, "Register and ledger agree, journal by journal and in total.")
    found = f"{_count(standing.mismatches, 'journal')} {_differ(standing.mismatches)}" if standing.mismatches else "The totals differ"
    return Check(BAD, f"Register and ledger disagree: {found[0].lower()}{found[1:]}, and the totals are {pounds(abs(apart))} apart.")


def _complete(standing: Standing) -> Check:
    left = [
        f"{count:,} graded and not approved" if name == "approve" else f"{count:,} approved and not posted"
        for name, count in (("approve", standing.not_approved), ("post", standing.not_posted))
        if count
    ]
    if not left:
        return Check(OK, "Everything graded up to its last day is approved and posted.")
    return Check(WARN, f"{' and '.join(left)}: the month can be signed off without, with a reason and the accrual below.")


# --- what it owes ----------------------------------------------------------------------------------------------------------


def accrual(journals: Iterable[Iterable[Mapping[str, Any]]], *, memo: str) -> tuple[Line, ...]:
    """The drafted lines of several write-offs as one balanced journal: a line per account and side, debits first."""
    sums: dict[tuple[bool, str], int] = defaultdict(int)
    purposes: dict[str, str] = {}
    for line in (line for lines in journals for line in lines):
        purposes.setdefault(line["account"], line["purpose"])
        sums[False, line["account"]] += line["debit_pence"]
        sums[True, line["account"]] += line["credit_pence"]
    return tuple(
        Line(purposes[account], account, 0 if credit else pence, pence if credit else 0, memo)
        for (credit, account), pence in sorted(sums.items())
        if pence
    )


# --- what was seen ---------------------------------------------------------------------------------------------------------


def figures_hash(seen: Mapping[str, Any]) -> str:
    """What a signature covers: another count, amount, line or write-off makes another."""
    return sha256(json.dumps(seen, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def digest_of(names: Iterable[str]) -> str:
    """Which rows a figure is made of, in short: the same rows in any order give the same."""
    return sha256("\n".join(sorted(names)).encode()).hexdigest()[:16]


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def _be(number: int) -> str:
    return "is" if number == 1 else "are"


def _differ(number: int) -> str:
    return "differs" if number == 1 else "differ"
