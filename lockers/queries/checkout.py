"""The lockers that a shopper may be shown: one statement, whatever is asked, without an outside call."""

import json
import time
from collections.abc import Sequence
from functools import cache
from math import cos, radians
from typing import Any, NamedTuple

from django.db import connection

from lockers.queries import room
from lockers.queries.nearest import metres_between
from lockers.queries.prepared import prepared
from lockers.rules.postcodes import Parts

SHOWN = 5
TIERS_KM = (2, 15, 150)
_DEGREES = 1 / 111.195  # of latitude make a kilometre
_NARROWEST = 0.48  # of that is a degree of longitude in the north of Shetland
SPOT_S, MOST_SPOTS = 600.0, 20_000


class Given(NamedTuple):
    """The point that was asked for, with what the gate wants to know of it."""

    point_id: str
    status: str
    is_locker: bool
    collect_excluded: bool
    functions: list[str]
    sizes: dict[str, str]
    gone_at: object


class Offered(NamedTuple):
    """One point as it is shown. `metres` as the crow flies, None where nobody knows from where."""

    point_id: str
    name: str
    postcode: str
    open_24_7: bool
    metres: int | None


class Around(NamedTuple):
    """`given` and how it is shown as `chosen`; `near` are the nearest others. `mirrored` is false while no point was ever read."""

    given: Given | None
    chosen: Offered | None
    near: list[Offered]
    mirrored: bool


NOWHERE = Around(None, None, [], mirrored=True)


class Spot(NamedTuple):
    """Where a postcode stands, and in how wide a circle there were `shown` lockers around it when that was last looked up."""

    latitude: float
    longitude: float
    reach_km: float
    shown: int
    fresh_until: float


_spots: dict[tuple[str, str], Spot] = {}


def around(place: Parts | None, point_id: str, size: str) -> Around:
    """The point of this id and the nearest that may receive a parcel of `size` ("" for any): to the postcode, else to the point.

    A postcode stands in the middle of the mirrored points that share the most of it: its sector, district or area. Kept in the process
    for SPOT_S seconds, because streets do not move; the lockers are read every time. One statement, and a second where the last
    locker near a known postcode has gone.
    """
    sector, outward, area = (place.sector or place.outward, place.outward, place.area) if place else ("", "", "")
    spot = _spots.get((sector, size)) if sector else None
    if spot and spot.fresh_until > time.monotonic():
        found = _around_spot(spot, point_id, (sector, size))
        if found.near:
            return found
    asked = {"point": point_id, "size": size, "sector": f"{sector or '-'}__", "outward": outward or "-"}
    asked |= {"low": f"{area or '-'}0", "high": f"{area or '-'}99Z"}
    with connection.cursor() as cursor:
        cursor.execute(_sql(bool(size)), asked)
        rows = cursor.fetchall()
    if sector:
        _keep((sector, size), rows)
    return _read(rows)


def forget() -> None:
    """Look up again where postcodes are."""
    _spots.clear()


def _keep(key: tuple[str, str], rows: Sequence[tuple[Any, ...]]) -> None:
    """A quarter wider than the farthest shown: the next look reads a dozen lockers and not the whole town."""
    near = _read(rows).near
    if not near:
        return
    if len(_spots) >= MOST_SPOTS:
        _spots.clear()
    latitude, longitude = next((row[2], row[3]) for row in rows if row[0] > 0)
    reach = max(0.2, 1.25 * max(point.metres or 0 for point in near) / 1000)
    _spots[key] = Spot(latitude, longitude, reach, len(near), time.monotonic() + SPOT_S)


def _around_spot(spot: Spot, point_id: str, key: tuple[str, str]) -> Around:
    """The short way: the bounds are plain numbers, which the database plans and reads in a fraction of the time."""
    reach = spot.reach_km * _DEGREES
    squeeze = cos(radians(spot.latitude))
    asked: dict[str, float | str] = {"point": point_id, "size": key[1], "latitude": spot.latitude, "longitude": spot.longitude}
    asked |= {"north": spot.latitude + reach, "south": spot.latitude - reach, "squeeze": squeeze}
    asked |= {"west": spot.longitude - reach / squeeze, "east": spot.longitude + reach / squeeze}
    with prepared() as cursor:
        cursor.execute(_box(bool(key[1]), bool(point_id)), asked)
        found = _read([(-1, True), *((tier, True, spot.latitude, spot.longitude, *row) for tier, *row in cursor.fetchall())])
    if len(found.near) < spot.shown:
        _spots.pop(key, None)  # lockers have gone: the next one looks wider again
    return found


def _read(rows: Sequence[tuple[Any, ...]]) -> Around:
    """The first row is always there: it says whether there is a mirror."""
    (_, mirrored, *_), *rows = sorted(rows, key=lambda row: int(row[0]))
    given = chosen = None
    near: dict[str, Offered] = {}
    for tier, _, latitude, longitude, *shown in rows:
        point = _offered(latitude, longitude, shown)
        if tier:
            near[point.point_id] = point
        else:
            given, chosen = _given(shown), point
    nearest = sorted(near.values(), key=lambda point: (point.metres or 0, point.point_id))
    return Around(given, chosen, nearest[:SHOWN], bool(mirrored))


