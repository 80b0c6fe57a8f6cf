"""ACS's partner order API as its customers' public code shows it: PUT and GET of one order, strict about every field.

Two ways in: HTTP Basic with the account code in the body at `/orders/{number}`, or a subscription key at `/orders/{number}.json`.
What came back is told at `/returns`, by either way in (`returned.feed`).
"""

import base64
import binascii
import re
from copy import deepcopy
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from partners.sandbox import picking
from partners.sandbox.faults import Fault
from partners.sandbox.orders import stamp
from partners.sandbox.returned import feed
from partners.sandbox.web import App, Reply, Request, Wire, as_json, as_text

ACCOUNT, USERNAME, PASSWORD, KEY = "LOCKSTEP", "lockstep", "sandbox-password", "sandbox-subscription-key"
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
    "Comments": 500,
    **{f"Misc{place}": 100 for place in range(1, 11)},
}
LATE = frozenset(f"Misc{place}" for place in range(1, 11))  # agreed fields that no picker reads: taken until the parcel has left
FIELDS = DATES | set(LIMITS) | {"DeliveryCharge", "OrderCancelled", "OrderItems"}
REQUIRED = ("OrderNumber", "OrderDate", "FirstName", "Delivery_Address1", "Delivery_City", "Delivery_Postcode", "DeliveryService")
LINE_TEXTS = {
    "LineItemId": 50,
    "GarmentSKU": 50,
    **{f"Measurement{place}": 50 for place in range(1, 5)},
    **{f"Misc{place}": 100 for place in range(11, 16)},
}
LINE_FIELDS = set(LINE_TEXTS) | {"IsHire", "ItemPrice", "ItemQuantity"}
STATUSES = ("Acknowledged", "Picking", "Part Picked", "Pick Confirmed", "Packed", "Despatched", "Cancelled")
BEFORE_PICK, CANCELLED, DESPATCHED = "Acknowledged", "Cancelled", "Despatched"
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class Acs(App):
    """Orders by our number. Counts how often each was created, put, and put again unchanged: nobody has to believe it was once."""

    partner = "acs"

    def answer(self, request: Request) -> Reply:
        if request.path.startswith("/photos/"):
            return feed.photo(self.world, request)
        if request.path in feed.PATHS:
            right = _basic_is_right(request) or request.headers.get("ocp-apim-subscription-key") == KEY
            return feed.answer(self.world, request) if right else as_text("Unauthorised", 401)
        found = re.fullmatch(r"/orders/([^/]+?)(\.json)?", request.path)
        if not found:
            return as_text("Not found", 404)
        by_key = bool(found[2])
        if not (request.headers.get("ocp-apim-subscription-key") == KEY if by_key else _basic_is_right(request)):
            return as_text("Unauthorised", 401)
        if request.method == "GET":
            return self._get(found[1])
        return self._put(found[1], request, by_key=by_key) if request.method == "PUT" else as_text("Method not allowed", 405)

    def twisted(self, request: Request, fault: Fault, wire: Wire | None) -> Reply:
        if fault.kind == "not_a_photo":
            return feed.no_photo(fault)
        reply = super().twisted(request, fault, wire)
        if fault.kind != "other_content" or reply.status != 200 or not request.path.startswith("/orders/"):
            return reply
        if request.method == "GET":
            return as_json(Request("", "", {}, {}, reply.body).json() | {"Delivery_Postcode": "ZZ9 9ZZ"})
        with self.world.lock:
            self.world.acs[request.path.removeprefix("/orders/").removesuffix(".json")]["order"]["Delivery_Postcode"] = "ZZ9 9ZZ"
        return reply

    def _get(self, number: str) -> Reply:
        with self.world.lock:
            kept = self.world.acs.get(number)
            if kept is None:
                return as_text("Order not found", 404)
            return as_json(picking.told(kept))

    def _put(self, number: str, request: Request, *, by_key: bool) -> Reply:
        try:
            order = request.json()
        except ValueError:
            return as_text("Body is not JSON", 400)
        if not isinstance(order, dict):
            return as_text("Body is not an object", 400)
        if order.get("AccountCode", ACCOUNT if by_key else "") != ACCOUNT:
            return as_text("Unauthorised: AccountCode not known", 401)
        with self.world.lock:
            if fault := fault_of(number, order, self.world.acs_skus):
                return as_text(fault, 400)
            self._keep(number, order)
        return as_text("Accepted")

    def _keep(self, number: str, order: dict[str, Any]) -> None:
        """Create or amend. What the warehouse has begun to pick stays as it is, and the answer does not say so; only the spare
        fields, which nobody reads before the parcel is given away, may change until it has left."""
        kept = self.world.acs.get(number)
        if kept is None:
            counts = {"creations": 0, "puts": 0, "repeats": 0}
            kept = self.world.acs[number] = counts | {"status": CANCELLED, "tracking": "", "picked": {}, "packed": None, "order": {}}
        kept["puts"] += 1
        kept["repeats"] += order == kept["order"]
        if kept["status"] == CANCELLED and not order.get("OrderCancelled"):
            kept["creations"] += 1
            kept["picked"], kept["packed"] = {}, None
            self._stand(kept, BEFORE_PICK)
        if kept["status"] == BEFORE_PICK or not kept["order"]:
            kept["order"] = deepcopy(order)
            self._stand(kept, CANCELLED if order.get("OrderCancelled") else BEFORE_PICK)
        elif kept["status"] not in (CANCELLED, DESPATCHED) and not order.get("OrderCancelled"):
            kept["order"] |= {name: order[name] for name in LATE & set(order)}

    def _stand(self, kept: dict[str, Any], status: str) -> None:
        if kept["status"] != status or "status_at" not in kept:
            kept["status"], kept["status_at"] = status, stamp(self.world.now())


