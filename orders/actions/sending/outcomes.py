"""The cases about the sending itself, and how the desk shows an order."""

from datetime import datetime

from django.urls import reverse

from exceptions_queue import actions as desk
from exceptions_queue.catalogue import Code
from orders.models import Order

OUTCOME_SCOPE = frozenset({Code.ORD_REJECTED, Code.ORD_UNCONFIRMED, Code.ORD_NEVER_SENT})


def reconcile_outcome(order: Order, found: dict[str, dict[str, object]], *, at: datetime) -> None:
    """Make the open cases about the sending itself equal `found`."""
    desk.reconcile(order, scope=OUTCOME_SCOPE, found=found, card=card_of(order), at=at)


def card_of(order: Order) -> desk.Card:
    return desk.Card(
        label=f"Order {order.number}",
        url=reverse("orders:detail", kwargs={"number": order.number}),
        order_number=order.number,
        channel=order.channel,
        value_pence=order.total_pence,
        customer_key=order.customer_key,
        locker_id=order.locker_id,
    )
