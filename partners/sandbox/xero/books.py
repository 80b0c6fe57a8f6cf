"""The books themselves: whose they are, the chart of accounts, manual journals, credit notes and the invoices they are set against."""

import random
import uuid
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from partners.sandbox.world import World

DRAFT, POSTED, DELETED, VOIDED = "DRAFT", "POSTED", "DELETED", "VOIDED"
SETTLED_DAYS = 10  # a month is closed so many days after its end: nothing the seeded world grades lies in a closed one
CUSTOMERS = "Web customers"


@dataclass
class Account:
    """`system` is what Xero keeps for itself; "" for an account of one's own."""

    id: str
    code: str
    name: str
    type: str
    klass: str
    system: str = ""
    status: str = "ACTIVE"


@dataclass
class Line:
    """`account` is "" where a draft's was not recognised and has been taken off it. Debits are positive."""

    account: str
    pence: int
    description: str = ""
    tracking: list[dict[str, str]] = field(default_factory=list)


@dataclass
class Journal:
    id: str
    narration: str
    on: date
    lines: list[Line]
    updated_at: datetime
    status: str = DRAFT
    url: str = ""
    line_amount_types: str = "NoTax"
    on_cash_reports: bool = True


@dataclass
class Contact:
    id: str
    name: str


@dataclass
class Invoice:
    id: str
    number: str
    contact: Contact
    on: date
    total: int
    credited: int = 0
    status: str = "AUTHORISED"

    @property
    def due(self) -> int:
        return self.total - self.credited


@dataclass
class Note:
    """A credit note. `allocations` are (id, invoice, pence, day)."""

    id: str
    number: str
    kind: str
    contact: Contact
    on: date
    status: str
    line_amount_types: str
    items: list[dict[str, Any]]
    net: int
    tax: int
    updated_at: datetime
    reference: str = ""
    allocations: list[tuple[str, Invoice, int, date]] = field(default_factory=list)

    @property
    def left(self) -> int:
        return self.net + self.tax - sum(pence for _, _, pence, _ in self.allocations)


CHART = [
    # code, name, type, class, system account, status
    ("090", "Business bank account", "BANK", "ASSET", "", "ACTIVE"),
    ("200", "Sales", "REVENUE", "REVENUE", "", "ACTIVE"),
    ("205", "Refunds and credit notes", "REVENUE", "REVENUE", "", "ACTIVE"),
    ("310", "Cost of goods sold", "DIRECTCOSTS", "EXPENSE", "", "ACTIVE"),
    ("325", "Stock written off", "DIRECTCOSTS", "EXPENSE", "", "ACTIVE"),
    ("429", "General expenses", "EXPENSE", "EXPENSE", "", "ACTIVE"),
    ("465", "Loss on disposal of hire fleet", "OVERHEADS", "EXPENSE", "", "ACTIVE"),
    ("480", "Shrinkage (old)", "EXPENSE", "EXPENSE", "", "ARCHIVED"),
    ("610", "Accounts receivable", "CURRENT", "ASSET", "DEBTORS", "ACTIVE"),
    ("630", "Stock at ACS", "CURRENT", "ASSET", "", "ACTIVE"),
    ("631", "Tracked inventory", "INVENTORY", "ASSET", "", "ACTIVE"),
    ("710", "Hire fleet at cost", "FIXED", "ASSET", "", "ACTIVE"),
    ("711", "Less accumulated depreciation on hire fleet", "FIXED", "ASSET", "", "ACTIVE"),
    ("800", "Accounts payable", "CURRLIAB", "LIABILITY", "CREDITORS", "ACTIVE"),
    ("820", "VAT", "CURRLIAB", "LIABILITY", "GST", "ACTIVE"),
    ("960", "Retained earnings", "EQUITY", "EQUITY", "RETAINEDEARNINGS", "ACTIVE"),
]


class Books:
    """Guarded by the world's lock. Nothing may be dated on or before either lock date; None: not locked."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._ids = random.Random(f"xero {world.seed}")  # noqa: S311 - a make-believe ledger's ids
        self._stamped = world.start - timedelta(days=1)
        self.name = "Lockstep Sandbox Ltd"
        self.period_lock: date | None = (world.start.date() - timedelta(days=SETTLED_DAYS)).replace(day=1) - timedelta(days=1)
        self.year_lock: date | None = None
        self.accounts: dict[str, Account] = {}
        for row in CHART:
            self.open_account(*row)
        self.journals: dict[str, Journal] = {}
        self.notes: dict[str, Note] = {}
        self.invoices: dict[str, Invoice] = {}
        self.contacts: dict[str, Contact] = {}
        self._invoice_what_came_back()

    def next_id(self) -> str:
        return str(uuid.UUID(int=self._ids.getrandbits(128), version=4))

    def now(self) -> datetime:
        """As Xero stamps it: to the millisecond, and never twice the same."""
        at = self.world.now()
        at = at.replace(microsecond=at.microsecond // 1000 * 1000)
        self._stamped = max(at, self._stamped + timedelta(milliseconds=1))
        return self._stamped

    def today(self) -> date:
        return self.world.now().date()

    @property
    def locked_to(self) -> tuple[date, str] | None:
        """The later lock date and what Xero calls it."""
        dates = [(self.period_lock, "period"), (self.year_lock, "end of year")]
        return max(((on, name) for on, name in dates if on), default=None)

    def open_account(self, code: str, name: str, kind: str, klass: str, system: str = "", status: str = "ACTIVE") -> Account:
        made = Account(self.next_id(), code, name, kind, klass, system, status)
        self.accounts[code] = made
        return made

    def contact(self, name: str) -> Contact:
        """The contact of this name, made where there is none: so Xero does."""
        found = next((one for one in self.contacts.values() if one.name == name), None)
        if found is None:
            found = Contact(self.next_id(), name)
            self.contacts[found.id] = found
        return found

    def _invoice_what_came_back(self) -> None:
        """One for each order that came back, under its number: something for a credit note to be set against."""
        back = {one.order for one in self.world.returned.returns.values()}
        for order in self.world.orders:
            if order.number in back:
                self.invoice(order.number, round(Decimal(order.body["total"]) * 100))

    def invoice(self, number: str, pence: int, contact: str = CUSTOMERS) -> Invoice:
        made = Invoice(self.next_id(), number, self.contact(contact), self.today(), pence)
        self.invoices[made.id] = made
        return made
