"""Money, journals and the times of a write-off as people read them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from returns.models import LedgerAccount
from returns.states import WriteOffState

Line = Mapping[str, Any]
_S = WriteOffState
# The chip of a state: how it is coloured and drawn, beside the word.
CHIPS = {
    _S.DRAFTED: ("quiet", "pencil-square"),
    _S.EVIDENCE_NEEDED: ("warn", "paper-clip"),
    _S.AWAITING_APPROVAL: ("info", "clock"),
    _S.AWAITING_SECOND: ("info", "user-group"),
    _S.QUERIED: ("warn", "question-mark-circle"),
    _S.REJECTED: ("bad", "x-circle"),
    _S.APPROVED: ("ok", "check"),
    _S.POSTING: ("info", "arrow-up-tray"),
    _S.POST_UNKNOWN: ("warn", "exclamation-triangle"),
    _S.POSTED: ("ok", "check-circle"),
    _S.VERIFIED: ("ok", "shield-check"),
    _S.REVERSED: ("quiet", "arrow-uturn-left"),
}


class Chip(NamedTuple):
    tone: str
    icon: str
    word: str


class Entry(NamedTuple):
    """One line of a journal: an account by code and name, and what it is debited or credited with, in words ("" for nothing)."""

    code: str
    name: str
    debit: str
    credit: str
    memo: str


def chip(state: str) -> Chip:
    tone, icon = CHIPS[WriteOffState(state)]
    return Chip(tone, icon, str(WriteOffState(state).label))


def money(pence: int | None) -> str:
    """ "£42.10", "£0.00"; "not known" for none."""
    return "not known" if pence is None else f"£{pence / 100:,.2f}"


def account_names() -> dict[str, str]:
    """What the accounts are called, by code. One statement."""
    found = LedgerAccount.objects.values_list("code", "name", "purpose")
    return {code: name or str(LedgerAccount.Purpose(purpose).label) for code, name, purpose in found}


def entries(lines: Iterable[Line], names: Mapping[str, str]) -> list[Entry]:
    return [
        Entry(line["account"], _name(line, names), _side(line, "debit_pence"), _side(line, "credit_pence"), line.get("memo", ""))
        for line in lines
    ]


def summed(journals: Iterable[Iterable[Line]], names: Mapping[str, str]) -> list[Entry]:
    """Several journals as one: per account and side, the debits first."""
    sums: dict[tuple[bool, str], int] = defaultdict(int)
    called: dict[str, str] = {}
    for line in (line for lines in journals for line in lines):
        called.setdefault(line["account"], _name(line, names))
        for is_credit, side in ((False, "debit_pence"), (True, "credit_pence")):
            sums[is_credit, line["account"]] += line.get(side) or 0
    found = sorted((key, pence) for key, pence in sums.items() if pence)
    return [
        Entry(code, called[code], "" if credit else money(pence), money(pence) if credit else "", "") for (credit, code), pence in found
    ]


def by_sides(line: Line) -> dict[str, Any]:
    """A line as the ledger shows it, where debits are positive and credits negative, as one of ours."""
    pence = line["amount_pence"]
    return {"account": line["account"], "debit_pence": max(pence, 0), "credit_pence": max(-pence, 0), "memo": line.get("memo", "")}


def in_short(lines: Iterable[Line]) -> str:
    """ "Dr 7105 / Cr 1200"; "" for no journal."""
    lines = list(lines)
    debits = " + ".join(dict.fromkeys(line["account"] for line in lines if line.get("debit_pence")))
    credits = " + ".join(dict.fromkeys(line["account"] for line in lines if line.get("credit_pence")))
    return f"Dr\u00a0{debits} / Cr\u00a0{credits}" if debits and credits else ""  # a code never stands apart from its side


def total(lines: Iterable[Line]) -> str:
    return money(sum(line.get("debit_pence") or 0 for line in lines))


def _name(line: Line, names: Mapping[str, str]) -> str:
    purpose = line.get("purpose", "")
    fallback = str(LedgerAccount.Purpose(purpose).label) if purpose in LedgerAccount.Purpose.values else ""
    return names.get(line["account"]) or fallback


def _side(line: Line, side: str) -> str:
    return money(line[side]) if line.get(side) else ""
