"""Money back: proposed by a grade or a person, decided by another, given once by the shop or the ledger."""

from returns.actions.refunds.deciding import approve, decline, propose
from returns.actions.refunds.giving import KINDS, RING, drain_refunds, find_in_doubt, may_give, queue_approved
from returns.actions.refunds.proposing import look, look_again, look_at_returns

__all__ = [
    "KINDS",
    "RING",
    "approve",
    "decline",
    "drain_refunds",
    "find_in_doubt",
    "look",
    "look_again",
    "look_at_returns",
    "may_give",
    "propose",
    "queue_approved",
]
