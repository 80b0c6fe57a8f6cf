"""What does an order take from stock? Pure."""

from enum import Enum

from orders.states import AcsStatus, OrderState


class Takes(Enum):
    """What an order takes from stock: its lines; nothing any more; or what it took, until a stock file shows it gone."""

    LINES = "lines"
    NOTHING = "nothing"
    GONE = "gone"


def takes(state: str, acs_status: str, *, excluded: bool) -> Takes:
    """An order sells garments from the moment we know it, paid or not, until it ends here or leaves ACS.

    What others send for us is not ours to sell, and what ACS alone has cancelled is still owed.
    """
    if excluded or state == OrderState.CANCELLED:
        return Takes.NOTHING
    if state == OrderState.CLOSED or acs_status == AcsStatus.DESPATCHED:
        return Takes.GONE
    return Takes.LINES
