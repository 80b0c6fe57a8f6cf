"""Do it: the only writer of decisions about goods."""

from inventory.actions.levels import recount
from inventory.actions.products import (
    CORRECTABLE,
    NOT_THERE,
    RECHECK,
    NotLearnt,
    Stale,
    accept_learnt_size,
    correct_product,
    learn_sizes,
    set_size,
)
from inventory.actions.stock_cases import look_at_feed, look_at_garments, look_at_statuses

__all__ = [
    "CORRECTABLE",
    "NOT_THERE",
    "RECHECK",
    "NotLearnt",
    "Stale",
    "accept_learnt_size",
    "correct_product",
    "learn_sizes",
    "look_at_feed",
    "look_at_garments",
    "look_at_statuses",
    "recount",
    "set_size",
]
