"""ACS as docs/partners/acs.md describes it, in a page: an upsert by order number that answers in text, and a read."""

import base64
import json
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from urllib.parse import unquote

from partners.acs.client import AcsClient
from partners.acs.records import OutboundLine, OutboundOrder
from partners.http import Wire
from tests.partners.fake_web import Asked, FakeWeb, Reply

BASIC = "Basic " + base64.b64encode(b"user:word").decode()
KNOWN_SKUS = {"DRS-0012-10", "TUX-1"}

LINE = OutboundLine(line_id="1", sku="DRS-0012-10", is_hire=False, price_pence=8400, quantity=1, measurements=("10",))
ORDER = OutboundOrder(
    number="LS-10001",
    ordered_on=date(2026, 11, 20),
    dispatch_on=date(2026, 11, 24),
    deliver_on=None,
    event_on=None,
    return_on=None,
    first_name="Ada",
    last_name="Byron",
    mobile="+447700900123",
    email="ada@example.com",
    address1="1 High Street",
    address2="",
    city="Leeds",
    county="",
    postcode="LS1 4AB",
    service="24",
    agent="INPOST",
    comments="",
    locker_id="UK00001234",
    parcel_size="A",
    cancelled=False,
    lines=(LINE,),
)


@dataclass
class FakeAcs:
    """`orders` is what ACS holds, as it was sent. `facts` are added to every order read."""

    orders: dict[str, dict[str, Any]] = field(default_factory=dict)
    facts: dict[str, Any] = field(default_factory=lambda: {"Status": "Acknowledged", "StatusDate": "2026-11-20T10:00:00Z"})

    def reply(self, asked: Asked) -> Reply:
        if asked.headers.get("authorization") != BASIC and asked.headers.get("ocp-apim-subscription-key") != "the-key":
            return 401, {}, b""
        number = unquote(asked.path.removeprefix("/api/orders/").removesuffix(".json"))
        return self._take(number, json.loads(asked.body)) if asked.method == "PUT" else self._show(number)

    def _take(self, number: str, body: dict[str, Any]) -> Reply:
        unknown = [line["GarmentSKU"] for line in body["OrderItems"] if line["GarmentSKU"] not in KNOWN_SKUS]
        if unknown:
            return 400, {"Content-Type": "text/plain"}, f"SKU not known: {unknown[0]}".encode()
        self.orders[number] = body
        return 200, {"Content-Type": "text/plain"}, b"Accepted"

    def _show(self, number: str) -> Reply:
        if number not in self.orders:
            return 404, {"Content-Type": "text/plain"}, b"Order not found"
        return 200, {"Content-Type": "application/json"}, json.dumps(self.orders[number] | self.facts).encode()


def client_of(web: FakeWeb, *, key: str = "", word: str = "word", label_field: str = "") -> AcsClient:
    headers = {"Ocp-Apim-Subscription-Key": key} if key else None
    wire = Wire("acs", "http://acs.test/api", transport=web.transport, headers=headers, auth=None if key else ("user", word))
    spare = {"locker_field": "Misc1", "size_field": "Misc2", "label_field": label_field}
    return AcsClient(wire, account_code="LSTEP", newer_host=bool(key), **spare)
