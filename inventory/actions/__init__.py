"""Do it: the only writer of decisions about goods."""

from inventory.actions.allocating import allocate, allocate_many, leave
from inventory.actions.levels import apply_buffers, recount, ripen
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
    "allocate",
    "allocate_many",
    "apply_buffers",
    "correct_product",
    "learn_sizes",
    "leave",
    "recount",
    "ripen",
    "set_size",
]
