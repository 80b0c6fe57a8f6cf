"""InPost's public points feed, as it was measured: no login, unknown parameters ignored, GB found only as GB."""

import math
import re
from collections.abc import Iterable
from typing import Any

from partners.sandbox.faults import FEED, Fault
from partners.sandbox.points import Point
from partners.sandbox.web import App, Reply, Request, Wire, as_json

MOST_PER_PAGE = 5_000
HREF = "https://points.sandbox/v1/points"
EXACT = ("country", "status", "physical_type", "name")
BOOLEAN = ("payment_available", "easy_access_zone", "location_247")
LISTS = ("type", "functions")
ADDRESS = ("city", "province", "post_code")
EARTH_M = 6_371_000


class Points(App):
    """`/v1/points` with its filters, and `/v1/points/GB/{id}`."""

    partner = "points"

    def answer(self, request: Request) -> Reply:
        if request.path == FEED:
            return self._list(request, self._everything())
        if found := re.fullmatch(r"/v1/points/([A-Z]{2})/([^/]+)", request.path):
            point = self.world.points.get(found[2])
            return as_json(point) if point and point["country"] == found[1] else _error(404, "point_not_found", "Point not found.")
        if re.fullmatch(r"/v1/points/[^/]+", request.path):
            return _error(400, "only_one_country_must_be_selected", "Select a country to filter by postcode.")
        return as_json(
            {"timestamp": int(self.world.now().timestamp() * 1000), "status": 404, "error": "Not Found", "path": request.path}, 404
        )

    def twisted(self, request: Request, fault: Fault, wire: Wire | None) -> Reply:
        points = self._everything()
        if fault.kind == "empty_feed":
            return self._list(request, [])
        if fault.kind == "half_feed":
            return self._list(request, points[: len(points) // 2])
        return super().twisted(request, fault, wire)

    def _everything(self) -> list[Point]:
        with self.world.lock:
            return list(self.world.points.values())

    def _list(self, request: Request, points: list[Point]) -> Reply:
        wanted = list(_filtered(request, points))
        if postcode := request.one("relative_post_code"):
            if not request.one("country"):
                return _error(400, "only_one_country_must_be_selected", "Select a country to filter by postcode.")
            centre = _centre(points, postcode)
            if centre is None:
                return _error(400, "post_code_not_found", "Post code not found.")
            wanted = nearest(wanted, *centre, within=_number(request, "max_distance", 0))
        if limit := _number(request, "limit", 0):
            wanted = wanted[:limit]
        return as_json(_envelope(request, wanted))


def nearest(points: list[Point], latitude: float, longitude: float, *, within: int = 0) -> list[Point]:
    """Sorted by distance, which each then carries in whole metres; `within` metres, 0 for any."""
    placed = [point | {"distance": _metres(point["location"], latitude, longitude)} for point in points]
    return sorted((point for point in placed if not within or point["distance"] <= within), key=lambda point: point["distance"])


def _envelope(request: Request, points: list[Point]) -> dict[str, Any]:
    page, per_page = _number(request, "page", 1), min(_number(request, "per_page", 25), MOST_PER_PAGE)
    counts = {
        "href": HREF,
        "count": len(points),
        "page": page,
        "per_page": per_page,
        "total_pages": math.ceil(len(points) / per_page),
    }
    items = points[(page - 1) * per_page : page * per_page]
    if fields := set(filter(None, request.one("fields").split(","))):
        items = [{name: value for name, value in point.items() if name in fields} for point in items]
    return counts | {"items": items, "meta": counts}


def _filtered(request: Request, points: list[Point]) -> Iterable[Point]:
    """The points that meet every filter; a filter takes one value or several with commas. What is no filter is ignored."""
    tests: list[tuple[set[str], Any]] = [(_asked(request, name), lambda point, name=name: {str(point.get(name))}) for name in EXACT]
    tests += [(_asked(request, name), lambda point, name=name: {str(point.get(name)).lower()}) for name in BOOLEAN]
    tests += [(_asked(request, name), lambda point, name=name: set(point.get(name) or ())) for name in LISTS]
    tests += [(_asked(request, name), lambda point, name=name: {point["address_details"].get(name)}) for name in ADDRESS]
    used = [(asked, of) for asked, of in tests if asked]
    return (point for point in points if all(asked & of(point) for asked, of in used))


def _asked(request: Request, name: str) -> set[str]:
    return set(filter(None, request.one(name).split(",")))


def _centre(points: list[Point], postcode: str) -> tuple[float, float] | None:
    """Where a whole postcode is: at a point that has it, else in its district."""
    bare = "".join(postcode.split()).upper()
    if not re.fullmatch(r"[A-Z]{1,2}\d[A-Z\d]?\d[A-Z]{2}", bare):
        return None
    placed = [point for point in points if any(point["location"].values())]
    same = [point for point in placed if point["address_details"]["post_code"].replace(" ", "") == bare]
    near = same or [point for point in placed if point["address_details"]["post_code"].split()[0] == bare[:-3]]
    return (near[0]["location"]["latitude"], near[0]["location"]["longitude"]) if near else None


def _metres(place: dict[str, float], latitude: float, longitude: float) -> int:
    north, south = math.radians(place["latitude"]), math.radians(latitude)
    half = math.sin((north - south) / 2) ** 2
    half += math.cos(north) * math.cos(south) * math.sin(math.radians(place["longitude"] - longitude) / 2) ** 2
    return round(2 * EARTH_M * math.asin(math.sqrt(half)))


def _number(request: Request, name: str, default: int) -> int:
    raw = request.one(name)
    return int(raw) if raw.isdecimal() and int(raw) > 0 else default


def _error(status: int, key: str, text: str) -> Reply:
    return as_json({"status": status, "key": key, "error": text}, status)
