"""InPost's shipping API in a page, as far as labels need it: a repeat under the same id makes no second shipment."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from lockers.rules.shipments import Shipment
from partners import connect
from tests.partners.fake_web import Asked, FakeWeb, Reply

JSON = {"Content-Type": "application/json"}
PDF, ZPL = b"%PDF-1.4 label", b"^XA label ^XZ"


def shipment(number: str = "LS-1", **changes: Any) -> Shipment:
    facts: dict[str, Any] = {
        "order_number": number,
        "point_id": "UK00000904",
        "first_name": "Ada",
        "last_name": "Byron",
        "email": "ada@example.com",
        "mobile_e164": "+447712345068",
        "length_mm": 350,
        "width_mm": 250,
        "height_mm": 60,
        "weight_g": 750,
        "size": "A",
        "size_from": "acs",
    }
    return Shipment(**facts | changes)


@dataclass
class FakeShipping:
    """`made` are the shipments by deduplication id. `refuse` answers each create; `lose` makes the next ones and answers 504."""

    made: dict[str, str] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    refuse: Reply | None = None
    lose: int = 0
    labels: dict[str, Reply] = field(default_factory=dict)

    def reply(self, asked: Asked) -> Reply:
        self.asked.append(asked)
        if asked.path == "/oauth2/token":
            return 200, JSON, json.dumps({"access_token": "token", "expires_in": 599}).encode()
        return self._create(asked) if asked.method == "POST" else self._label(asked)

    def _create(self, asked: Asked) -> Reply:
        if self.refuse:
            return self.refuse
        key = asked.headers["x-deduplication-id"]
        self.made.setdefault(key, f"JJD{len(self.made) + 1:016d}")
        if self.lose:
            self.lose -= 1
            return 504, {}, b""
        return 201, JSON, json.dumps({"trackingNumber": self.made[key], "parcels": []}).encode()

    def _label(self, asked: Asked) -> Reply:
        accept = asked.headers["accept"]
        fitting = (200, {"Content-Type": accept}, PDF if "pdf" in accept else ZPL)
        return self.labels.get(accept, fitting)

    @property
    def bodies(self) -> list[dict[str, Any]]:
        return [json.loads(asked.body) for asked in self.asked if asked.method == "POST" and "shipments" in asked.path]


@contextmanager
def spoken_to(settings: Any) -> Iterator[FakeShipping]:
    """A live Lockstep that speaks to this InPost and to no other."""
    settings.MODES = dict.fromkeys(settings.MODES, "live")
    settings.SANDBOX = True
    for name in ("CLIENT_ID", "CLIENT_SECRET", "ORGANIZATION_ID"):
        setattr(settings, f"INPOST_{name}", "x")
    settings.INPOST_API_URL, settings.INPOST_TOKEN_URL = "http://inpost.test", "http://inpost.test/oauth2/token"
    fake = FakeShipping()
    with connect.use({"inpost": FakeWeb(fake.reply).transport}):
        yield fake
