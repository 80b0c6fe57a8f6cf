"""Do it: reconcile what is wrong, say what blocks, hold, and what people decide about a case."""

from exceptions_queue.actions.cases import Card, Finding, Reconciled, reconcile, reconcile_many
from exceptions_queue.actions.decisions import add_note, assign, close_by_hand, may_not_waive, reopen, snooze, take_next, waive, wake
from exceptions_queue.actions.holds import (
    blocking_codes,
    blocking_codes_many,
    clear_hold,
    extend_hold,
    open_case,
    open_codes,
    place_hold,
    subjects_with_open_case,
)
from exceptions_queue.actions.outcomes import Refused, Stale
from exceptions_queue.actions.presence import see
from exceptions_queue.actions.saved import drop_view, save_view
from exceptions_queue.actions.sites import change_site, drop_day, set_day
from exceptions_queue.actions.undoing import snapshot, token, undo
from exceptions_queue.actions.waiting import hand_over, resume, wait_for_customer

__all__ = [
    "Card",
    "Finding",
    "Reconciled",
    "Refused",
    "Stale",
    "add_note",
    "assign",
    "blocking_codes",
    "blocking_codes_many",
    "change_site",
    "clear_hold",
    "close_by_hand",
    "drop_day",
    "drop_view",
    "extend_hold",
    "hand_over",
    "may_not_waive",
    "open_case",
    "open_codes",
    "place_hold",
    "reconcile",
    "reconcile_many",
    "reopen",
    "resume",
    "save_view",
    "see",
    "set_day",
    "snapshot",
    "snooze",
    "subjects_with_open_case",
    "take_next",
    "token",
    "undo",
    "wait_for_customer",
    "waive",
    "wake",
]
