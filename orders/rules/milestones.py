"""What of a parcel's way the shop is told, from InPost's facts about it."""

from dataclasses import dataclass
from datetime import datetime

from lockers.states import Carriage
from partners.shop import Milestone

KIND = "shop_milestone"
LAST_MILE = ("LMD.1001", "LMD.1002")  # on the van, and at the locker but not yet in it
REACHED: dict[Milestone, tuple[str, ...]] = {
    Milestone.TRANSIT: (Carriage.IN_TRANSIT,),
    Milestone.DELAYED: (Carriage.DELAYED, Carriage.REDIRECTED),
    Milestone.TRIED: (Carriage.NO_ROOM,),
    Milestone.READY: (Carriage.IN_LOCKER, Carriage.EXPIRING),
    Milestone.FAILED: (
        *(Carriage.EXPIRED, Carriage.TOO_BIG, Carriage.UNDELIVERABLE),
        *(Carriage.RETURNING, Carriage.RETURNED, Carriage.LOST, Carriage.DAMAGED),
    ),
    Milestone.DELIVERED: (Carriage.COLLECTED,),
}
WORDS = {
    Milestone.TRANSIT: "on its way",
    Milestone.DELAYED: "delayed",
    Milestone.OUT: "out for delivery",
    Milestone.TRIED: "tried, and could not be left",
    Milestone.READY: "ready to collect",
    Milestone.FAILED: "not delivered",
    Milestone.DELIVERED: "collected",
}
_BY_CARRIAGE = {carriage: milestone for milestone, reached in REACHED.items() for carriage in reached}


@dataclass(frozen=True)
class Way:
    """What InPost says of a parcel. Times are UTC, each InPost's own."""

    carriage: str
    last_code: str = ""
    carriage_at: datetime | None = None
    in_locker_at: datetime | None = None
    collected_at: datetime | None = None


def milestone_of(way: Way) -> Milestone | None:
    """The furthest it has come; None while there is nothing that the shop's own "sent" does not say."""
    if way.carriage == Carriage.IN_TRANSIT and way.last_code in LAST_MILE:
        return Milestone.OUT
    return _BY_CARRIAGE.get(way.carriage)


def happened_at(way: Way) -> datetime | None:
    """When it came there, by InPost's clock. For OUT the caller knows better: the event itself."""
    if way.carriage == Carriage.COLLECTED:
        return way.collected_at or way.carriage_at
    return (way.in_locker_at or way.carriage_at) if way.carriage in REACHED[Milestone.READY] else way.carriage_at


def key_of(number: str, milestone: Milestone) -> str:
    """What makes it once per order and milestone."""
    return f"{number}:{milestone}"
