"""An order ends when its customer has collected it."""

from datetime import datetime

from django.db import transaction
from django.db.models import F, QuerySet

from exceptions_queue import actions as desk
from exceptions_queue.moves import move_many
from orders.actions import fulfilling, milestones
from orders.actions.allocating import allocate_for
from orders.actions.consolidating import look_waiting
from orders.actions.sending import card_of
from orders.models import Order
from orders.queries.stages import of_stage
from orders.rules.carriage import ON_THE_WAY
from orders.states import MOVES, Destination, OrderState
from partners import connect

BATCH = 500
MOST = 10_000
SYSTEM = "system:closing"


def close_collected(*, at: datetime) -> int:
    """Close every released order whose parcel the customer has; return how many. A fixed number of statements per 500, beside what
    the shop has still to be told.

    What comes back stays open until somebody has settled it, and so does what was sent to a door and nobody reports on.
    """
    ids = list(collected().order_by("pk").values_list("pk", flat=True)[:MOST])
    return sum(_close(ids[start : start + BATCH], at=at) for start in range(0, len(ids), BATCH))


def collected() -> QuerySet[Order]:
    """Released locker orders whose live parcel is with the customer. Asked order by order: what was collected over the years is not
    read, nor what went to doors."""
    return Order.objects.filter(of_stage("collected"), destination=Destination.LOCKER)


def _close(ids: list[int], *, at: datetime) -> int:
    """What the shop has not been told yet is asked of it in the same transaction: a closed order is not looked for any more."""
    with transaction.atomic():
        locked = list(Order.objects.select_for_update().filter(pk__in=ids).order_by("pk"))
        theirs = set(collected().filter(pk__in=[order.pk for order in locked]).values_list("pk", flat=True))
        if not theirs:  # somebody else closed them meanwhile
            return 0
        still = Order.objects.filter(pk__in=theirs)
        if connect.mode("store") == "live":
            fulfilling.queue_for(still, at=at)
            milestones.queue_for(still, at=at)
        moved = move_many(
            Order,
            theirs,
            frm=OrderState.RELEASED,
            to=OrderState.CLOSED,
            allowed=MOVES,
            actor=SYSTEM,
            at=at,
            verb="order closed",
            reason="The customer has collected it.",
            also={"version": F("version") + 1},
        )
        ended = set(moved)
        cured = [desk.Finding(order.pk, {}, card_of(order)) for order in locked if order.pk in ended]
        desk.reconcile_many(Order, cured, scope=ON_THE_WAY, at=at)
        allocate_for(moved, at=at)
        look_waiting(moved, at=at)
    return len(moved)
