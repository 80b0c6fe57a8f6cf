"""InPost's Group API, as far as this slice needs it: the token and the points of the location API."""

import base64
import binascii
import json
import math
import re
import secrets
import threading
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs

from partners.sandbox.feed import nearest
from partners.sandbox.points import Point
from partners.sandbox.web import App, Reply, Request, as_json
from partners.sandbox.world import World

CLIENT_ID, CLIENT_SECRET, ORGANIZATION = "lockstep-sandbox", "sandbox-client-secret", "6f1d9c2e-0000-4000-8000-000000000001"
SCOPES = {
    "openid",
    "api:points:read",
    "api:shipments:read",
    "api:shipments:write",
    "api:returns:read",
    "api:returns:write",
    "api:one-time-pickups:read",
    "api:one-time-pickups:write",
    "api:tracking:read",
}
POINTS = "/location/v1/points"
WEEK = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


class InPost(App):
    """`/oauth2/token` and `/location/v1/points`. Tokens end by the world's clock."""

    partner = "inpost"

    def __init__(self, world: World, stop: threading.Event) -> None:
        super().__init__(world, stop)
        self.tokens: dict[str, tuple[datetime, set[str]]] = {}

    def answer(self, request: Request) -> Reply:
        if request.path == "/oauth2/token":
            return self._token(request) if request.method == "POST" else _oauth("invalid_request", "POST expected", 405)
        if refusal := self._refusal(request, "api:points:read"):
            return refusal
        if request.method != "GET":
            return _problem(405, "Method Not Allowed", "GET expected")
        if request.path == POINTS:
            return as_json(_envelope(request, self._points(request)))
        if request.path == f"{POINTS}/search-by-location":
            return self._search(request)
        found = re.fullmatch(rf"{POINTS}/([^/]+)", request.path)
        point = self.world.points.get(found[1]) if found else None
        return as_json(group_point(point)) if point else _problem(404, "Not Found", "Point not found")

    # --- token ---------------------------------------------------------------------------------------------------------------

    def _token(self, request: Request) -> Reply:
        if not request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
            return _oauth("invalid_request", "form-encoded body expected", 415)
        form = {name: values[0] for name, values in parse_qs(request.body.decode("utf-8", "replace")).items()}
        given = [pair for pair in (_basic(request), (form.get("client_id"), form.get("client_secret"))) if any(pair)]
        if len(given) != 1:
            return _oauth("invalid_request", "credentials in exactly one place expected")
        if given[0] != (CLIENT_ID, CLIENT_SECRET):
            return _oauth("invalid_client", "Client authentication failed", 401)
        if form.get("grant_type") != "client_credentials":
            return _oauth("unsupported_grant_type", "client_credentials expected")
        scopes = set(form.get("scope", "").split())
        return self._grant(scopes) if scopes <= SCOPES else _oauth("invalid_scope", f"unknown scope {min(scopes - SCOPES)}")

    def _grant(self, scopes: set[str]) -> Reply:
        lives_s, scope = self.world.token_lives_s, " ".join(sorted(scopes))
        until = self.world.now() + timedelta(seconds=lives_s)
        claims = {"iss": "sandbox", "azp": CLIENT_ID, "scope": scope, "exp": int(until.timestamp()), "jti": secrets.token_hex(8)}
        token = f"{_part({'alg': 'RS256', 'typ': 'JWT'})}.{_part(claims)}.{secrets.token_urlsafe(64)}"
        with self.world.lock:
            self.tokens[token] = (until, scopes)
        return as_json({"access_token": token, "token_type": "Bearer", "expires_in": lives_s, "scope": scope})

    def _refusal(self, request: Request, scope: str) -> Reply | None:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        until, scopes = self.tokens.get(token, (None, set()))
        if scheme != "Bearer" or until is None or until <= self.world.now():
            return _problem(401, "Unauthorized", "The token is missing, not ours, or has expired")
        return None if scope in scopes else _problem(403, "Forbidden", f"The token lacks the scope {scope}")

    # --- location ------------------------------------------------------------------------------------------------------------

    def _points(self, request: Request) -> list[Point]:
        """Filtered by `type` and the parts of the address; parameters it does not know are ignored."""
        with self.world.lock:
            points = list(self.world.points.values())
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

    def _search(self, request: Request) -> Reply:
        try:
            latitude, longitude = map(float, request.one("relativePoint").split(","))
        except ValueError:
            return _problem(400, "Bad Request", "Validation failed", {"relativePoint": ["required"]})
        return as_json(_envelope(request, nearest(self._points(request), latitude, longitude, within=_number(request, "maxDistance", 0))))


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
    page, per_page = _number(request, "page", 1), _number(request, "perPage", _number(request, "limit", 25))
    some = points[(page - 1) * per_page : page * per_page]
    counts = {"count": len(points), "page": page, "perPage": per_page, "totalPages": math.ceil(len(points) / per_page)}
    return counts | {"items": [group_point(point) for point in some]}


def _number(request: Request, name: str, default: int) -> int:
    raw = request.one(name)
    return int(raw) if raw.isdecimal() and int(raw) > 0 else default


def _basic(request: Request) -> tuple[str | None, str | None]:
    scheme, _, encoded = request.headers.get("authorization", "").partition(" ")
    if scheme != "Basic":
        return None, None
    try:
        name, _, secret = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "?", "?"
    return name, secret


def _part(claims: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")


def _oauth(error: str, description: str, status: int = 400) -> Reply:
    return as_json({"error": error, "error_description": description}, status)


def _problem(status: int, title: str, detail: str, errors: dict[str, list[str]] | None = None) -> Reply:
    body = {"type": "about:blank", "status": status, "title": title, "detail": detail, "errors": errors or {}}
    return Reply(status, json.dumps(body).encode(), "application/problem+json")
