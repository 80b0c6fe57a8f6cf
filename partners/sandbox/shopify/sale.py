"""What the make-believe Shopify keeps of one order: plain facts, from which both its GraphQL and its REST shape are made."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

UTC_STAMP = "%Y-%m-%dT%H:%M:%SZ"
OURS = "lockstep"
REASONS = {
    "AWAITING_PAYMENT": "Awaiting payment",
    "HIGH_RISK_OF_FRAUD": "High risk of fraud",
    "INCORRECT_ADDRESS": "Incorrect address",
    "INVENTORY_OUT_OF_STOCK": "Inventory out of stock",
    "UNKNOWN_DELIVERY_DATE": "Unknown delivery date",
    "ONLINE_STORE_POST_PURCHASE_CROSS_SELL": "Waiting for the customer to decide on a cross-sell",
    "AWAITING_RETURN_ITEMS": "Exchange items awaiting return delivery",
    "OTHER": "Other",
}


@dataclass
class Line:
    """One line; `quantity` as ordered, `current` after edits and refunds, `refunded` how many of it money was given back for."""

    id: int
    sku: str
    title: str
    variant_title: str
    vendor: str
    quantity: int
    current: int
    price: Decimal
    attributes: list[tuple[str, str]]
    refunded: int = 0

    @property
    def name(self) -> str:
        return f"{self.title} - {self.variant_title}" if self.variant_title else self.title


@dataclass
class Hold:
    """`app` is who placed it: OURS, or another that only it may lift."""

    id: int
    handle: str
    reason: str
    notes: str | None
    external_id: str | None
    app: str = OURS


@dataclass
class Piece:
    """A line of a fulfilment order."""

    id: int
    line: Line
    total: int
    sent: int = 0


@dataclass
class Fulfilment:
    """Shopify's FulfillmentOrder: what is to be sent from one place."""

    id: int
    pieces: list[Piece]
    created_at: datetime
    updated_at: datetime
    closed: bool = False
    holds: list[Hold] = field(default_factory=list)

    @property
    def status(self) -> str:
        if self.closed:
            return "CLOSED"
        return "ON_HOLD" if self.holds else "IN_PROGRESS" if any(piece.sent for piece in self.pieces) else "OPEN"

    @property
    def actions(self) -> list[str]:
        if self.closed:
            return []
        if self.holds:
            return ["RELEASE_HOLD", "HOLD", "MOVE"]
        whole = sum(piece.total for piece in self.pieces)
        return ["CREATE_FULFILLMENT", "REPORT_PROGRESS", "MOVE", "HOLD", *(["SPLIT"] if whole > 1 else [])]


@dataclass
class Happening:
    """Shopify's FulfillmentEvent: what the carrier did. `said` is the rest of what was told: message, place, expected delivery."""

    id: int
    status: str
    happened_at: datetime
    created_at: datetime
    said: dict[str, Any]


@dataclass
class Sending:
    """Shopify's Fulfillment: what was sent, with each piece's own id, and how it can be followed: (number, url)."""

    id: int
    name: str
    pieces: list[tuple[int, Piece, int]]
    tracking: list[tuple[str | None, str | None]]
    company: str | None
    created_at: datetime
    updated_at: datetime
    events: list[Happening] = field(default_factory=list)

    def last(self, *statuses: str) -> Happening | None:
        """The latest to have happened, of these statuses where some are named."""
        told = [event for event in self.events if not statuses or event.status in statuses]
        return max(told, key=lambda event: (event.happened_at, event.id), default=None)

    @property
    def display(self) -> str:
        last = self.last()
        return last.status if last else "FULFILLED"


@dataclass(frozen=True)
class Refunded:
    """Shopify's Refund: money that was given back."""

    id: int
    note: str | None
    amount: Decimal
    created_at: datetime


@dataclass
class Sale:
    """One order. `phones` by the place it is kept in; `metafields` by (namespace, key) as (type, text)."""

    id: int
    number: str
    channel: str
    created_at: datetime
    paid_at: datetime
    updated_at: datetime
    email: str
    note: str
    currency: str
    ship: dict[str, Any]
    service: dict[str, str]
    lines: list[Line]
    phones: dict[str, str] = field(default_factory=dict)
    attributes: dict[str, str] = field(default_factory=dict)
    metafields: dict[tuple[str, str], tuple[str, str]] = field(default_factory=dict)
    fulfilments: list[Fulfilment] = field(default_factory=list)
    sendings: list[Sending] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    cancelled_at: datetime | None = None
    cancel_reason: str | None = None
    edited: bool = False
    refunds: list[Refunded] = field(default_factory=list)

    @property
    def name(self) -> str:
        return f"#{self.number}"

    @property
    def total(self) -> Decimal:
        """As it was ordered, VAT within."""
        return sum((line.price * line.quantity for line in self.lines), Decimal(0))

    @property
    def current_total(self) -> Decimal:
        return Decimal(0) if self.cancelled_at else sum((line.price * line.current for line in self.lines), Decimal(0))

    @property
    def given_back(self) -> Decimal:
        return self.total if self.cancelled_at else sum((one.amount for one in self.refunds), Decimal(0))

    @property
    def financial(self) -> str:
        back = self.given_back
        if self.cancelled_at or (back and back >= self.total):
            return "REFUNDED"
        return "PARTIALLY_REFUNDED" if back else "PAID"

    @property
    def fulfilment(self) -> str:
        pieces = [piece for one in self.fulfilments for piece in one.pieces if piece.total]
        sent = [piece.sent >= piece.total for piece in pieces]
        if sent and all(sent):
            return "FULFILLED"
        if any(piece.sent for piece in pieces):
            return "PARTIALLY_FULFILLED"
        return "ON_HOLD" if any(one.holds for one in self.fulfilments) else "UNFULFILLED"


def stamp(instant: datetime | None) -> str | None:
    return instant.strftime(UTC_STAMP) if instant else None


def money(amount: Decimal) -> str:
    """As the real one writes an amount: two decimals, without a closing nought: "84.0", "42.5", "19.99"."""
    text = f"{amount:.2f}"
    return text[:-1] if text.endswith("0") else text
