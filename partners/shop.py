"""One order of the shop in our words, whichever shop stands behind it."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

# Where a shop may keep a phone number, as `StoreOrder.phones` names it and the resolver rules ask for it: with the pick-up point,
# the delivery service, the shipping address, the fulfilment's destination, the order, the customer, the billing address.
PHONES = ("pickup", "service", "shipping", "destination", "order", "customer", "billing")


class Fulfilled(StrEnum):
    """How much of an order the shop says has been sent, whoever sent it."""

    NONE = ""
    PART = "part"
    ALL = "all"
    BACK = "back"

    @property
    def leave_alone(self) -> str:
        """Why an order that is new to us is not ours to send. The first run reads every order of the shop: nothing goes twice."""
        return _SENT_BEFORE.get(self, "")


_SENT_BEFORE = {
    Fulfilled.ALL: "The shop had shipped it before Lockstep saw it.",
    Fulfilled.PART: "The shop had shipped a part of it before Lockstep saw it.",
    Fulfilled.BACK: "The shop had put it back on the shelf before Lockstep saw it.",
}


@dataclass(frozen=True)
class StoreLine:
    """One line; money in pence."""

    line_id: str
    sku: str
    name: str
    quantity: int
    unit_price_pence: int
    is_hire: bool
    measurements: tuple[str, ...]


@dataclass(frozen=True)
class StoreOrder:
    """One order as the shop says it. `phones` are (source of `PHONES`, number); `note_cut` says the note was longer.

    `fulfilled` is the shop's word of today, whoever sent it.
    `leave_alone` says in a sentence why an order that is new to us is not ours to send: shipped already, or nothing to ship.
    """

    store_id: str
    number: str
    channel: str
    placed_at: datetime
    paid_at: datetime | None
    updated_at: datetime
    cancelled_at: datetime | None
    currency: str
    total_pence: int
    note: str
    note_cut: bool
    email: str
    phones: tuple[tuple[str, str], ...]
    first_name: str
    last_name: str
    company: str
    address1: str
    address2: str
    city: str
    county: str
    postcode: str
    country: str
    service_code: str
    service_title: str
    customs_contents: str
    customs_value_pence: int | None
    lines: tuple[StoreLine, ...]
    attributes: dict[str, Any] = field(default_factory=dict)
    metafields: dict[str, Any] = field(default_factory=dict)
    fulfilled: Fulfilled = Fulfilled.NONE
    leave_alone: str = ""


class Milestone(StrEnum):
    """How far a parcel is, for the shop to tell its customer; in the order in which it gets there. Nothing is told backwards."""

    TRANSIT = "transit"
    DELAYED = "delayed"
    OUT = "out"
    TRIED = "tried"
    READY = "ready"
    FAILED = "failed"
    DELIVERED = "delivered"

    @property
    def onwards(self) -> tuple["Milestone", ...]:
        """This one and all that lie beyond it."""
        steps = tuple(Milestone)
        return steps[steps.index(self) :]


class Place(StrEnum):
    """Which of the shop's counts of a SKU: what can be bought, or what is in the warehouse and cannot be."""

    SALE = "sale"
    ASIDE = "aside"


class Reason(StrEnum):
    """Why we change a count, in the shop's history of it."""

    CORRECTION = "correction"
    DAMAGED = "damaged"


@dataclass(frozen=True)
class StockLevel:
    """What the shop shows of one SKU at one place. `why` says in a sentence why that cannot be changed; "" where it can."""

    sku: str
    quantity: int
    item_id: str = ""
    location_id: str = ""
    why: str = ""


@dataclass(frozen=True)
class StockChange:
    """What one SKU is to show from now on, if it still shows `seen`. The id is that of its `StockLevel`."""

    sku: str
    quantity: int
    seen: int
    item_id: str = ""


class Told(StrEnum):
    """What became of one change: done; the shop shows something else than was seen; the shop says no; not tried this time."""

    SET = "set"
    STALE = "stale"
    REFUSED = "refused"
    LATER = "later"


@dataclass(frozen=True)
class StockAnswer:
    """What became of the change of one SKU. `shows` is what the shop shows now, None where that is not known."""

    sku: str
    outcome: Told
    shows: int | None = None
    code: str = ""
    sentence: str = ""


@dataclass(frozen=True)
class RefundDraft:
    """Money that is to go back for one garment of a line. `note` is what the shop shows beside it and ends in `key`, which finds it
    again. In pence of sterling."""

    order: str
    store_id: str
    line_id: str
    amount_pence: int
    key: str
    note: str


@dataclass(frozen=True)
class RefundDoc:
    """Money that went back, as the shop shows it; `amount_pence` is what has arrived of it there so far."""

    external_id: str
    key: str
    amount_pence: int


@dataclass(frozen=True)
class StoreProduct:
    """One product as the shop says it. Lengths in mm, weight in g; None is not known. `absurd` says in words what cannot be right.

    `store_id` is what finds it in the shop again, `version` the shop's own word for the state of its sizes.
    """

    store_id: str
    sku: str
    ean: str = ""
    name: str = ""
    brand: str = ""
    category: str = ""
    weight_g: int | None = None
    length_mm: int | None = None
    width_mm: int | None = None
    height_mm: int | None = None
    version: str = ""
    absurd: str = ""


@dataclass(frozen=True)
class LockerSize:
    """What the shop is told of one product: the smallest compartment that takes one of it, A, B or C, or none. `version` names the
    sizes that this was reckoned from."""

    store_id: str
    sku: str
    size: str
    version: str

    @property
    def is_eligible(self) -> bool:
        return self.size != "none"


@dataclass(frozen=True)
class SizeTold:
    """What became of one line: whether it was news, or in a sentence why the shop does not take it."""

    is_news: bool = False
    refused: str = ""
