"""Which lockers are near? A box on the (latitude, longitude) index, widened until the answer is certain."""

from functools import cache
from math import asin, cos, degrees, radians, sin, sqrt
from typing import NamedTuple

from django.conf import settings
from django.db.models import Avg

from lockers.models import Point
from lockers.queries import room
from lockers.queries.points import FEED
from lockers.rules.points import outward

EARTH_M = 6_371_000.0
RADII_M = (3_000.0, 12_000.0, 50_000.0, 200_000.0, 2_000_000.0)


class Near(NamedTuple):
    """A locker that may receive, and how far it is in whole metres as the crow flies."""

    point: Point
    metres: int

    @property
    def distance(self) -> str:
        return f"{self.metres} m" if self.metres < 950 else f"{self.metres / 1000:.1f} km"


def nearest(latitude: float, longitude: float, size: str = "", limit: int = 5, *, but_not: str = "") -> list[Near]:
    """The `limit` nearest lockers that may receive a parcel of `size` ("" for any) and have room for it, nearest first, without the
    point `but_not`. None is proposed that lacks the size or that is full of it (`lockers.rules.points.is_full`).

    One statement where lockers are dense, at most five. Fewer than `limit` only where the whole island has fewer.
    """
    found: list[Near] = []
    for radius in RADII_M:
        found = _within(latitude, longitude, radius, size, limit, but_not)
        if len(found) == limit and found[-1].metres <= radius:
            break
    return found


def nearest_to_postcode(postcode: str, size: str = "", limit: int = 5) -> list[Near]:
    """The nearest lockers to the middle of the postcode's district; empty for a district without points."""
    place = middle_of(postcode)
    return nearest(*place, size, limit) if place else []


def middle_of(postcode: str) -> tuple[float, float] | None:
    """Roughly where a postcode is: the middle of the mirrored points of its district ("LS1"). None where we know of none."""
    district = outward(postcode)
    if not district:
        return None
    placed = Point.objects.filter(outward=district).exclude(latitude=0, longitude=0)
    middle = placed.aggregate(latitude=Avg("latitude"), longitude=Avg("longitude"))
    return None if middle["latitude"] is None else (middle["latitude"], middle["longitude"])


def metres_between(latitude: float, longitude: float, other_latitude: float, other_longitude: float) -> float:
    """Great-circle distance (haversine)."""
    up, across = radians(other_latitude - latitude), radians(other_longitude - longitude)
    bend = sin(up / 2) ** 2 + cos(radians(latitude)) * cos(radians(other_latitude)) * sin(across / 2) ** 2
    return 2 * EARTH_M * asin(min(1.0, sqrt(bend)))


def _within(latitude: float, longitude: float, radius: float, size: str, limit: int, but_not: str) -> list[Near]:
    """The nearest in a box around the place. The database sorts as on a flat map; we measure the few it gives."""
    squeeze = max(cos(radians(latitude)), 0.01)
    high = degrees(radius / EARTH_M)
    wide = high / squeeze
    asked: dict[str, object] = {"latitude": latitude, "longitude": longitude, "squeeze": squeeze, "but_not": but_not, "size": size}
    asked |= {"north": latitude + high, "south": latitude - high, "west": longitude - wide, "east": longitude + wide}
    asked |= {"feed": FEED, "nth": settings.LOCKER_FULL_AFTER_CRAWLS - 1, "most": 2 * limit}
    points = Point.objects.raw(_sql(bool(size)), asked)
    found = [Near(point, round(metres_between(latitude, longitude, point.latitude, point.longitude))) for point in points]
    return sorted(found, key=lambda near: (near.metres, near.point.point_id))[:limit]


@cache
def _sql(sized: bool) -> str:
    """Raw, because building the query would cost several times what the database needs to answer it."""
    columns = ", ".join(f"p.{field.column}" for field in Point._meta.concrete_fields)
    low = room.is_low("%(size)s", room.crawl_ended("%(feed)s", "%(nth)s"))
    fits = f" AND {room.has_size('%(size)s')} AND ({low}) IS NOT TRUE" if sized else ""
    return (
        f"SELECT {columns} FROM lockers_point p WHERE p.may_receive AND p.point_id <> %(but_not)s "  # noqa: S608 - our own names
        "AND p.latitude BETWEEN %(south)s AND %(north)s AND p.longitude BETWEEN %(west)s AND %(east)s"
        f"{fits} ORDER BY (p.latitude - %(latitude)s) * (p.latitude - %(latitude)s)"
        " + (p.longitude - %(longitude)s) * (p.longitude - %(longitude)s) * %(squeeze)s * %(squeeze)s LIMIT %(most)s"
    )
