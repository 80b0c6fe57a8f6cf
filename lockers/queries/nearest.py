"""The nearest lockers that take a parcel of one size."""

from math import asin, cos, radians, sin, sqrt
from typing import NamedTuple

from django.db.models import Avg, QuerySet

from lockers.models import Point

EARTH_M = 6_371_000
METRES_PER_DEGREE = 111_195
FIRST_LOOK_M, LAST_LOOK_M = 2_000, 60_000


class Near(NamedTuple):
    """A locker and how far it is, in metres as the crow flies."""

    point: Point
    metres: int

    @property
    def distance(self) -> str:
        return f"{self.metres} m" if self.metres < 950 else f"{self.metres / 1000:.1f} km"


def nearest(latitude: float, longitude: float, *, size: str = "", limit: int = 5, but_not: str = "") -> list[Near]:
    """The `limit` nearest lockers that receive parcels and have compartment `size`, nearest first.

    A box around the place is widened until enough are inside a circle; one statement where lockers stand close.
    """
    reach = FIRST_LOOK_M
    while True:
        found = sorted(
            (
                Near(point, round(distance_m(latitude, longitude, point.latitude, point.longitude)))
                for point in _within(latitude, longitude, reach)
            ),
            key=lambda near: near.metres,
        )
        fit = [near for near in found if near.metres <= reach and near.point.point_id != but_not and (not size or size in near.point.sizes)]
        if len(fit) >= limit or reach >= LAST_LOOK_M:
            return fit[:limit]
        reach *= 4


def middle_of(postcode: str) -> tuple[float, float] | None:
    """Roughly where a postcode is: the middle of the lockers whose postcode starts alike. None where we know of none."""
    outward = postcode.strip().upper().split(" ")[0] if " " in postcode.strip() else postcode.strip().upper()[:-3]
    if not outward:
        return None
    there = (
        Point.objects.filter(postcode__startswith=f"{outward} ").exclude(latitude=0).aggregate(lat=Avg("latitude"), lon=Avg("longitude"))
    )
    return None if there["lat"] is None else (there["lat"], there["lon"])


def distance_m(latitude: float, longitude: float, other_latitude: float, other_longitude: float) -> float:
    """Metres between two places on a round earth."""
    north, east = radians(other_latitude - latitude), radians(other_longitude - longitude)
    chord = sin(north / 2) ** 2 + cos(radians(latitude)) * cos(radians(other_latitude)) * sin(east / 2) ** 2
    return 2 * EARTH_M * asin(sqrt(min(chord, 1.0)))


def _within(latitude: float, longitude: float, metres: int) -> QuerySet[Point]:
    north = metres / METRES_PER_DEGREE
    east = north / max(cos(radians(latitude)), 0.01)
    box = Point.objects.filter(may_receive=True, latitude__range=(latitude - north, latitude + north))
    return box.filter(longitude__range=(longitude - east, longitude + east))
