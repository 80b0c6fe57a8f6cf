"""InPost's location API: points without status or sizes, a page at a time, and those near a place."""

import math
import re
from typing import Any

from partners.sandbox.feed import nearest
from partners.sandbox.inpost.replies import number, problem
from partners.sandbox.points import Point
from partners.sandbox.web import Reply, Request, as_json
from partners.sandbox.world import World

POINTS = "/location/v1/points"
WEEK = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def answer(world: World, request: Request) -> Reply:
    if request.method != "GET":
        return problem(405, "Method Not Allowed", "GET expected")
    if request.path == POINTS:
        return as_json(_envelope(request, _wanted(world, request)))
    if request.path == f"{POINTS}/search-by-location":
        return _search(world, request)
    found = re.fullmatch(rf"{POINTS}/([^/]+)", request.path)
    point = world.points.get(found[1]) if found else None
    return as_json(group_point(point)) if point else problem(404, "Not Found", "Point not found")


def _wanted(world: World, request: Request) -> list[Point]:
    """Filtered by `type` and the parts of the address; parameters it does not know are ignored."""
    with world.lock:
        points = list(world.points.values())
    kind, country = request.one("type"), request.one("address.country")
    city, postcode = request.one("address.city"), request.one("address.postalCode")
    return [
        point
        for point in points
        if (not kind or _type(point) == kind)
        and (not country or point["country"] == country)
        and (not city or point["address_details"]["city"] == city)
        and (not postcode or point["address_details"]["post_code"] == postcode)
    ]


def _search(world: World, request: Request) -> Reply:
    try:
        latitude, longitude = map(float, request.one("relativePoint").split(","))
    except ValueError:
        return problem(400, "Bad Request", "Validation failed", {"relativePoint": ["required"]})
    found = nearest(_wanted(world, request), latitude, longitude, within=number(request, "maxDistance", 0))
    return as_json(_envelope(request, found))


def group_point(point: Point) -> dict[str, Any]:
    """A point as the location API shows it: no status, no sizes."""
    where = point["address_details"]
    hours = (point["operating_hours_extended"] or {}).get("customer") or {}
    return {
        "id": point["name"],
        "type": _type(point),
        "country": point["country"],
        "locationType": str(point["location_type"]).upper(),
        "imageUrl": point["image_url"],
        "coordinates": {name: point["location"][name] for name in ("latitude", "longitude")},
        "location247": point["location_247"],
        "capabilities": [name for name in point["functions"] if name != "parcel"],
        "address": {
            "country": point["country"],
            "administrativeArea": where["province"],
            "city": where["city"],
            "postalCode": where["post_code"],
            "street": where["street"],
            "buildingNumber": where["building_number"],
        },
        "description": {"content": point["location_description"], "translations": {}},
        "operatingHours": {"customer": {day: [_clock(span) for span in hours.get(day) or ()] for day in WEEK}},
        "guaranteedLockerTemperatures": None,
        "distance": point["distance"],
    }


def _type(point: Point) -> str:
    return "APM" if "parcel_locker" in point["type"] else "PUDO"


def _clock(span: dict[str, int]) -> dict[str, str]:
    return {name: f"{minutes // 60:02d}:{minutes % 60:02d}" for name, minutes in span.items()}


def _envelope(request: Request, points: list[Point]) -> dict[str, Any]:
    page, per_page = number(request, "page", 1), number(request, "perPage", number(request, "limit", 25))
    some = points[(page - 1) * per_page : page * per_page]
    counts = {"count": len(points), "page": page, "perPage": per_page, "totalPages": math.ceil(len(points) / per_page)}
    return counts | {"items": [group_point(point) for point in some]}
