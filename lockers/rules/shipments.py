"""What is to be said of one parcel before it has a label. Pure."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from partners.inpost.shipments import Consignment, Customs, CustomsItem

__all__ = ["Customs", "CustomsItem", "Shipment", "from_payload", "to_payload"]


@dataclass(frozen=True, kw_only=True)
class Shipment(Consignment):
    """One parcel of one order, as a room above asks for it. `size_from` says who measured: "acs" or "estimate"."""

    size: str
    size_from: str


def to_payload(shipment: Shipment) -> dict[str, Any]:
    """Plain values, fit for an intent. They hold the customer's data."""
    return asdict(shipment)


def from_payload(payload: Mapping[str, Any]) -> Shipment:
    """The inverse of `to_payload`."""
    customs = payload.get("customs")
    return Shipment(**{**payload, "customs": _customs(customs) if customs else None})


def _customs(said: Mapping[str, Any]) -> Customs:
    return Customs(**{**said, "items": tuple(CustomsItem(**item) for item in said["items"])})
