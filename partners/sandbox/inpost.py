"""InPost: the token, the location API, and the public points feed, each as it is documented or was measured."""

import base64
import binascii
import json
import math
import re
import secrets
import threading
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs

from partners.sandbox.faults import Fault
from partners.sandbox.web import App, Reply, Request, as_json
from partners.sandbox.world import World

CLIENT_ID, CLIENT_SECRET, ORGANIZATION = "lockstep-sandbox", "sandbox-client-secret", "6f1d9c2e-0000-4000-8000-000000000001"  # noqa: S105
SCOPES = {
    "openid",
    "api:points:read",
    "api:shipments:read",
    "api:shipments:write",
    "api:returns:read",
    "api:returns:write",
    "api:tracking:read",
}
LIVES_S = 599


class InPost(App):
    """`/oauth2/token` and `/location/v1/points`. Tokens end by the world's clock."""

    partner = "inpost"

    def __init__(self, world: World, stop: threading.Event, *, lives_s: int = LIVES_S) -> None:
        super().__init__(world.faults, stop)
        self.world, self.lives_s = world, lives_s
        self.tokens: dict[str, tuple[datetime, set[str]]] = {}

    def answer(self, request: Request) -> Reply:
        if request.path == "/oauth2/token":
            return self._token(request) if request.method == "POST" else as_json({"error": "invalid_request"}, 405)
        refusal = self._refusal(request, "api:points:read")
        if refusal:
            return refusal
        if request.path == "/location/v1/points":
            return self._list(request)
        found = re.fullmatch(r"/location/v1/points/([^/]+)", request.path)
        point = self.world.points.get(found[1]) if found else None
        return as_json(_group(point)) if point else _problem(404, "Point not found", "not_found")

    def _token(self, request: Request) -> Reply:
        if not request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
            return as_json({"error": "invalid_request", "error_description": "form-encoded body expected"}, 415)
        form = {name: values[0] for name, values in parse_qs(request.body.decode("utf-8", "replace")).items()}
        given = [pair for pair in (_basic(request), (form.get("client_id"), form.get("client_secret"))) if any(pair)]
        if len(given) != 1:
            return as_json({"error": "invalid_request", "error_description": "credentials in exactly one place expected"}, 400)
        if given[0] != (CLIENT_ID, CLIENT_SECRET):
            return as_json({"error": "invalid_client", "error_description": "Client authentication failed"}, 401)
        if form.get("grant_type") != "client_credentials":
            return as_json({"error": "unsupported_grant_type"}, 400)
        return self._grant(set(form.get("scope", "").split()))

    def _grant(self, scopes: set[str]) -> Reply:
        if not scopes <= SCOPES:
            return as_json({"error": "invalid_scope", "error_description": sorted(scopes - SCOPES)[0]}, 400)
        header = base64.urlsafe_b64encode(b'{"alg":"RS256"}').decode().rstrip("=")
        token = f"{header}.{secrets.token_urlsafe(24)}.{secrets.token_urlsafe(24)}"
        self.tokens[token] = (self.world.now() + timedelta(seconds=self.lives_s), scopes)
        granted = {"access_token": token, "token_type": "Bearer", "expires_in": self.lives_s, "scope": " ".join(sorted(scopes))}
        return as_json(granted)

    def _refusal(self, request: Request, scope: str) -> Reply | None:
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        until, scopes = self.tokens.get(token, (None, set()))
        if until is None or until <= self.world.now():
            return _problem(401, "Unauthorized", "token is missing or has expired")
        return None if scope in scopes else _problem(403, "Forbidden", f"scope {scope} is missing")

    def _list(self, request: Request) -> Reply:
        page, per_page = _number(request, "page", 1), _number(request, "perPage", 25)
        points = list(self.world.points.values())
        some = points[(page - 1) * per_page : page * per_page]
        pages = max(math.ceil(len(points) / per_page), 1)
        envelope = {"count": len(points), "page": page, "perPage": per_page, "totalPages": pages}
        return as_json(envelope | {"items": [_group(point) for point in some]})


