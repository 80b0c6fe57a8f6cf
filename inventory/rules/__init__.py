"""Is it true that…? Measures of goods, and what may be sold. Pure."""

from inventory.rules.measures import (
    GRAMS,
    HEAVIEST_G,
    LARGEST_FACTOR,
    LONGEST_MM,
    MM,
    REMEMBERED,
    SMALLEST_FACTOR,
    NotUsable,
    country,
    factor_of,
    hs_code,
    keeps_its_shape,
    middle_factor,
    whole,
)
from inventory.rules.sellable import DEFAULT_BUFFER, is_ripe, sellable
from inventory.rules.whynot import STALE_AFTER, is_stale

__all__ = [
    "DEFAULT_BUFFER",
    "GRAMS",
    "HEAVIEST_G",
    "LARGEST_FACTOR",
    "LONGEST_MM",
    "MM",
    "REMEMBERED",
    "SMALLEST_FACTOR",
    "STALE_AFTER",
    "NotUsable",
    "country",
    "factor_of",
    "hs_code",
    "is_ripe",
    "is_stale",
    "keeps_its_shape",
    "middle_factor",
    "sellable",
    "whole",
]
