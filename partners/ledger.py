"""What a ledger is told and what it shows, in our words, whichever ledger stands behind it. Money is integer pence."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from hashlib import sha256

_KEY = re.compile(r"(?<![\w:/.-])[a-z]{2,12}:[A-Za-z0-9-]{1,40}:[a-z]?\d{1,4}(?![\w:/-])")


class DocStatus(StrEnum):
    """The ledger's own word on a document, in ours. OTHER keeps the raw text beside it."""

    DRAFT = "draft"
    POSTED = "posted"
    VOID = "void"
    OTHER = "other"


@dataclass(frozen=True)
class LedgerLine:
    """One line of a journal: debits are positive, credits negative, in pence."""

    account: str
    amount_pence: int
    memo: str = ""


@dataclass(frozen=True)
class JournalDraft:
    """A journal as we want it. `narration` ends in `key`, which finds it again; `link` leads back to our page, or is ""."""

    key: str
    on: date
    narration: str
    lines: tuple[LedgerLine, ...]
    link: str = ""

    @property
    def is_balanced(self) -> bool:
        return len(self.lines) >= 2 and not sum(line.amount_pence for line in self.lines)


@dataclass(frozen=True)
class LedgerDoc:
    """One document as the ledger shows it. `key` is ours, found in its narration; "" where it carries none."""

    external_id: str
    number: str
    status: DocStatus
    raw_status: str
    on: date
    narration: str
    key: str
    lines: tuple[LedgerLine, ...]
    changed_at: datetime | None = None

    @property
    def content_hash(self) -> str:
        return hash_of(self.on, self.lines)


@dataclass(frozen=True)
class LedgerAccount:
    """One account of the chart. `why_not` says in a sentence why a journal may not name it; "" where it may."""

    code: str
    name: str
    kind: str
    why_not: str = ""


@dataclass(frozen=True)
class Books:
    """Whose books these are. Nothing may be dated on or before `locked_to`."""

    name: str
    currency: str
    locked_to: date | None = None


@dataclass(frozen=True)
class CreditDraft:
    """A credit note as we want it; `key` is its number, unique in the ledger. `invoice` is the invoice it is set against, or ""."""

    key: str
    on: date
    customer: str
    description: str
    amount_pence: int
    account: str
    invoice: str = ""


@dataclass(frozen=True)
class CreditDoc:
    """A credit note as the ledger shows it; `left_pence` is what is set against nothing yet."""

    external_id: str
    key: str
    status: DocStatus
    amount_pence: int
    left_pence: int


def hash_of(on: date, lines: Iterable[LedgerLine]) -> str:
    """What a journal says in money: its day and, per account, its sums. Memos and the order of lines are no money."""
    sums: dict[tuple[str, bool], int] = {}
    for line in lines:
        side = (line.account, line.amount_pence > 0)
        sums[side] = sums.get(side, 0) + line.amount_pence
    text = "\x1f".join([on.isoformat(), *(f"{account}\x1e{pence}" for (account, _), pence in sorted(sums.items()) if pence)])
    return sha256(text.encode()).hexdigest()


def key_in(narration: str) -> str:
    """Our key, where a narration carries one, wherever somebody has moved it: the last thing in it that looks like one, else ""."""
    found = _KEY.findall(narration)
    return found[-1] if found else ""
