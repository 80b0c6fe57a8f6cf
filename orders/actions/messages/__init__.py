"""What customers are told: drafted by an act, read by a person, sent once, and only while it is so."""

from orders.actions.messages.drafting import draft, draft_locker_changed, drop, edit
from orders.actions.messages.judging import CHANGED, no_mail, read_world, said_now, why_no_link, why_not_email, why_not_true
from orders.actions.messages.sending import (
    KIND,
    RING,
    deferred,
    failed,
    lock,
    look_up,
    may_send,
    put,
    send,
    send_email,
    settled,
    told_by_text,
)

__all__ = [
    "CHANGED",
    "KIND",
    "RING",
    "deferred",
    "draft",
    "draft_locker_changed",
    "drop",
    "edit",
    "failed",
    "lock",
    "look_up",
    "may_send",
    "no_mail",
    "put",
    "read_world",
    "said_now",
    "send",
    "send_email",
    "settled",
    "told_by_text",
    "why_no_link",
    "why_not_email",
    "why_not_true",
]
