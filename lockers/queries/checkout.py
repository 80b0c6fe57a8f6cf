"""The lockers that a shopper may be shown: one statement, whatever is asked, without an outside call."""

import json
from collections.abc import Sequence
from functools import cache
from typing import Any, NamedTuple

from django.db import connection

from lockers.queries import room
from lockers.queries.nearest import metres_between
from lockers.rules.postcodes import Parts

SHOWN = 5
TIERS_KM = (2, 15, 150)
_DEGREES = 1 / 111.195  # of latitude make a kilometre
_NARROWEST = 0.48  # of that is a degree of longitude in the north of Shetland


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


def around(place: Parts | None, point_id: str, size: str) -> Around:
    """The point of this id and the nearest that may receive a parcel of `size` ("" for any): to the postcode, else to the point.

    A postcode stands where the mirrored points are that share the most of it. One statement.
    """
    unit, sector, outward, area = place or ("", "", "", "")
    asked = {"point": point_id, "size": size, "unit": unit, "sector": f"{sector or '-'}__", "outward": outward or "-"}
    asked |= {"low": f"{area or '-'}0", "high": f"{area or '-'}99Z"}
    with connection.cursor() as cursor:
        cursor.execute(_sql(bool(size)), asked)
        rows = cursor.fetchall()
    return _read(rows)


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
  SELECT CASE WHEN postcode = %(unit)s THEN 1 WHEN postcode LIKE %(sector)s THEN 2 ELSE 3 END AS rough,
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
    few = f" AND (SELECT count(*) FROM tier{number - 1}) < {SHOWN}" if number > 1 else ""  # noqa: S608
    return (
        f"tier{number} AS (SELECT {_SHOWN} FROM here h, lockers_point p WHERE p.may_receive AND p.point_id <> %(point)s "  # noqa: S608
        f"AND p.latitude BETWEEN h.latitude - {reach} AND h.latitude + {reach} "
        f"AND p.longitude BETWEEN h.longitude - {wide} AND h.longitude + {wide}{fits}{few} AND {apart} <= {reach * reach} "
        f"ORDER BY {apart}, p.point_id LIMIT {SHOWN + 3})"
    )
