"""Do it: the only writer of decisions about goods."""

from inventory.actions.levels import recount
from inventory.actions.meanings import EffectChanged, approve_meanings, publish_meanings, rehearse_meanings, roll_back_meanings
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
    "EffectChanged",
    "NotLearnt",
    "Stale",
    "accept_learnt_size",
    "approve_meanings",
    "correct_product",
    "learn_sizes",
    "publish_meanings",
    "recount",
    "rehearse_meanings",
    "roll_back_meanings",
    "set_size",
]
