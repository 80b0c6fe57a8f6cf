"""Why a basket cannot go to a locker, in words that a shopper may read. Pure."""

from collections.abc import Mapping
from typing import Any, NamedTuple

# Beside the codes that the release gate knows too.
NONE_NEAR, CANNOT_TELL = "LOC-NONE-NEAR", "CHECK-UNAVAILABLE"
REACH_M = 25_000  # nobody collects a dress from farther away

_OF_ONE = {
    "unknown": "We do not know the size of this item yet, so it cannot go to a locker.",
    "too_big": "This item is too large for a locker.",
    "too_heavy": "This item is too heavy for a locker, which takes up to 15 kg.",
}
_OF_ALL = {
    "unknown": "We do not know the size of everything in this basket yet, so it cannot go to a locker.",
    "too_big": "This basket is too large for one locker.",
    "too_heavy": "This basket is too heavy for one locker, which takes up to 15 kg.",
}
_OF_LOCKER = {
    "unknown": "We do not know this locker. Please choose another.",
    "shop": "This is a parcel shop and not a locker. Please choose another.",
    "gone": "This locker is no longer there. Please choose another.",
    "does_not_receive": "This locker does not take parcels for collection. Please choose another.",
    "no_compartment": "This locker has no compartment large enough for this basket. Please choose another.",
}
_CLOSED = "This locker is closed at the moment. Please choose another."
_NONE_NEAR = "There is no locker near this postcode that takes this basket."
_CANNOT_TELL = "Lockers cannot be checked at the moment. Please choose another delivery, or try again in a few minutes."


class Reason(NamedTuple):
    """`code` is for programs; `sku` is "" where the basket as a whole is meant."""

    code: str
    sku: str
    text: str


def of_goods(code: str, fault: str, skus: list[str]) -> list[Reason]:
    """One reason for each SKU to blame; one for the basket where no single one is."""
    return [Reason(code, sku, _OF_ONE[fault]) for sku in skus] or [Reason(code, "", _OF_ALL[fault])]


def of_locker(found: Mapping[str, Mapping[str, Any]]) -> list[Reason]:
    return [Reason(code, "", _OF_LOCKER.get(evidence["fault"], _CLOSED)) for code, evidence in found.items()]


def none_near() -> Reason:
    return Reason(NONE_NEAR, "", _NONE_NEAR)


def cannot_tell() -> Reason:
    return Reason(CANNOT_TELL, "", _CANNOT_TELL)