class Points(App):
    """The public feed: no login, unknown parameters ignored, GB found only as GB."""

    partner = "points"
    most_per_page = 5_000
    exact = ("status", "physical_type", "name")

    def __init__(self, world: World, stop: threading.Event) -> None:
        super().__init__(world.faults, stop)
        self.world = world

    def answer(self, request: Request) -> Reply:
        if request.path == "/v1/points":
            return self._list(request, list(self.world.points.values()))
        found = re.fullmatch(r"/v1/points/GB/([^/]+)", request.path)
        if found:
            point = self.world.points.get(found[1])
            return as_json(point) if point else _error(404, "point_not_found", "Point not found.")
        if re.fullmatch(r"/v1/points/[^/]+", request.path):
            return _error(400, "only_one_country_must_be_selected", "Select a country to filter by postcode.")
        return Reply(404, json.dumps({"status": 404, "error": "Not Found", "path": request.path}).encode())

    def twisted(self, request: Request, fault: Fault) -> Reply:
        points = list(self.world.points.values())
        if fault.kind == "empty_feed":
            return self._list(request, [])
        if fault.kind == "half_feed":
            return self._list(request, points[: len(points) // 2])
        return super().twisted(request, fault)

    def _list(self, request: Request, points: list[dict[str, Any]]) -> Reply:
        if request.one("relative_post_code") and not request.one("country"):
            return _error(400, "only_one_country_must_be_selected", "Select a country to filter by postcode.")
        with self.world.lock:
            wanted = list(self._filtered(request, points))
        page, per_page = _number(request, "page", 1), min(_number(request, "per_page", 25), self.most_per_page)
        some = wanted[(page - 1) * per_page : page * per_page]
        envelope = {
            "href": "https://points.sandbox/v1/points",
            "count": len(wanted),
            "page": page,
            "per_page": per_page,
            "total_pages": max(math.ceil(len(wanted) / per_page), 1),
        }
        return as_json(envelope | {"items": some, "meta": {"same": None}})

    def _filtered(self, request: Request, points: list[dict[str, Any]]) -> Iterable[dict[str, Any]]:
        country, kind, city = request.one("country"), request.one("type"), request.one("city")
        for point in points:
            if country and point["country"] != country:
                continue
            if kind and kind not in point["type"]:
                continue
            if city and point["address_details"]["city"] != city:
                continue
            if all(not request.one(name) or point.get(name) == request.one(name) for name in self.exact):
                yield point


def _group(point: dict[str, Any]) -> dict[str, Any]:
    """A point as the location API shows it: no status, no sizes."""
    where = point["address_details"]
    return {
        "id": point["name"],
        "type": "APM" if "parcel_locker" in point["type"] else "PUDO",
        "country": point["country"],
        "locationType": str(point["location_type"]).upper(),
        "imageUrl": point["image_url"],
        "coordinates": point["location"],
        "location247": point["location_247"],
        "capabilities": [name for name in point["functions"] if name != "parcel"],
        "address": {"country": "GB", "city": where["city"], "postalCode": where["post_code"], "street": where["street"]},
        "distance": None,
    }


def _basic(request: Request) -> tuple[str | None, str | None]:
    scheme, _, encoded = request.headers.get("authorization", "").partition(" ")
    if scheme != "Basic":
        return None, None
    try:
        name, _, secret = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "?", "?"
    return name, secret


def _number(request: Request, name: str, default: int) -> int:
    raw = request.one(name, str(default))
    return int(raw) if raw.isdigit() and int(raw) > 0 else default


def _problem(status: int, title: str, detail: str) -> Reply:
    body = {"type": "about:blank", "status": status, "title": title, "detail": detail}
    return Reply(status, json.dumps(body).encode(), "application/problem+json")


def _error(status: int, key: str, text: str) -> Reply:
    return as_json({"status": status, "key": key, "error": text}, status)
