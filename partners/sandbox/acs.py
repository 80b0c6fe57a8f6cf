"""ACS's partner order API as its customers' public code shows it: PUT and GET of one order, strict about every field."""

import base64
import binascii
import re
import threading
from copy import deepcopy
from typing import Any

from partners.sandbox.faults import Fault
from partners.sandbox.orders import stamp
from partners.sandbox.web import App, Reply, Request, as_json, as_text
from partners.sandbox.world import World

ACCOUNT, USERNAME, PASSWORD, KEY = "LOCKSTEP", "lockstep", "sandbox-password", "sandbox-subscription-key"  # noqa: S105
DATES = {"OrderDate", "DispatchDate", "DeliveryDate", "EventDate", "WarehouseReturnDate"}
LIMITS = {
    "AccountCode": 20,
    "OrderNumber": 50,
    "FirstName": 50,
    "LastName": 50,
    "MobilePhone": 20,
    "Email": 100,
    **{f"Delivery_Address{place}": 100 for place in range(1, 5)},
    "Delivery_City": 60,
    "Delivery_County": 60,
    "Delivery_Postcode": 10,
    "DeliveryService": 10,
    "DeliveryAgent": 10,
    "DeliveryCharge": 12,
    "Comments": 500,
    **{f"Misc{place}": 100 for place in range(1, 11)},
}
FIELDS = DATES | set(LIMITS) | {"OrderCancelled", "OrderItems"}
REQUIRED = ("OrderNumber", "OrderDate", "FirstName", "Delivery_Address1", "Delivery_City", "Delivery_Postcode", "DeliveryService")
LINE_FIELDS = {"LineItemId", "GarmentSKU", "GarmentSku", "IsHire", "ItemPrice", "ItemQuantity"} | {
    *(f"Measurement{place}" for place in range(1, 5)),
    *(f"Misc{place}" for place in range(11, 16)),
}
BEFORE_PICK = {"Acknowledged"}
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


class Acs(App):
    """Orders by our number. Counts how often each was created and put, so that nobody has to believe that it was once."""

    partner = "acs"

    def __init__(self, world: World, stop: threading.Event) -> None:
        super().__init__(world.faults, stop)
        self.world = world

    def answer(self, request: Request) -> Reply:
        found = re.fullmatch(r"/orders/([^/]+?)(\.json)?", request.path)
        if not found:
            return as_text("Not found", 404)
        if not self._is_known(request, newer=bool(found[2])):
            return as_text("Unauthorised", 401)
        if request.method == "GET":
            return self._get(found[1])
        return self._put(found[1], request) if request.method == "PUT" else as_text("Method not allowed", 405)

    def twisted(self, request: Request, fault: Fault) -> Reply:
        reply = super().twisted(request, fault)
        if fault.kind == "other_content" and request.method == "PUT":
            number = request.path.removeprefix("/orders/").removesuffix(".json")
            with self.world.lock:
                self.world.acs[number]["order"]["Delivery_Postcode"] = "ZZ9 9ZZ"
        return reply

    def _is_known(self, request: Request, *, newer: bool) -> bool:
        if newer:
            return request.headers.get("ocp-apim-subscription-key") == KEY
        scheme, _, encoded = request.headers.get("authorization", "").partition(" ")
        try:
            return scheme == "Basic" and base64.b64decode(encoded, validate=True).decode() == f"{USERNAME}:{PASSWORD}"
        except (binascii.Error, UnicodeDecodeError):
            return False

    def _get(self, number: str) -> Reply:
        with self.world.lock:
            kept = self.world.acs.get(number)
            if kept is None:
                return as_text("Order not found", 404)
            shown = {"Status": kept["status"], "StatusDate": kept["status_at"], "TrackingNumber": kept["tracking"]}
            return as_json(kept["order"] | shown)

    def _put(self, number: str, request: Request) -> Reply:
        try:
            order = request.json()
        except ValueError:
            return as_text("Body is not JSON", 400)
        with self.world.lock:
            if fault := self._fault(number, order):
                return as_text(fault, 400)
            self._keep(number, order)
        return as_text("Accepted")

    def _keep(self, number: str, order: dict[str, Any]) -> None:
        """Create or amend. What the warehouse has begun to pick stays as it is, and the answer does not say so."""
        kept = self.world.acs.get(number)
        if kept is None:
            kept = {"creations": 0, "puts": 0, "status": "Acknowledged", "status_at": stamp(self.world.now()), "tracking": ""}
            self.world.acs[number] = kept
        kept["puts"] += 1
        if "order" not in kept:
            kept["creations"] += 1
        if "order" not in kept or kept["status"] in BEFORE_PICK:
            kept["order"] = deepcopy(order)
        if order.get("OrderCancelled"):
            kept["status"], kept["status_at"] = "Cancelled", stamp(self.world.now())

    def _fault(self, number: str, order: Any) -> str:
        if not isinstance(order, dict):
            return "Body is not an object"
        if unknown := sorted(set(order) - FIELDS):
            return f"Unknown field: {unknown[0]}"
        if order.get("AccountCode") != ACCOUNT:
            return "AccountCode not known"
        if order.get("OrderNumber") != number:
            return "OrderNumber differs from the address"
        if missing := [name for name in REQUIRED if not order.get(name)]:
            return f"Missing field: {missing[0]}"
        return _bad_value(order) or self._bad_lines(order.get("OrderItems"))

    def _bad_lines(self, lines: Any) -> str:
        if not isinstance(lines, list) or not lines or not all(isinstance(line, dict) for line in lines):
            return "OrderItems must be a list of objects"
        ids = [line.get("LineItemId") for line in lines]
        if None in ids or len(set(map(str, ids))) != len(ids):
            return "LineItemId must be unique within the order"
        for line in lines:
            if unknown := sorted(set(line) - LINE_FIELDS):
                return f"Unknown field: {unknown[0]}"
            sku = line.get("GarmentSKU") or line.get("GarmentSku")
            if sku not in self.world.acs_skus:
                return f"SKU not known: {sku}"
        return ""


def _bad_value(order: dict[str, Any]) -> str:
    for name, limit in LIMITS.items():
        value = order.get(name, "")
        if not isinstance(value, str) or len(value) > limit:
            return f"{name} must be text of at most {limit} characters"
    for name in DATES & set(order):
        if not isinstance(order[name], str) or not _DATE.fullmatch(order[name]):
            return f"{name} must be YYYY-MM-DD"
    return "" if isinstance(order.get("OrderCancelled", False), bool) else "OrderCancelled must be true or false"
