"""Show me."""

from inventory.queries.levels import sellable_now, stock_as_of
from inventory.queries.measures import LEAST_PARCELS, brand_orders, said_of, sides_of, source_orders
from inventory.queries.products import (
    COLUMNS,
    NO_LOCKER,
    UNKNOWN_SIZE,
    Counts,
    Learnt,
    counts,
    history,
    is_too_big,
    learnt_of,
    locker_size,
    packed_otherwise,
    product_of,
    rows,
    too_big,
)

__all__ = [
    "COLUMNS",
    "LEAST_PARCELS",
    "NO_LOCKER",
    "UNKNOWN_SIZE",
    "Counts",
    "Learnt",
    "brand_orders",
    "counts",
    "history",
    "is_too_big",
    "learnt_of",
    "locker_size",
    "packed_otherwise",
    "product_of",
    "rows",
    "said_of",
    "sellable_now",
    "sides_of",
    "source_orders",
    "stock_as_of",
    "too_big",
]