def fault_of(number: str, order: dict[str, Any], known_skus: set[str]) -> str:
    """Why ACS refuses this order, in its words; "" when it does not."""
    if unknown := sorted(set(order) - FIELDS):
        return f"Unknown field: {unknown[0]}"
    if order.get("OrderNumber") != number:
        return "OrderNumber differs from the address"
    if missing := [name for name in REQUIRED if not order.get(name)]:
        return f"Missing field: {missing[0]}"
    return _bad_value(order) or _bad_lines(order.get("OrderItems"), known_skus)


def _bad_value(order: dict[str, Any]) -> str:
    if fault := _bad_text(order, LIMITS):
        return fault
    for name in sorted(DATES & set(order)):
        if not _is_date(order[name]):
            return f"{name} must be YYYY-MM-DD"
    if not _is_money(order.get("DeliveryCharge", 0)):
        return "DeliveryCharge must be an amount"
    return "" if isinstance(order.get("OrderCancelled", False), bool) else "OrderCancelled must be true or false"


def _bad_lines(lines: Any, known_skus: set[str]) -> str:
    if not isinstance(lines, list) or not lines or not all(isinstance(line, dict) for line in lines):
        return "OrderItems must be a list of objects"
    ids = [line.get("LineItemId") for line in lines]
    if not all(ids) or len(set(map(str, ids))) != len(ids):
        return "LineItemId must be unique within the order"
    return next(filter(None, (_bad_line(line, known_skus) for line in lines)), "")


def _bad_line(line: dict[str, Any], known_skus: set[str]) -> str:
    if unknown := sorted(set(line) - LINE_FIELDS):
        return f"Unknown field: {unknown[0]}"
    if fault := _bad_text(line, LINE_TEXTS):
        return fault
    if line.get("GarmentSKU") not in known_skus:
        return f"SKU not known: {line.get('GarmentSKU')}"
    if not isinstance(line.get("IsHire", False), bool):
        return "IsHire must be true or false"
    quantity = line.get("ItemQuantity", 1)
    if isinstance(quantity, bool) or not isinstance(quantity, int) or quantity < 1:
        return "ItemQuantity must be a whole number of at least 1"
    return "" if _is_money(line.get("ItemPrice", 0)) else "ItemPrice must be an amount"


def _bad_text(said: dict[str, Any], limits: dict[str, int]) -> str:
    for name, limit in limits.items():
        value = said.get(name, "")
        if not isinstance(value, str) or len(value) > limit:
            return f"{name} must be text of at most {limit} characters"
    return ""


def _is_date(value: Any) -> bool:
    if not isinstance(value, str) or not _DATE.fullmatch(value):
        return False
    try:
        return bool(date.fromisoformat(value))
    except ValueError:
        return False


def _is_money(value: Any) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return False
    try:
        return Decimal(str(value)) >= 0
    except InvalidOperation:
        return False


def _basic_is_right(request: Request) -> bool:
    scheme, _, encoded = request.headers.get("authorization", "").partition(" ")
    try:
        return scheme == "Basic" and base64.b64decode(encoded, validate=True).decode() == f"{USERNAME}:{PASSWORD}"
    except (binascii.Error, UnicodeDecodeError):
        return False
