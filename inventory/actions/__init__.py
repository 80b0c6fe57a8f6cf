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

__all__ = [
    "CORRECTABLE",
    "NOT_THERE",
    "RECHECK",
    "NotLearnt",
    "Stale",
    "accept_learnt_size",
    "correct_product",
    "learn_sizes",
    "recount",
    "set_size",
]