def _offered(latitude: float | None, longitude: float | None, shown: Sequence[Any]) -> Offered:
    point_id, name, postcode, north, east, day_and_night, *_ = shown
    metres = None
    if latitude is not None and longitude is not None:
        metres = round(metres_between(latitude, longitude, north, east))
    return Offered(point_id, name, postcode, bool(day_and_night), metres)


def _given(shown: Sequence[Any]) -> Given:
    point_id, *_, status, is_locker, excluded, functions, sizes, gone_at = shown
    return Given(point_id, status, bool(is_locker), bool(excluded), _loaded(functions), _loaded(sizes), gone_at)


def _loaded(value: Any) -> Any:
    """Both drivers give a JSON column of a bare statement as text."""
    return json.loads(value) if isinstance(value, str | bytes) else value


_SHOWN = "p.point_id, p.name, p.postcode, p.latitude, p.longitude, p.open_24_7"
_JUDGED = "p.status, p.is_locker, p.collect_excluded, p.functions, p.sizes, p.gone_at"
_NOTHING = ", ".join(["NULL"] * 6)


@cache
def _sql(sized: bool) -> str:
    """Where the shopper is (`here`), then the nearest of a small box around it; a larger box only where the smaller held too few."""
    fits = f" AND {room.has_size('%(size)s')}" if sized else ""
    tiers = ", ".join(_tier(number, fits) for number in range(1, len(TIERS_KM) + 1))
    shown = " ".join(
        f"UNION ALL SELECT {number}, TRUE, h.latitude, h.longitude, p.*, {_NOTHING} FROM tier{number} p, here h"  # noqa: S608 - our own names
        for number in range(1, len(TIERS_KM) + 1)
    )
    return f"""
WITH given AS (SELECT {_SHOWN}, {_JUDGED} FROM lockers_point p WHERE p.point_id = %(point)s),
beside AS (
  SELECT CASE WHEN postcode LIKE %(sector)s THEN 1 ELSE 2 END AS rough,
         avg(latitude) AS latitude, avg(longitude) AS longitude
  FROM lockers_point WHERE outward = %(outward)s AND latitude <> 0 GROUP BY 1),
placed AS (
  SELECT rough, latitude, longitude FROM beside
  UNION ALL SELECT 4, avg(latitude), avg(longitude) FROM lockers_point
    WHERE outward BETWEEN %(low)s AND %(high)s AND latitude <> 0 AND NOT EXISTS (SELECT 1 FROM beside)
  UNION ALL SELECT 5, latitude, longitude FROM given WHERE latitude <> 0),
here AS (
  SELECT latitude, longitude, cos(radians(latitude)) AS squeeze FROM placed WHERE latitude IS NOT NULL ORDER BY rough LIMIT 1),
{tiers}
SELECT 0, TRUE, h.latitude, h.longitude, p.* FROM given p LEFT JOIN here h ON TRUE
UNION ALL SELECT -1, EXISTS (SELECT 1 FROM lockers_point), NULL, NULL, {_NOTHING}, {_NOTHING}
{shown}
"""  # noqa: S608


def _tier(number: int, fits: str) -> str:
    reach = TIERS_KM[number - 1] * _DEGREES
    wide = reach / _NARROWEST
    across = "(p.longitude - h.longitude) * h.squeeze"
    apart = f"(p.latitude - h.latitude) * (p.latitude - h.latitude) + {across} * {across}"
    found = " + ".join(f"(SELECT count(*) FROM tier{smaller})" for smaller in range(1, number))  # noqa: S608
    few = f" AND {found} < {SHOWN}" if found else ""
    return (
        f"tier{number} AS (SELECT {_SHOWN} FROM here h, lockers_point p WHERE p.may_receive AND p.point_id <> %(point)s "  # noqa: S608
        f"AND p.latitude BETWEEN h.latitude - {reach} AND h.latitude + {reach} "
        f"AND p.longitude BETWEEN h.longitude - {wide} AND h.longitude + {wide}{fits}{few} AND {apart} <= {reach * reach} "
        f"ORDER BY {apart}, p.point_id LIMIT {SHOWN + 3})"
    )


@cache
def _box(sized: bool, named: bool) -> str:
    """The nearest to numbers that are known; in a corner of the box nobody looks, because a nearer one may stand outside it."""
    fits = f" AND {room.has_size('%(size)s')}" if sized else ""
    given = f"SELECT 0, {_SHOWN}, {_JUDGED} FROM lockers_point p WHERE p.point_id = %(point)s UNION ALL " if named else ""  # noqa: S608
    across = "(p.longitude - %(longitude)s) * (p.longitude - %(longitude)s) * %(squeeze)s * %(squeeze)s"
    judged = f", {_JUDGED}" if named else ""  # columns, and no bare NULLs: those a sub-select would make text
    return (
        f"{given}SELECT * FROM (SELECT 1, {_SHOWN}{judged} FROM lockers_point p WHERE p.may_receive AND p.point_id <> %(point)s "  # noqa: S608
        "AND p.latitude BETWEEN %(south)s AND %(north)s AND p.longitude BETWEEN %(west)s AND %(east)s"
        f"{fits} ORDER BY (p.latitude - %(latitude)s) * (p.latitude - %(latitude)s) + {across}, p.point_id LIMIT {SHOWN + 3}) n"
    )
