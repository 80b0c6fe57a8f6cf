"""Who may ask: tokens for client credentials, which end by the world's clock."""

import base64
import binascii
import json
import secrets
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs

from partners.sandbox.inpost import CLIENT_ID, CLIENT_SECRET
from partners.sandbox.inpost.replies import oauth, problem
from partners.sandbox.web import Reply, Request, as_json
from partners.sandbox.world import World

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


class Tokens:
    """Those given out, with their end and their scopes."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.given: dict[str, tuple[datetime, set[str]]] = {}

    def answer(self, request: Request) -> Reply:
        if request.method != "POST":
            return oauth("invalid_request", "POST expected", 405)
        if not request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
            return oauth("invalid_request", "form-encoded body expected", 415)
        form = {name: values[0] for name, values in parse_qs(request.body.decode("utf-8", "replace")).items()}
        given = [pair for pair in (_basic(request), (form.get("client_id"), form.get("client_secret"))) if any(pair)]
        if len(given) != 1:
            return oauth("invalid_request", "credentials in exactly one place expected")
        if given[0] != (CLIENT_ID, CLIENT_SECRET):
            return oauth("invalid_client", "Client authentication failed", 401)
        if form.get("grant_type") != "client_credentials":
            return oauth("unsupported_grant_type", "client_credentials expected")
        scopes = set(form.get("scope", "").split())
        return self._grant(scopes) if scopes <= SCOPES else oauth("invalid_scope", f"unknown scope {min(scopes - SCOPES)}")

    def _grant(self, scopes: set[str]) -> Reply:
        lives_s, scope = self.world.token_lives_s, " ".join(sorted(scopes))
        until = self.world.now() + timedelta(seconds=lives_s)
        claims = {"iss": "sandbox", "azp": CLIENT_ID, "scope": scope, "exp": int(until.timestamp()), "jti": secrets.token_hex(8)}
        token = f"{_part({'alg': 'RS256', 'typ': 'JWT'})}.{_part(claims)}.{secrets.token_urlsafe(64)}"
        with self.world.lock:
            self.given[token] = (until, scopes)
        return as_json({"access_token": token, "token_type": "Bearer", "expires_in": lives_s, "scope": scope})

    def refusal(self, request: Request, scope: str) -> Reply | None:
        """None where the request bears a token that is good for `scope`."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        until, scopes = self.given.get(token, (None, set()))
        if scheme != "Bearer" or until is None or until <= self.world.now():
            return problem(401, "Unauthorized", "The token is missing, not ours, or has expired")
        return None if scope in scopes else problem(403, "Forbidden", f"The token lacks the scope {scope}")


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
