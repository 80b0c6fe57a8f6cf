"""Do it: one verb per function; the only writer of decisions about orders."""

from exceptions_queue.actions import Refused as DeskRefused
from orders.actions.consolidating import Decided, go_on_waiting, wait_until_whole
from orders.actions.corrections import (
    change_locker,
    convert_to_home,
    correct_address,
    correct_customs,
    correct_dates,
    correct_email,
    correct_mobile,
    correct_name,
    keep_both,
)
from orders.actions.customer_links import ask_customer
from orders.actions.editing import accept_as_sent, amend, recall
from orders.actions.ending import cancel_order
from orders.actions.holding import clear, extend_holds, hold
from orders.actions.outcomes import Checked, Refused, Stale, TooLate
from orders.actions.reassigning import reassign_locker
from orders.actions.review import Reviewed, recheck, review_many
from orders.actions.sending import resend
from orders.actions.splitting import split, to_home
from orders.actions.substituting import offer_another

__all__ = [
    "Checked",
    "Decided",
    "DeskRefused",
    "Refused",
    "Reviewed",
    "Stale",
    "TooLate",
    "accept_as_sent",
    "amend",
    "ask_customer",
    "cancel_order",
    "change_locker",
    "clear",
    "convert_to_home",
    "correct_address",
    "correct_customs",
    "correct_dates",
    "correct_email",
    "correct_mobile",
    "correct_name",
    "extend_holds",
    "go_on_waiting",
    "hold",
    "keep_both",
    "offer_another",
    "reassign_locker",
    "recall",
    "recheck",
    "resend",
    "review_many",
    "split",
    "to_home",
    "wait_until_whole",
]
