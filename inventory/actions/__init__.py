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
from inventory.actions.publishing import find_inflated, publish_now, queue_publishes

__all__ = [
    "CORRECTABLE",
    "NOT_THERE",
    "RECHECK",
    "NotLearnt",
    "Stale",
    "accept_learnt_size",
    "correct_product",
    "find_inflated",
    "learn_sizes",
    "publish_now",
    "queue_publishes",
    "recount",
    "set_size",
]
