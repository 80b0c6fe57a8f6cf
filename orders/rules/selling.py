"""What does an order take from stock? Pure."""

from enum import Enum
from typing import NamedTuple

from orders.states import BEFORE_RELEASE, AcsStatus, OrderState
from partners.shop import Fulfilled


class Takes(Enum):
    """What an order takes from stock: its lines; nothing any more; or what it took, until a stock file shows it gone."""

    LINES = "lines"
    NOTHING = "nothing"
    GONE = "gone"


class Sold(NamedTuple):
    """Where an order is: our state, ACS's status, what the shop says of it, and whether the desk leaves it to others."""

    state: str
    acs_status: str
    shop_fulfilled: str = Fulfilled.NONE
    is_cancelled_in_shop: bool = False
    is_excluded: bool = False


def takes(sold: Sold) -> Takes:
    """An order sells garments from the moment we know it, paid or not, until it ends here or leaves ACS, whoever has it sent.

    Once we sent it ACS alone says that it left; of what others send only the shop says so. What ACS alone has cancelled is owed.
    """
    if sold.state == OrderState.CANCELLED:
        return Takes.NOTHING
    if sold.state == OrderState.CLOSED or sold.acs_status == AcsStatus.DESPATCHED:
        return Takes.GONE
    return _before_release(sold) if sold.state in BEFORE_RELEASE else Takes.LINES


def _before_release(sold: Sold) -> Takes:
    if sold.shop_fulfilled == Fulfilled.ALL:
        return Takes.GONE
    ended = sold.shop_fulfilled == Fulfilled.BACK or (sold.is_excluded and sold.is_cancelled_in_shop)
    return Takes.NOTHING if ended else Takes.LINES
