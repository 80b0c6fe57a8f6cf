"""Show me."""

from inventory.queries.levels import FEED, sellable_now, stock_as_of
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
from inventory.queries.selling import Sold, oversold, sold_of
from inventory.queries.stock_files import ShownFile, recent_files, stock_file
from inventory.queries.waterfall import StateCount, Waterfall, is_stale, waterfall_of

__all__ = [
    "COLUMNS",
    "FEED",
    "UNKNOWN_SIZE",
    "Counts",
    "Forecast",
    "Learnt",
    "ShownFile",
    "SkuEffect",
    "Sold",
    "StateCount",
    "Waterfall",
    "counts",
    "forecast",
    "history",
    "is_stale",
    "is_too_big",
    "learnt_of",
    "oversold",
    "packed_otherwise",
    "product_of",
    "recent_files",
    "rows",
    "sellable_now",
    "sku_effects",
    "sold_of",
    "stock_as_of",
    "stock_file",
    "too_big",
    "waterfall_of",
]
