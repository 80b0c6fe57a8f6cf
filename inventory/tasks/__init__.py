"""The clock asks. Each task is safe to run twice, at once, or never."""

from inventory.tasks.counting import ripen
from inventory.tasks.days import keep_stock_day, learn_state_times
from inventory.tasks.publishing import publish_stock, purge_batches, read_shop_levels
from inventory.tasks.sizes import decide_again, tell_sizes

__all__ = [
    "decide_again",
    "keep_stock_day",
    "learn_state_times",
    "publish_stock",
    "purge_batches",
    "read_shop_levels",
    "ripen",
    "tell_sizes",
]
