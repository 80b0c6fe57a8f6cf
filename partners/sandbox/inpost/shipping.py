"""InPost's shipping API: create a shipment, and read it again. There is no way to change or cancel one."""

import re
from typing import Any

from partners.sandbox.inpost import ORGANIZATION, labels
from partners.sandbox.inpost.book import Body, Carrier, Shipment
from partners.sandbox.inpost.checking import faults_of
from partners.sandbox.inpost.replies import problem
from partners.sandbox.web import Reply, Request, as_json

SHIPMENTS = re.compile(r"/shipping/v2/organizations/([^/]+)/shipments(?:/([^/]+)(/label)?)?")
DEDUPLICATION = ("x-deduplication-id", "x-inpost-deduplication-id")


def scope_of(request: Request) -> str:
    return "api:shipments:write" if request.method == "POST" else "api:shipments:read"


def answer(carrier: Carrier, request: Request) -> Reply:
    found = SHIPMENTS.fullmatch(request.path)
    if not found:
        return problem(404, "Not Found", "No such address")
    organization, number, label = found.groups()
    if organization != ORGANIZATION:
        return problem(403, "Forbidden", "The organization is not yours")
    if not number:
        return _create(carrier, request) if request.method == "POST" else problem(405, "Method Not Allowed", "POST expected")
    if request.method != "GET":
        return problem(405, "Method Not Allowed", "GET expected")
    one = carrier.shipments.get(number)
    if one is None:
        return problem(404, "Not Found", "Shipment not found")
    return labels.answer(carrier, one, request) if label else as_json(_shown(one))


def _create(carrier: Carrier, request: Request) -> Reply:
    """Once for each deduplication id: the same again answers the same, anything else with that id is refused."""
    try:
        said = request.json()
    except ValueError:
        return problem(400, "Bad Request", "The body is not JSON")
    key = next((request.headers[name] for name in DEDUPLICATION if request.headers.get(name)), "")
    with carrier.world.lock:
        if earlier := carrier.asked.get(key):
            return _again(earlier, said)
        if errors := faults_of(said, carrier.world.points):
            return problem(422, "Unprocessable Entity", "Validation failed", errors)
        one = carrier.keep(said, key)
        one.answer = _told(one)
        return as_json(one.answer, 201)


def _again(earlier: Shipment, said: Any) -> Reply:
    if said != earlier.said:
        return problem(409, "Conflict", "This deduplication id was used for another shipment")
    earlier.creates += 1
    return as_json(earlier.answer, 201)


def _shown(one: Shipment) -> Body:
    """As it was asked for, with the numbers it was given."""
    parcels = [asked | given for asked, given in zip(one.said["parcels"], one.answer["parcels"], strict=True)]
    return one.said | one.answer | {"parcels": parcels}


def _told(one: Shipment) -> Body:
    numbers = [one.number, *(f"{one.number}{place:02d}" for place in range(1, len(one.said["parcels"])))]
    parcels = [
        {"references": parcel.get("references"), "parcelNumbers": [{"carrier": "INPOST", "id": "TRACKING_NUMBER", "value": number}]}
        for parcel, number in zip(one.said["parcels"], numbers, strict=True)
    ]
    area = one.point[-4:] or str(one.said["destination"].get("postalCode", ""))[:4].strip()
    return {"trackingNumber": one.number, "parcels": parcels, "routing": {"deliveryArea": area, "deliveryDepotNumber": "42"}}
