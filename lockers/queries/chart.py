"""What to draw on the map: each locker while few are in sight, else how many stand in each square of a grid."""

from collections import defaultdict
from math import sqrt
from typing import Any, NamedTuple

from django.db.models import Count, F, FloatField, Max, Min, Q, QuerySet, Sum
from django.db.models.functions import Cast, Floor

from lockers.models import Point
from lockers.rules import chart
from lockers.rules.points import OVERLOADED

Points = QuerySet[Point, Any]
DRAWN = 300  # lockers drawn one by one; more than that is a blur, and a slow page


class Mark(NamedTuple):
    """One dot: a locker, or a square with several (`point_id` is "" then). `x`, `y` and `r` are drawing units."""

    x: float
    y: float
    r: float
    tone: str
    lockers: int
    point_id: str
    label: str
    box: str


class Town(NamedTuple):
    """The lockers of one town in one square: how many, and the sums of their degrees."""

    name: str
    lockers: int
    may: int
    up: float
    across: float


class Sight(NamedTuple):
    """What a box shows. `total` counts the lockers in it, `receiving` those that may receive."""

    marks: list[Mark]
    total: int
    receiving: int


def sight(points: Points, box: chart.Box) -> Sight:
    """The marks of a box. Two statements, whatever the number of lockers."""
    seen = points.filter(latitude__range=(box.south, box.north), longitude__range=(box.west, box.east)).exclude(latitude=0, longitude=0)
    told = seen.aggregate(total=Count("pk"), receiving=Count("pk", filter=Q(may_receive=True)))
    marks = _each(seen, box) if told["total"] <= DRAWN else _squares(seen, box)
    return Sight(marks, **told)


def bounds(points: Points) -> chart.Box | None:
    """The box that holds these lockers; None where there are none."""
    edges = points.exclude(latitude=0, longitude=0).aggregate(
        south=Min("latitude"), west=Min("longitude"), north=Max("latitude"), east=Max("longitude")
    )
    if edges["south"] is None:
        return None
    return chart.holding([(edges["south"], edges["west"]), (edges["north"], edges["east"])])


def tone(may_receive: bool, status: str, gone: bool) -> str:
    if gone:
        return "gone"
    return "ok" if may_receive else "warn" if status == OVERLOADED else "bad"


def _each(seen: Points, box: chart.Box) -> list[Mark]:
    rows = seen.order_by("may_receive", "point_id").values_list(
        "latitude", "longitude", "may_receive", "status", "gone_at", "point_id", "name", "postcode"
    )
    return [
        Mark(*box.place(latitude, longitude), 6.0, tone(may, status, gone is not None), 1, point_id, f"{name or point_id}, {postcode}", "")
        for latitude, longitude, may, status, gone, point_id, name, postcode in rows[:DRAWN]
    ]


def _squares(seen: Points, box: chart.Box) -> list[Mark]:
    """One mark per square, at the middle of its lockers, named after the town with the most; following it looks closer."""
    up, across = box.step
    row = Floor(Cast((F("latitude") - box.south) / up, FloatField()))
    column = Floor(Cast((F("longitude") - box.west) / across, FloatField()))
    towns = (
        seen.order_by()
        .annotate(row=row, column=column)
        .values_list("row", "column", "city")
        .annotate(count=Count("pk"), may=Count("pk", filter=Q(may_receive=True)), up=Sum("latitude"), across=Sum("longitude"))
    )
    squares: dict[tuple[int, int], list[Town]] = defaultdict(list)
    for at_row, at_column, *town in towns:
        squares[at_row, at_column].append(Town(*town))
    most = max((sum(town.lockers for town in found) for found in squares.values()), default=1)
    return sorted((_square(found, most, box) for found in squares.values()), key=lambda mark: -mark.lockers)


def _square(towns: list[Town], most: int, box: chart.Box) -> Mark:
    count, may = sum(town.lockers for town in towns), sum(town.may for town in towns)
    latitude, longitude = sum(town.up for town in towns) / count, sum(town.across for town in towns) / count
    closer = chart.around(latitude, longitude, (box.north - box.south) / 5)
    label = f"{max(towns, key=lambda town: town.lockers).name}: {count:,} lockers, {may:,} may receive"
    shade = "ok" if may == count else "warn" if may else "bad"
    return Mark(*box.place(latitude, longitude), 4 + 11 * sqrt(count / most), shade, count, "", label, closer.text())
