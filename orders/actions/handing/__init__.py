"""ACS is told where the label of a picked order is: in a spare field of the order, or as files in a folder that it reads."""

from orders.actions.handing.asking import KIND, hand_again, is_told, queue_handovers
from orders.actions.handing.steps import lock_order, look_up, may_send, send, settled

__all__ = ["KIND", "hand_again", "is_told", "lock_order", "look_up", "may_send", "queue_handovers", "send", "settled"]
