"""The world's orders as Shopify keeps them: the same facts, left in the different places that apps and checkouts use.

Where the locker and the mobile of an order go is decided by its e-mail address, so that an order and its twin look alike.
A number that can be dialled may be kept with the order or the customer, where the real one writes it in its international
form; whatever else was typed stays in a field of free text.
"""

import json
import re
from datetime import datetime
from decimal import Decimal
from typing import Any
from zlib import crc32

from partners.sandbox.goods import Product
from partners.sandbox.orders import Order
from partners.sandbox.shopify.sale import Fulfilment, Line, Piece, Sale

ORDERS, LINES, FULFILMENTS, PIECES = 6_000_000_000_000, 15_000_000_000_000, 7_000_000_000_000, 16_000_000_000_000
POINT = ("atlas_pickup_points", "point")
_LOCKER = re.compile(r"UK(?:\d{10}|\d{8}|[A-Z]{3}\d{5})", re.IGNORECASE)
_DIALLED = re.compile(r"(?:\+44\(?0?\)?|0044|0)?(7\d{9})")
FREE_TEXT = ("shipping", "shipping", "service", "destination", "pickup")
ANYWHERE = (*FREE_TEXT, "shipping", "order", "customer", "billing")


def sale_of(order: Order, products: dict[str, Product]) -> Sale:
    body = order.body
    key = int(body["id"])
    sale = Sale(
        id=ORDERS + key,
        number=order.number,
        channel=body["channel"],
        created_at=_instant(body["placedAt"]),
        paid_at=_instant(body["paidAt"]),
        updated_at=_instant(body["updatedAt"]),
        email=body["email"],
        note=body["note"],
        currency=body["currency"],
        ship=dict(body["shipTo"]),
        service=dict(body["service"]),
        lines=[_line(key, place, line, products[line["sku"]]) for place, line in enumerate(body["lines"])],
        attributes=dict(body["attributes"]),
    )
    _put_phone(sale, next((phone["value"] for phone in body["phones"] if phone["value"]), ""))
    _put_locker(sale, body["metafields"])
    pieces = [Piece(PIECES + key * 100 + place, line, line.quantity) for place, line in enumerate(sale.lines)]
    sale.fulfilments = [Fulfilment(FULFILMENTS + key * 10, pieces, sale.created_at, sale.created_at)]
    return sale


def _line(key: int, place: int, line: dict[str, Any], product: Product) -> Line:
    return Line(
        id=LINES + key * 100 + place,
        sku=line["sku"],
        title=line["name"],
        variant_title=line["measurements"][0],
        vendor=product.brand,
        quantity=line["quantity"],
        current=line["quantity"],
        price=Decimal(line["unitPrice"]),
        attributes=[*([("_hire", "yes")] if line["hire"] else []), ("_measurements", ", ".join(line["measurements"]))],
    )


def _put_phone(sale: Sale, typed: str) -> None:
    if not typed:
        return
    dialled = _DIALLED.fullmatch(re.sub(r"[\s-]", "", typed))
    places = ANYWHERE if dialled else FREE_TEXT
    place = places[_pick(sale) % len(places)]
    sale.phones[place] = f"+44{dialled[1]}" if dialled and place in ("order", "customer") else typed


def _put_locker(sale: Sale, metafields: dict[str, Any]) -> None:
    """An app's metafield stays one, under the app's own name; an attribute may be one of another app, or part of the address."""
    if point := metafields.get("lockers.point"):
        sale.metafields[POINT] = ("json", json.dumps(_point(point["code"])))
    choice = _pick(sale) // 16 % 4
    if (named := sale.attributes.get("Locker ID")) and choice == 0 and _LOCKER.fullmatch(named):
        del sale.attributes["Locker ID"]
        sale.attributes |= {"Checkout-Method": "pickup", "Pickup-Location-Id": named}
    if (named := sale.attributes.get("inpost_locker_id")) and choice in (1, 2) and _LOCKER.fullmatch(named):
        del sale.attributes["inpost_locker_id"]
        if choice == 1:
            sale.ship["company"] = f"InPost Locker {named}"
        else:
            sale.ship["address2"] = ", ".join(filter(None, (sale.ship["address2"], f"InPost {named}")))


def _point(code: str) -> dict[str, Any]:
    """As the pick-up point app writes it."""
    return {
        "provider": "INPOST",
        "code": code,
        "details": {"name": f"InPost Locker {code}"},
        "address": {"countryCode": "GB"},
        "attributes": [{"key": "type", "value": "locker"}],
    }


def _pick(sale: Sale) -> int:
    return crc32(f"{sale.email.replace('.', '@')}{sale.ship['lastName']}".encode())


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text)
