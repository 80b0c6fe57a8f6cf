"""Offer a customer another garment for one that cannot be sent. The shop changes the order, once they agree."""

from datetime import datetime

from exceptions_queue import actions as desk
from exceptions_queue.audit import Actor
from orders.actions.messages import draft
from orders.actions.outcomes import Checked
from orders.models import CustomerMessage, Order


def offer_another(order: Order, *, actor: Actor, at: datetime, version: int | None = None) -> Checked:
    """Draft the message that offers what is like the missing garments. `version` is ignored: nothing of the order changes.

    Raises Refused where nothing is missing, or nothing is like it.
    """
    draft(order, occasion=CustomerMessage.Occasion.ANOTHER_GARMENT, actor=actor, at=at)
    sentence = (
        "The message is drafted: read it, then send it. Once the customer agrees, change the order in the shop: the case closes then."
    )
    return Checked(order, frozenset(), frozenset(), frozenset(desk.open_codes(order)), sentence)
