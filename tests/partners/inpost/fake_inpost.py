"""InPost as its portal describes it, in a page: tokens that end, a point look-up that demands them, and the public feed."""

import base64
import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, unquote

from partners.http import Wire
from partners.inpost.client import InPostClient
from partners.inpost.feed import PointsFeed
from tests.partners.fake_web import Asked, FakeWeb, Reply

SECRET = "secret"
BASIC = "Basic " + base64.b64encode(f"client:{SECRET}".encode()).decode()
JSON = {"Content-Type": "application/json"}


@dataclass
class FakeInPost:
    """`valid` is the one token taken now; `points` what the location API knows; `scopes` what is granted."""

    valid: str = ""
    issued: int = 0
    expires_in: Any = 599
    scopes: str = "openid api:points:read"
    points: dict[str, dict[str, Any]] = field(default_factory=dict)

    def reply(self, asked: Asked) -> Reply:
        return self._token(asked) if asked.path == "/oauth2/token" else self._point(asked)

    def _token(self, asked: Asked) -> Reply:
        form = parse_qs(asked.body.decode())
        if asked.headers.get("authorization") != BASIC or form.get("grant_type") != ["client_credentials"]:
            return 400, JSON, b'{"error": "invalid_client", "error_description": "Client authentication failed"}'
        self.issued += 1
        self.valid = f"token-{self.issued}"
        granted = {"access_token": self.valid, "token_type": "Bearer", "expires_in": self.expires_in, "scope": self.scopes}
        return 200, JSON, json.dumps(granted).encode()

    def _point(self, asked: Asked) -> Reply:
        if asked.headers.get("authorization") != f"Bearer {self.valid}":
            return 401, JSON, b'{"error": "invalid_token"}'
        if "api:points:read" not in self.scopes:
            return 403, JSON, b'{"title": "Forbidden"}'
        point = self.points.get(unquote(asked.path.removeprefix("/location/v1/points/")))
        return (200, JSON, json.dumps(point).encode()) if point else (404, JSON, b'{"title": "Not Found"}')


class Seconds:
    """The monotonic clock, moved by hand."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


def client_of(web: FakeWeb, seconds: Seconds, *, secret: str = SECRET, gate: Any = None) -> InPostClient:
    api = Wire("inpost", "http://inpost.test", transport=web.transport, gate=gate)
    login = Wire("inpost", "http://inpost.test/oauth2/token", transport=web.transport, gate=gate)
    return InPostClient(api, login, client_id="client", client_secret=secret, monotonic=seconds)


@dataclass
class FakeFeed:
    """The public feed: an envelope per page, unknown parameters ignored, GB by its proper name only."""

    items: list[bytes]
    per_page: int = 2
    declared: int | None = None

    def reply(self, asked: Asked) -> Reply:
        query = parse_qs(asked.query)
        items = self.items if query.get("country") == ["GB"] else []
        page, size = int(query["page"][0]), min(int(query["per_page"][0]), self.per_page)
        count, pages = self.declared if self.declared is not None else len(items), -(-len(items) // size)
        some = items[(page - 1) * size : page * size]
        head = b'{"href":"x","count":%d,"page":%d,"per_page":%d,"total_pages":%d,"items":[' % (count, page, size, pages)
        return 200, JSON, head + b",".join(some) + b'],"meta":{"href":"x"}}'


def feed_of(web: FakeWeb) -> PointsFeed:
    return PointsFeed(Wire("points", "http://points.test/v1/points", transport=web.transport))
