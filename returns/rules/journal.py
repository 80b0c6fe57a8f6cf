"""What a write-off says to the ledger: balanced lines by ledger class, the day they are dated, the hash that is signed. Pure."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from hashlib import sha256
from typing import Any

from returns.rules.money import pounds
from returns.states import LedgerClass, Method

# The purposes a journal names, by ledger class: who reads this knows every account it takes.
PURPOSES: Mapping[str, tuple[str, ...]] = {
    LedgerClass.STOCK: ("stock_write_off", "stock"),
    LedgerClass.HIRE_FLEET: ("depreciation", "disposal_loss", "hire_fleet"),
    LedgerClass.CONSIGNED: (),
}


# Which purposes one journal debits and credits: one account for both would book nothing.
OPPOSITE: Mapping[str, tuple[str, ...]] = {
    "stock_write_off": ("stock",),
    "stock": ("stock_write_off",),
    "depreciation": ("hire_fleet",),
    "disposal_loss": ("hire_fleet",),
    "hire_fleet": ("depreciation", "disposal_loss"),
}


class CannotDraft(ValueError):
    """No journal can be drafted from these facts. `str()` of it is the sentence to show; `fault` names its kind."""

    def __init__(self, fault: str, sentence: str) -> None:
        super().__init__(sentence)
        self.fault = fault


@dataclass(frozen=True)
class Line:
    """One line of a journal: either side in pence, the other side nothing."""

    purpose: str
    account: str
    debit_pence: int
    credit_pence: int
    memo: str

    def mirrored(self) -> "Line":
        return Line(self.purpose, self.account, self.credit_pence, self.debit_pence, self.memo)


@dataclass(frozen=True)
class Worth:
    """What a garment stands at: the columns of `sync costs`. In pence."""

    ledger_class: str
    cost_pence: int
    depreciation_pence: int = 0

    @property
    def carrying_pence(self) -> int:
        return self.cost_pence - self.depreciation_pence


def draft(worth: Worth, accounts: Mapping[str, str], *, memo: str) -> tuple[Line, ...]:
    """The balanced lines that take a garment out of the books; none for what is another's.

    Stock: Dr write-off, Cr stock, at carrying value. Hire fleet: Dr accumulated depreciation and loss, Cr cost.
    Raises CannotDraft ("class", "negative", "fraction", "zero", "depreciation", "account") with the sentence.
    """
    _check(worth)
    if worth.ledger_class == LedgerClass.CONSIGNED:
        return ()
    sides = [(purpose, *side) for purpose, side in _sides(worth).items() if any(side)]
    for purpose, _, _ in sides:
        if not accounts.get(purpose):
            raise CannotDraft("account", f"No account of the ledger is set for “{purpose.replace('_', ' ')}”: an admin of finance sets it.")
    return tuple(Line(purpose, accounts[purpose], debit, credit, memo) for purpose, debit, credit in sides)


def _check(worth: Worth) -> None:
    if worth.ledger_class not in PURPOSES:
        raise CannotDraft("class", "Whether the garment is stock, hire fleet or another’s is not known: enter it.")
    if any(type(pence) is not int for pence in (worth.cost_pence, worth.depreciation_pence)):
        raise CannotDraft("fraction", "An amount has a fraction of a penny: money is whole pence.")
    if min(worth.cost_pence, worth.depreciation_pence) < 0:
        raise CannotDraft("negative", "An amount is below nothing: enter cost and depreciation as positive amounts.")
    if worth.depreciation_pence > worth.cost_pence:
        raise CannotDraft(
            "depreciation", f"It is depreciated by more than its cost of {pounds(worth.cost_pence)}: enter what the asset register says."
        )
    if worth.ledger_class != LedgerClass.CONSIGNED and not _moves_money(worth):
        raise CannotDraft("zero", "It stands at nothing in the books, so there is nothing to write off: enter its cost, or reject it.")


def _moves_money(worth: Worth) -> bool:
    """A fleet garment that is fully depreciated leaves the books all the same: cost against depreciation."""
    return bool(worth.cost_pence if worth.ledger_class == LedgerClass.HIRE_FLEET else worth.carrying_pence)


def _sides(worth: Worth) -> dict[str, tuple[int, int]]:
    """{purpose: (debit, credit)}."""
    if worth.ledger_class == LedgerClass.STOCK:
        return {"stock_write_off": (worth.carrying_pence, 0), "stock": (0, worth.carrying_pence)}
    return {
        "depreciation": (worth.depreciation_pence, 0),
        "disposal_loss": (worth.carrying_pence, 0),
        "hire_fleet": (0, worth.cost_pence),
    }


def is_balanced(lines: Iterable[Line]) -> bool:
    """Debits equal credits, each line has one side, and no side is below nothing."""
    rows = list(lines)
    one_sided = all(min(line.debit_pence, line.credit_pence) == 0 < max(line.debit_pence, line.credit_pence) for line in rows)
    return one_sided and sum(line.debit_pence for line in rows) == sum(line.credit_pence for line in rows)


def mirror(lines: Iterable[Line]) -> tuple[Line, ...]:
    """What undoes them: the sides changed over, so never more than was written off."""
    return tuple(line.mirrored() for line in lines)


def as_rows(lines: Iterable[Line]) -> list[dict[str, Any]]:
    """As they are kept and sent."""
    return [asdict(line) for line in lines]


def from_rows(rows: Iterable[Mapping[str, Any]]) -> tuple[Line, ...]:
    return tuple(Line(**row) for row in rows)


def debits(rows: Iterable[Mapping[str, Any]]) -> int:
    """The sum of the debits, which is that of the credits."""
    return sum(row["debit_pence"] for row in rows)


def memo(reference: str, rfid: str, *, happened_on: date, post_on: date) -> str:
    """What each line says beside its amount; the true day where it is posted under another."""
    late = "" if post_on == happened_on else f", graded {happened_on.isoformat()}"
    return f"{reference} garment {rfid[:40]} beyond repair{late}"


def day_to_post(happened_on: date, *, closed_to: date | None) -> date:
    """The day it is dated: its own where that is open, else the first day after what is closed."""
    return happened_on if closed_to is None or happened_on > closed_to else closed_to + timedelta(days=1)


def method_of(ledger_class: str, *, policy: str = Method.JOURNAL) -> str:
    """How it reaches the ledger: stock by the policy of the house, hire fleet by a journal, and never what is another's."""
    if ledger_class == LedgerClass.CONSIGNED:
        return Method.NONE
    return Method(policy) if ledger_class == LedgerClass.STOCK else Method.JOURNAL


def hash_to_sign(
    *,
    reference: str,
    rfid: str,
    sku: str,
    ledger_class: str,
    method: str,
    post_on: date,
    rows: Sequence[Mapping[str, Any]],
    reason: str,
    route: str,
    certificate: str,
    photos: Iterable[str],
) -> str:
    """What an approver signs: another amount, account, period, way or garment makes another, and so does another piece of evidence.
    `photos` are the SHA-256 of each, in whatever order."""
    seen = [reference, rfid, sku, ledger_class, method, post_on.isoformat(), list(rows), [reason, route, certificate, sorted(photos)]]
    return sha256(json.dumps(seen, sort_keys=True, separators=(",", ":")).encode()).hexdigest()
