"""Is it true that…? Measures of goods, and what may be sold. Pure."""

from inventory.rules.meanings import fault_of, is_sellable, short_orders, why_second
from inventory.rules.measures import (
    LARGEST_FACTOR,
    REMEMBERED,
    SMALLEST_FACTOR,
    country,
    factor_of,
    hs_code,
    keeps_its_shape,
    middle_factor,
    yes_or_no,
)
from inventory.rules.precedence import DEFAULT_ORDER, SIDES, SIZE, Decided, Size, decide, middle_of, order_for, rescaled
from inventory.rules.publishing import is_too_old, may_be_told
from inventory.rules.sellable import DEFAULT_BUFFER, is_ripe, sellable, still_to_take
from partners.rules.measures import GRAMS, HEAVIEST_G, LONGEST_MM, MM, Absurd, NotUsable, whole

__all__ = [
    "DEFAULT_BUFFER",
    "DEFAULT_ORDER",
    "GRAMS",
    "HEAVIEST_G",
    "LARGEST_FACTOR",
    "LONGEST_MM",
    "MM",
    "REMEMBERED",
    "SIDES",
    "SIZE",
    "SMALLEST_FACTOR",
    "Absurd",
    "Decided",
    "NotUsable",
    "Size",
    "country",
    "decide",
    "factor_of",
    "fault_of",
    "hs_code",
    "is_ripe",
    "is_sellable",
    "is_too_old",
    "keeps_its_shape",
    "may_be_told",
    "middle_factor",
    "middle_of",
    "order_for",
    "rescaled",
    "sellable",
    "short_orders",
    "still_to_take",
    "whole",
    "why_second",
    "yes_or_no",
]
