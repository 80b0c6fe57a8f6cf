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
from inventory.queries.rehearsing import Forecast, SkuEffect, forecast, sku_effects

__all__ = [
    "COLUMNS",
    "UNKNOWN_SIZE",
    "Counts",
    "Forecast",
    "Learnt",
    "SkuEffect",
    "counts",
    "forecast",
    "history",
    "is_too_big",
    "learnt_of",
    "packed_otherwise",
    "product_of",
    "rows",
    "sellable_now",
    "sku_effects",
    "stock_as_of",
    "too_big",
]
