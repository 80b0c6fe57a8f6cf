"""Orders at ACS in our words: what we send, what we read, and whether the two say the same."""

import unicodedata
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from datetime import date, datetime
from typing import Any


@dataclass(frozen=True)
class OutboundLine:
    """One line. `line_id` is unique within the order; money in pence."""

    line_id: str
    sku: str
    is_hire: bool
    price_pence: int
    quantity: int
    measurements: tuple[str, ...] = ()


@dataclass(frozen=True)
class OutboundOrder:
    """An order as ACS is to hold it. `mobile` is E.164 where it could be read; `parcel_size` is A, B, C or "".

    `label_url` is where the parcel's label is fetched. It is told apart from the rest, after the pick, and is never kept here.
    """

    number: str
    ordered_on: date | None
    dispatch_on: date | None
    deliver_on: date | None
    event_on: date | None
    return_on: date | None
    first_name: str
    last_name: str
    mobile: str
    email: str
    address1: str
    address2: str
    city: str
    county: str
    postcode: str
    service: str
    agent: str
    comments: str
    locker_id: str
    parcel_size: str
    cancelled: bool
    lines: tuple[OutboundLine, ...]
    label_url: str = ""


@dataclass(frozen=True)
class AcsOrder:
    """An order as ACS shows it: the same words, its status as ACS writes it, and the bytes it came in.

    `packed` has as many of `length_mm`, `width_mm`, `height_mm` and `weight_g` as ACS says; `picked` has the garments picked so
    far by line, for the lines of which ACS says it.
    """

    content: OutboundOrder
    status_raw: str
    status_at: datetime | None
    tracking: str
    raw: bytes
    packed: Mapping[str, int] = field(default_factory=dict)
    picked: Mapping[str, int] = field(default_factory=dict)

    @property
    def number(self) -> str:
        return self.content.number


@dataclass(frozen=True)
class PutAnswer:
    """What ACS said to a PUT. Text, and no proof of anything: only the read-back counts."""

    status: int
    text: str
    request_id: str


# ACS may set these itself, and the label comes and goes beside the order; they say nothing about whether it holds our order.
_NOT_COMPARED = frozenset({"comments", "ordered_on", "label_url"})


def differences(sent: OutboundOrder, read: AcsOrder) -> tuple[str, ...]:
    """The fields in which ACS's order is not what we sent, by our names; empty when they agree."""
    names = [field.name for field in fields(OutboundOrder) if field.name not in _NOT_COMPARED]
    return tuple(name for name in names if _plain(getattr(sent, name)) != _plain(getattr(read.content, name)))


def _plain(value: Any) -> Any:
    """Spaces at the ends and between words and the way an accent is written carry no meaning, and lines have no order."""
    if isinstance(value, str):
        return " ".join(unicodedata.normalize("NFC", value).split())
    if isinstance(value, tuple):
        return sorted((_plain_line(line) for line in value), key=repr)
    return value


def _plain_line(line: OutboundLine) -> tuple[Any, ...]:
    measured = tuple(_plain(part) for part in line.measurements[:2] if part)
    return (_plain(line.line_id), _plain(line.sku), line.is_hire, line.price_pence, line.quantity, measured)


def to_payload(order: OutboundOrder) -> dict[str, Any]:
    """Plain JSON values, for an intent."""
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in asdict(order).items()} | {
        "lines": [asdict(line) | {"measurements": list(line.measurements)} for line in order.lines]
    }


def from_payload(payload: dict[str, Any]) -> OutboundOrder:
    """The order of `to_payload`."""
    dates = {
        name: date.fromisoformat(payload[name]) if payload[name] else None
        for name in ("ordered_on", "dispatch_on", "deliver_on", "event_on", "return_on")
    }
    lines = tuple(OutboundLine(**line | {"measurements": tuple(line["measurements"])}) for line in payload["lines"])
    return OutboundOrder(**payload | dates | {"lines": lines})
