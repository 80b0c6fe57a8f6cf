"""Do it: the only writer of decisions about goods."""

from inventory.actions.levels import recount
from inventory.actions.measures import (
    CannotDecide,
    decide_again,
    note_packed,
    note_size_cases,
    prefer_source,
    redecide,
    set_source_order,
)
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
    "CannotDecide",
    "NotLearnt",
    "Stale",
    "accept_learnt_size",
    "correct_product",
    "decide_again",
    "learn_sizes",
    "note_packed",
    "note_size_cases",
    "prefer_source",
    "recount",
    "redecide",
    "set_size",
    "set_source_order",
]
