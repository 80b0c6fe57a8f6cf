"""Which lockers could take this order's parcel instead?"""

from lockers import queries as lockers
from lockers.models import Point
from orders.models import GateDecision, Order


def alternatives(order: Order) -> list[lockers.Near]:
    """The five nearest lockers with the needed size: to the locker chosen, else to the customer's postcode."""
    place = _place(order)
    if place is None:
        return []
    return lockers.nearest(*place, size=needed_size(order), but_not=order.locker_id)


def needed_size(order: Order) -> str:
    """The compartment the last look at the gate found to be needed; "" where it could not tell."""
    decision = order.decisions.filter(gate=GateDecision.Gate.RELEASE).order_by("-id").first()
    return str(decision.inputs.get("size", "")) if decision else ""


def chosen(order: Order) -> Point | None:
    return Point.objects.filter(point_id=order.locker_id).first() if order.locker_id else None


def _place(order: Order) -> tuple[float, float] | None:
    point = chosen(order)
    if point and (point.latitude or point.longitude):
        return point.latitude, point.longitude
    return lockers.middle_of(order.postcode)
