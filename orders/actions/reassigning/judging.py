"""May an order that ACS has go to another locker, and to this one? Read set by set; nothing is written here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from lockers import queries as lockers
from lockers.actions import BEING_MADE, labels_in_the_air
from lockers.models import Parcel, Point
from lockers.rules import points
from lockers.states import LIVE
from orders.actions.outcomes import Refused, TooLate
from orders.actions.sending import local, with_live_intents
from orders.models import Order
from orders.problems import Method, read_methods
from orders.queries.nearby import needed_sizes
from orders.rules.stage import why_not_elsewhere
from orders.states import Destination
from partners import connect
from partners.mappings import fold

No = Refused | TooLate
OBSERVED = "Lockstep only watches ACS here (MODE_ACS=observe). Ring ACS."
ASKED = "Something about it is on its way to ACS just now. Wait for ACS's answer."


@dataclass(frozen=True)
class Standing:
    """What counts for some orders at ACS: their live parcels by order number, the compartment each needs by id, and what holds for all."""

    parcels: Mapping[str, Parcel]
    sizes: Mapping[int, str]
    methods: Mapping[str, Method]
    asked: set[str]
    being_made: set[str]
    live: bool
    full_after: datetime | None = field(default=None)

    def why_not(self, order: Order) -> No | None:
        """Why no other locker can be asked of ACS for it; None where one can."""
        if order.store_cancelled_at:
            return TooLate("The shop cancelled this order: there is nothing to send elsewhere, only to stop.")
        if late := self._late(order):
            return late
        method = self.methods.get(fold(order.delivery_method))
        if method is None:
            return Refused("Its delivery method has no ACS service any more, so ACS cannot be told. Have it mapped first.")
        if method.destination != Destination.LOCKER:
            return Refused(f"Order {order.number} goes to the customer's door, so another locker would change nothing.")
        if order.number in self.being_made:
            return Refused(BEING_MADE)
        if not self.sizes.get(order.pk):
            return Refused("Nobody knows which compartment it needs. Put the sizes of its products right first.")
        return None

    def _late(self, order: Order) -> No | None:
        parcel = self.parcels.get(order.number)
        since, state = local(order.acs_status_since), parcel.state if parcel else ""
        taken = local(parcel.handed_over_at) if parcel else ""
        if sentence := why_not_elsewhere(order.acs_status, since, parcel=state, taken=taken):
            return TooLate(sentence)
        if not self.live:
            return Refused(OBSERVED)
        return TooLate(ASKED) if order.number in self.asked else None

    def why_not_there(self, order: Order, point: Point) -> str:
        """Why this locker cannot take its parcel; "" where it can."""
        size = self.sizes.get(order.pk, "")
        if not point.may_receive or point.gone_at:
            return f"Locker {point.point_id} does not take parcels now ({point.status}). Choose another."
        if not points.has_size(point.sizes, size):
            return f"Locker {point.point_id} has no {size} compartment, which the parcel needs. Choose another."
        if self.is_full(point, size):
            return f"Locker {point.point_id} has had next to no free {size} compartment for some time. Choose another."
        return ""

    def is_full(self, point: Point, size: str) -> bool:
        return points.is_full(point.status, point.low_since.get(size), self.full_after)


def standing_of(orders: Sequence[Order], *, parcels: Mapping[str, Parcel] | None = None) -> Standing:
    """Seven statements for any number of orders. `parcels` are given where they are locked already."""
    numbers = [order.number for order in orders]
    if parcels is None:
        parcels = {row.order_number: row for row in Parcel.objects.filter(order_number__in=numbers, state__in=LIVE)}
    return Standing(
        parcels=parcels,
        sizes=needed_sizes(orders),
        methods=read_methods(),
        asked=with_live_intents(numbers),
        being_made=labels_in_the_air(parcels.values()),
        live=connect.mode("acs") == "live",
        full_after=lockers.full_after(),
    )
