"""Do it: the only writer of decisions about goods."""

from inventory.actions.buffers import drop_buffer, set_buffer, set_reserve
from inventory.actions.days import keep_day
from inventory.actions.levels import recount
from inventory.actions.outcomes import Refused
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
from inventory.actions.times import learn_state_times

__all__ = [
    "CORRECTABLE",
    "NOT_THERE",
    "RECHECK",
    "NotLearnt",
    "Refused",
    "Stale",
    "accept_learnt_size",
    "correct_product",
    "drop_buffer",
    "keep_day",
    "learn_sizes",
    "learn_state_times",
    "recount",
    "set_buffer",
    "set_reserve",
    "set_size",
]
