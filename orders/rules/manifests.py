"""What keeps a labelled parcel off a manifest, beside the cases that have codes of their own. Pure."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from exceptions_queue.catalogue import CATALOGUE, Evidence, sentence
from orders.states import AcsStatus, Destination, OrderState

READY = (AcsStatus.PICK_CONFIRMED, AcsStatus.PACKED)

ORDER_UNKNOWN = "order_unknown"
NO_MIRROR = "no_mirror"
HOLD = "HOLD"
SENTENCES = {
    ORDER_UNKNOWN: "No order of this number is known here.",
    NO_MIRROR: "InPost's lockers have never been read, so nobody can tell whether its locker takes it.",
    HOLD: "A hold stands on the order.",
    "not_released": "The order is not with ACS any more.",
    "to_a_door": "The order goes to the customer's door now, not to a locker.",
    "cancelled": "The shop has cancelled the order.",
    "left_already": "ACS says that it has left already.",
    "not_packed": "ACS does not say that it is picked.",
    "other_locker": "The order names another locker than the label does.",
}


class OrderFacts(NamedTuple):
    """What of an order decides, beside its checks and cases."""

    state: str
    destination: str
    acs_status: str
    cancelled_at: datetime | None
    locker_id: str


def against(order: OrderFacts, point_id: str) -> list[str]:
    """The facts that forbid a parcel to this point to go with the order as it is; [] when none does."""
    found = []
    if order.state != OrderState.RELEASED:
        found.append("not_released")
    if order.destination != Destination.LOCKER:
        found.append("to_a_door")
    if order.cancelled_at is not None:
        found.append("cancelled")
    if order.acs_status == AcsStatus.DESPATCHED:
        found.append("left_already")
    elif order.acs_status not in READY:
        found.append("not_packed")
    if order.destination == Destination.LOCKER and order.locker_id != point_id:
        found.append("other_locker")
    return found


def in_words(code: str, evidence: Evidence) -> str:
    """Why a parcel does not go, in a sentence."""
    return SENTENCES.get(code) or sentence(code, evidence)


def is_case(code: str) -> bool:
    """Whether the desk has cases of this code."""
    return code in CATALOGUE


def first_reason(codes: Iterable[str]) -> str:
    """The reason to name where there is room for one."""
    return next((in_words(code, {}) for code in codes), "")
