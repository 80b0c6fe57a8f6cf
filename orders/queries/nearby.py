"""Which lockers could take an order's parcel instead, and how far are they: from the first choice and from the customer?"""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import NamedTuple

from django.db.models import Avg

from lockers import queries as lockers
from lockers.models import Point
from lockers.rules import points
from lockers.rules.hours import hours_in_words
from orders.models import GateDecision, Order
from orders.rules.packed import is_whole, size_of

SHOWN = 5
Place = tuple[float, float]


class Choice(NamedTuple):
    """One locker that could take the parcel. Metres as the crow flies; None where the place to measure from is not known."""

    point: Point
    size: str
    from_first: int | None
    from_customer: int | None

    @property
    def distance(self) -> str:
        """ "400 m from the first choice, about 1.2 km from the customer"."""
        first = f"{in_words(self.from_first)} from the first choice" if self.from_first is not None else ""
        customer = f"about {in_words(self.from_customer)} from the customer" if self.from_customer is not None else ""
        return ", ".join(filter(None, [first, customer]))

    @property
    def for_customer(self) -> str:
        """ "400 m from the locker you chose", or "about 1.2 km from your postcode" where that one is not known."""
        if self.from_first is not None:
            return f"{in_words(self.from_first)} from the locker you chose"
        return f"about {in_words(self.from_customer)} from the middle of your postcode's area" if self.from_customer is not None else ""

    @property
    def hours(self) -> str:
        return hours_in_words(self.point.open_24_7, self.point.hours, self.point.opening_hours)

    @property
    def address(self) -> str:
        return ", ".join(filter(None, [self.point.street, f"{self.point.city} {self.point.postcode}".strip()]))


class Around:
    """Where some orders are: the places of their first choices and of their customers, read once. Searches once a place and size.

    Two statements, and one search for each different place.
    """

    def __init__(self, orders: Iterable[Order]) -> None:
        orders = list(orders)
        named = {order.locker_id for order in orders} | {first_choice(order) for order in orders}
        self._points = lockers.of_ids(named - {""})
        self._middles = middles_of(order.postcode for order in orders)
        self._search = cache(self._look)

    def choices(self, order: Order, size: str, *, limit: int = SHOWN) -> list[Choice]:
        """The nearest that take it: to the customer's own choice, else to the one it goes to now, else to the postcode."""
        first, customer = self.first_place(order), self._middles.get(points.outward(order.postcode))
        place = first or customer
        if place is None:
            return []
        found = self._search(*place, size, order.locker_id)[:limit]
        return [Choice(near.point, size, near.metres if first else None, _metres(near.point, customer)) for near in found]

    def first_place(self, order: Order) -> Place | None:
        """Where the first choice stands, as far as the mirror knows."""
        known = (self._points.get(point_id) for point_id in (first_choice(order), order.locker_id))
        return next(((point.latitude, point.longitude) for point in known if point and (point.latitude or point.longitude)), None)

    def _look(self, latitude: float, longitude: float, size: str, but_not: str) -> list[lockers.Near]:
        return lockers.nearest(latitude, longitude, size, SHOWN, but_not=but_not)


def alternatives(order: Order) -> list[Choice]:
    """The five nearest lockers with the needed size that are not full."""
    return Around([order]).choices(order, needed_size(order))


def needed_size(order: Order) -> str:
    """The compartment it needs: as ACS packed it, else as the last look at the gate found; "" where neither can tell."""
    return needed_sizes([order])[order.pk]


def needed_sizes(orders: Sequence[Order]) -> dict[int, str]:
    """The same for many, by id. One statement."""
    decisions = GateDecision.objects.filter(order__in=[order.pk for order in orders], gate=GateDecision.Gate.RELEASE)
    judged = dict(decisions.order_by("pk").values_list("order_id", "inputs__size"))
    return {order.pk: size_of(order.acs_packed) if is_whole(order.acs_packed) else str(judged.get(order.pk) or "") for order in orders}


def chosen(order: Order) -> Point | None:
    return Point.objects.filter(point_id=order.locker_id).first() if order.locker_id else None


def first_choice(order: Order) -> str:
    """The locker that the customer chose in the shop; the one in use where the shop names none."""
    return str(order.shop.get("locker_id") or order.locker_id)


def middles_of(postcodes: Iterable[str]) -> Mapping[str, Place]:
    """Roughly where each postcode's district is: the middle of its mirrored points. One statement; what we know no point of is left out."""
    districts = {points.outward(postcode) for postcode in postcodes} - {""}
    placed = Point.objects.filter(outward__in=districts).exclude(latitude=0, longitude=0).order_by()
    middles = placed.values_list("outward").annotate(Avg("latitude"), Avg("longitude"))
    return {district: (latitude, longitude) for district, latitude, longitude in middles}


def in_words(metres: int) -> str:
    return f"{metres} m" if metres < 950 else f"{metres / 1000:.1f} km"


def _metres(point: Point, place: Place | None) -> int | None:
    return None if place is None else round(lockers.metres_between(point.latitude, point.longitude, *place))
