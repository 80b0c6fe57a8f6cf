"""The five nearest lockers that may take a parcel, among 15,000, beside the bare query on their box.

The lockers stand in sixty towns, about as close to each other as in an English city.
"""

import random
from itertools import cycle

from django.db import connection

from config.bench.harness import BenchEnv, Measure, at_most, count_at_most, latencies, statements
from config.bench.integrity import make_crawls, make_points
from config.bench.seed import Sql
from lockers.models import Point
from lockers.queries import full_after, metres_between, nearest
from lockers.rules.points import has_size, is_full

LOCKERS, TOWNS = 15_000, 60
CUSTOMERS, TIMES = 100, 200
LIMIT, SIZE = 5, "B"
HIGH, WIDE = 0.027, 0.045  # degrees: three kilometres to each side, where `nearest` looks first
# Town by town on a grid over England; inside a town scattered over 30 × 20 km.
LATITUDE = Sql(f"51 + mod(n, {TOWNS}) * 0.06 + mod(CAST(n AS bigint) * 7919, 2503) * 0.0001")
LONGITUDE = Sql(f"-2.5 + mod(mod(n, {TOWNS}) * 17, {TOWNS}) * 0.05 + mod(CAST(n AS bigint) * 104729, 2999) * 0.0001")

Spot = tuple[float, float]


def run(env: BenchEnv) -> list[Measure]:
    size = env.size(LOCKERS, least=1_500)
    env.say(f"making {size:,} lockers")
    make_points(size, latitude=LATITUDE, longitude=LONGITUDE)
    make_crawls()
    spots = customers()
    ours, bare = cycle(spots), cycle(spots)
    env.say("asking for the nearest five")
    times = latencies(times=TIMES, ours=lambda: nearest(*next(ours), SIZE, LIMIT), bare=lambda: in_box(*next(bare)))
    with statements() as asked:
        nearest(*spots[0], SIZE, LIMIT)
    return [
        at_most("nearest five with the size: p50 ÷ the bare box query", times.ratio("ours", "bare"), 3, times.detail("ours", "bare")),
        count_at_most("statements for one answer", asked.count, 2),
        count_at_most("answers that differ from measuring every locker", sum(differs(spot) for spot in spots), 0, f"of {len(spots)}"),
    ]


def customers() -> list[Spot]:
    """Where customers stand: beside a locker of some town."""
    chance = random.Random(7)  # noqa: S311 - the same places every time
    beside = chance.sample(list(Point.objects.order_by("pk").values_list("latitude", "longitude")), CUSTOMERS)
    return [(latitude + chance.uniform(-0.01, 0.01), longitude + chance.uniform(-0.01, 0.01)) for latitude, longitude in beside]


def in_box(latitude: float, longitude: float) -> list[tuple[object, ...]]:
    """The floor: the columns of the lockers in the box, as the index gives them; no distance, no size, no order, no objects."""
    with connection.cursor() as cursor:
        cursor.execute(_BOX, (latitude - HIGH, latitude + HIGH, longitude - WIDE, longitude + WIDE))
        return list(cursor.fetchall())


_COLUMNS = ", ".join(str(field.column) for field in Point._meta.concrete_fields)
_BOX = f"SELECT {_COLUMNS} FROM lockers_point WHERE may_receive AND latitude BETWEEN %s AND %s AND longitude BETWEEN %s AND %s"  # noqa: S608


def differs(spot: Spot) -> bool:
    """Does measuring every locker give other distances?"""
    crawl_at = full_after()
    fitting = (
        point
        for point in Point.objects.filter(may_receive=True)
        if has_size(point.sizes, SIZE) and not is_full(point.status, point.low_since.get(SIZE), crawl_at)
    )
    best = sorted(round(metres_between(*spot, point.latitude, point.longitude)) for point in fitting)[:LIMIT]
    return [near.metres for near in nearest(*spot, SIZE, LIMIT)] != best
