"""Do it: the only writer of decisions about goods."""

from inventory.actions.allocating import allocate, allocate_many, leave
from inventory.actions.confirming import confirm_garment
from inventory.actions.days import keep_day
from inventory.actions.keeping import drop_buffer, set_buffer, set_reserve
from inventory.actions.levels import apply_buffers, recount, ripen
from inventory.actions.limits import follow_limits
from inventory.actions.meanings import EffectChanged, approve_meanings, publish_meanings, rehearse_meanings, roll_back_meanings
from inventory.actions.measures import (
    CannotDecide,
    decide_again,
    note_packed,
    note_size_cases,
    prefer_source,
    redecide,
    set_source_order,
)
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
from inventory.actions.publishing import find_inflated, publish_now, queue_publishes
from inventory.actions.stock_cases import look_at_feed, look_at_garments, look_at_statuses
from inventory.actions.times import learn_state_times
from inventory.actions.withholding import let_go, withhold

__all__ = [
    "CORRECTABLE",
    "NOT_THERE",
    "RECHECK",
    "CannotDecide",
    "EffectChanged",
    "NotLearnt",
    "Refused",
    "Stale",
    "accept_learnt_size",
    "allocate",
    "allocate_many",
    "apply_buffers",
    "approve_meanings",
    "confirm_garment",
    "correct_product",
    "decide_again",
    "drop_buffer",
    "find_inflated",
    "follow_limits",
    "keep_day",
    "learn_sizes",
    "learn_state_times",
    "leave",
    "let_go",
    "look_at_feed",
    "look_at_garments",
    "look_at_statuses",
    "note_packed",
    "note_size_cases",
    "prefer_source",
    "publish_meanings",
    "publish_now",
    "queue_publishes",
    "recount",
    "redecide",
    "rehearse_meanings",
    "ripen",
    "roll_back_meanings",
    "set_buffer",
    "set_reserve",
    "set_size",
    "set_source_order",
    "withhold",
]
