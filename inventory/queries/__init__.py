"""Show me."""

from inventory.queries.levels import sellable_now, stock_as_of
from inventory.queries.products import (
    COLUMNS,
    UNKNOWN_SIZE,
    Counts,
    Learnt,
    counts,
    history,
    is_too_big,
    learnt_of,
    packed_otherwise,
    product_of,
    rows,
    too_big,
)
from inventory.queries.selling import Sold, oversold, sold_of
from inventory.queries.waterfall import StateCount, Waterfall, is_stale, waterfall_of

__all__ = [
    "COLUMNS",
    "UNKNOWN_SIZE",
    "Counts",
    "Learnt",
    "Sold",
    "StateCount",
    "Waterfall",
    "counts",
    "history",
    "is_stale",
    "is_too_big",
    "learnt_of",
    "oversold",
    "packed_otherwise",
    "product_of",
    "rows",
    "sellable_now",
    "sold_of",
    "stock_as_of",
    "too_big",
    "waterfall_of",
]
