"""Is it true that…? May this garment be sold, and how many of a SKU. Pure: the one formula of the house."""

from datetime import datetime, timedelta

DEFAULT_BUFFER = timedelta(hours=72)


def is_ripe(*, since: datetime, buffer: timedelta, at: datetime) -> bool:
    """Whether a garment in a sellable state has been in it for at least the buffer."""
    return since + buffer <= at


def still_to_take(*, sold: int, picked: int) -> int:
    """How many garments an order still takes from those for sale: one that ACS shows as picked for this order is not among them any
    more. What ACS does not tie to the order takes nothing off."""
    return max(0, sold - picked)


def sellable(*, ripe: int, allocated: int, reserve: int) -> int:
    """How many of a SKU may be offered: those ripe, less what orders still take (`still_to_take`) and what is kept back; never below
    zero."""
    return max(0, ripe - allocated - reserve)
