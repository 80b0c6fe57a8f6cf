"""How conditions of a garment are said in the middle of a sentence. Pure."""

from datetime import timedelta

from inventory.states import ItemState

_IS = {
    ItemState.READY: "ready for customers",
    ItemState.PROCESSING: "being processed at the warehouse",
    ItemState.RECEIPTED: "received and not yet placed",
    ItemState.INSPECTION: "in inspection after a rental",
    ItemState.REFURBISHMENT: "in refurbishment",
    ItemState.QUARANTINE: "in quarantine",
    ItemState.ALLOCATED: "picked for an order",
    ItemState.ON_HIRE: "with a renter",
    ItemState.BER: "beyond economic repair",
    ItemState.RETIRED: "ex-hired, and ACS does not say why",
    ItemState.LOST: "lost",
}


def state_of(target: str) -> ItemState | None:
    """The item state a mapping names; None while it is unmapped, or names what we do not know."""
    return ItemState(target) if target in ItemState.values else None


def is_in(state: ItemState) -> str:
    """ "in refurbishment": after "It is" or "14 are"."""
    return _IS[state]


def number_are(count: int) -> str:
    """ "1 is", "14 are"."""
    return f"{count:,} {'is' if count == 1 else 'are'}"


def long(length: timedelta) -> str:
    """ "18 h", "3 days": as much as a plan needs. Up to three days in hours, as buffers are."""
    hours = round(length / timedelta(hours=1))
    return f"{hours} h" if hours <= 72 else f"{round(hours / 24)} days"
