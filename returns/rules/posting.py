"""From what was approved to what the ledger is told, and whether it shows the same. Pure; money in pence."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from partners.ledger import LedgerLine, hash_of

Rows = Sequence[Mapping[str, Any]]  # {"purpose", "account", "debit_pence", "credit_pence", "memo"}

CURRENCY = "GBP"
SUMMARY_FROM_HOUR = 18  # a day's journal takes what was approved until then, by London's clock
MOST_TIMES = 20  # journals of one write-off, one after the other was refused
MOST_OF_A_DAY = 9_999  # journals under one day, which after a month was closed takes all that comes late; no key has a longer number
MOST_MEMO = 500


def ledger_lines(rows: Rows) -> tuple[LedgerLine, ...]:
    """Our lines as the ledger takes them: debits positive, credits negative."""
    return tuple(LedgerLine(row["account"], row["debit_pence"] - row["credit_pence"], row["memo"]) for row in rows)


def lines_hash(on: date, rows: Rows) -> str:
    return hash_of(on, ledger_lines(rows))


def debits(rows: Rows) -> int:
    return sum(int(row["debit_pence"]) for row in rows)


def is_balanced(rows: Rows) -> bool:
    """Two lines or more, debits equal to credits, and none below nothing."""
    sides = [(row["debit_pence"], row["credit_pence"]) for row in rows]
    return len(sides) >= 2 and min(min(side) for side in sides) >= 0 and sum(d for d, _ in sides) == sum(c for _, c in sides) > 0


def narration(what: str, key: str) -> str:
    """What people in the ledger read, with our key at its end; never longer than our column."""
    return f"{what[: 249 - len(key)]} {key}"


def first_open_day(day: date, *, closed_to: date | None) -> date:
    """The day itself where that is open, else the first day after what is closed."""
    return day if closed_to is None or day > closed_to else closed_to + timedelta(days=1)


def later(one: date | None, other: date | None) -> date | None:
    return max((day for day in (one, other) if day), default=None)


def under_another_day(rows: Rows, *, true_day: date) -> list[dict[str, Any]]:
    """The same lines with the true day in each memo, once."""
    said = f" (of {true_day.isoformat()}, a closed period)"
    return [{**row, "memo": row["memo"] if said in row["memo"] else f"{row['memo'][: MOST_MEMO - len(said)]}{said}"} for row in rows]


def summary_takes_before(now: datetime) -> datetime | None:
    """A day's journal takes what was approved before this instant, by London's clock: midnight until six in the evening; then all, None."""
    return None if now.hour >= SUMMARY_FROM_HOUR else now.replace(hour=0, minute=0, second=0, microsecond=0)


def next_key(base: str, taken: Iterable[str], *, most: int = MOST_TIMES) -> str | None:
    """The first free of base:1, base:2 …; None where it was tried too often."""
    known = set(taken)
    return next((key for key in keys(base, most=most) if key not in known), None)


def keys(base: str, *, most: int = MOST_TIMES) -> list[str]:
    return [f"{base}:{number}" for number in range(1, most + 1)]


def differs_in(ours: Rows, on: date, theirs: Iterable[LedgerLine], their_day: date) -> list[str]:
    """Which of date, account and amount the ledger shows otherwise; nothing where it says the same in money."""
    shown = tuple(theirs)
    if lines_hash(on, ours) == hash_of(their_day, shown):
        return []
    wanted = ledger_lines(ours)
    found = ["date"] if on != their_day else []
    if {line.account for line in wanted if line.amount_pence} != {line.account for line in shown if line.amount_pence}:
        found.append("account")
    if _sides(wanted) != _sides(shown):
        found.append("amount")
    return found or ["amount"]


def _sides(lines: Iterable[LedgerLine]) -> tuple[int, int]:
    rows = [line.amount_pence for line in lines]
    return sum(pence for pence in rows if pence > 0), sum(pence for pence in rows if pence < 0)
