"""Who may ask: tokens of a custom connection, by client credentials. They live half an hour of the world's clock; there is no refresh.

The scopes are the granular ones: an app made after 2 March 2026 is refused the broad `accounting.transactions`.
"""

import base64
import binascii
import secrets
from datetime import datetime, timedelta
from urllib.parse import parse_qs

from partners.sandbox.web import Reply, Request, as_json
from partners.sandbox.world import World
from partners.sandbox.xero import CLIENT_ID, CLIENT_SECRET, TENANT
from partners.sandbox.xero.replies import denied

SCOPES = frozenset(
    {
        *("accounting.manualjournals", "accounting.manualjournals.read", "accounting.invoices", "accounting.invoices.read"),
        *("accounting.settings", "accounting.settings.read", "accounting.contacts", "accounting.contacts.read"),
    }
)
LIVES_S = 1800


class Tokens:
    """Those given out, with their end and their scopes. `lives_s` is how long the next ones live."""

    def __init__(self, world: World) -> None:
        self.world, self.lives_s = world, LIVES_S
        self.given: dict[str, tuple[datetime, frozenset[str]]] = {}

    def answer(self, request: Request) -> Reply:
        if request.method != "POST":
            return _oauth("invalid_request", 405)
        if not request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
            return _oauth("invalid_request")
        form = {name: values[0] for name, values in parse_qs(request.body.decode("utf-8", "replace")).items()}
        given = [pair for pair in (_basic(request), (form.get("client_id"), form.get("client_secret"))) if any(pair)]
        if given != [(CLIENT_ID, CLIENT_SECRET)]:
            return _oauth("invalid_client")
        if form.get("grant_type") != "client_credentials":
            return _oauth("unsupported_grant_type")
        scopes = frozenset(form.get("scope", "").split()) or SCOPES
        return self._grant(scopes) if scopes <= SCOPES else _oauth("invalid_scope")

    def _grant(self, scopes: frozenset[str]) -> Reply:
        token = secrets.token_urlsafe(64)
        with self.world.lock:
            self.given[token] = (self.world.now() + timedelta(seconds=self.lives_s), scopes)
        said = {"access_token": token, "expires_in": self.lives_s, "token_type": "Bearer", "scope": " ".join(sorted(scopes))}
        return as_json(said)

    def refusal(self, request: Request, scope: str, *, tenant: bool = True) -> Reply | None:
        """None where the request bears a token good for `scope`, or for one of the same name to read with, and names the tenant."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        until, scopes = self.given.get(token, (None, frozenset()))
        if scheme != "Bearer" or until is None:
            return denied(401, "AuthenticationUnsuccessful")
        if until <= self.world.now():
            return denied(401, f"TokenExpired: token expired at {until:%m/%d/%Y %H:%M:%S}")
        if tenant and request.headers.get("xero-tenant-id") != TENANT:
            return denied(403, "AuthenticationUnsuccessful")
        return None if not scope or scopes & {scope, scope.removesuffix(".read")} else denied(401, "AuthorizationUnsuccessful")


def _basic(request: Request) -> tuple[str | None, str | None]:
    scheme, _, encoded = request.headers.get("authorization", "").partition(" ")
    if scheme != "Basic":
        return None, None
    try:
        name, _, secret = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "?", "?"
    return name, secret


def _oauth(error: str, status: int = 400) -> Reply:
    return as_json({"error": error}, status)
