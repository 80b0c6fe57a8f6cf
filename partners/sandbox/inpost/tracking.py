"""InPost's tracking API, and how one event reads there and in a webhook."""

from datetime import datetime
from typing import Any

from partners.sandbox.inpost.book import KEPT_FOR, Body, Carrier, Event, Shipment
from partners.sandbox.inpost.replies import problem
from partners.sandbox.inpost.scripts import DEPOT, ELSEWHERE, V2_ONLY, WAREHOUSE
from partners.sandbox.points import Point
from partners.sandbox.web import Reply, Request, as_json
from partners.sandbox.world import World

PARCELS = "/tracking/v1/parcels"
MOST = 10
EMPTY = dict.fromkeys(("id", "name", "address", "postalCode", "city", "country", "description"))


def answer(carrier: Carrier, request: Request) -> Reply:
    """Numbers it does not know are left out, and so are parcels of which everything is forgotten."""
    if request.path != PARCELS:
        return problem(404, "Not Found", "No such address")
    if request.method != "GET":
        return problem(405, "Method Not Allowed", "GET expected")
    numbers = list(dict.fromkeys(filter(None, request.query.get("trackingNumbers", []))))
    if not 1 <= len(numbers) <= MOST:
        return problem(
            400, "Bad Request", f"1 to {MOST} tracking numbers expected", {"trackingNumbers": ["too_big" if numbers else "required"]}
        )
    version = request.headers.get("x-inpost-event-version", "V1")
    if version not in ("V1", "V2"):
        return problem(400, "Bad Request", "Unknown event version", {"x-inpost-event-version": ["invalid"]})
    with carrier.world.lock:
        found = [one for number in numbers if (one := carrier.shipments.get(number)) and not _is_forgotten(carrier, one)]
        return as_json({"parcels": [_parcel(carrier, one, version) for one in found]})


def _is_forgotten(carrier: Carrier, one: Shipment) -> bool:
    return carrier.world.now() - one.created_at > KEPT_FOR and not carrier.seen(one)


def _parcel(carrier: Carrier, one: Shipment, version: str) -> Body:
    events = [event for event in carrier.seen(one) if version == "V2" or event.code not in V2_ONLY]
    return {
        "trackingNumber": one.number,
        "status": None,
        "events": [_event(carrier.world, one, event) | {"eventTimestamp": in_milliseconds(event), "status": None} for event in events],
        "origin": None,
        "destination": locker(carrier.world, one.point),
        "delivery": {"recipientName": None, "deliveryNotes": None},
        "shipment": {"type": "OUTBOUND"},
        "returnToSender": next((_return(one) for event in events if _returns(event)), None),
    }


def told_by_webhook(world: World, one: Shipment, event: Event) -> Body:
    """The same with `timestamp` down to the nanosecond; now and then nobody knows where it was."""
    said = _event(world, one, event) | {"trackingNumber": one.number, "timestamp": in_nanoseconds(event)}
    return said | ({"location": None} if event.nanos % 7 == 0 else {})


def _event(world: World, one: Shipment, event: Event) -> Body:
    said: Body = {
        "customerReference": one.order or None,
        "eventId": event.id,
        "eventCode": event.code,
        "location": _location(world, one, event),
        "delivery": {"recipientName": None, "deliveryNotes": None},
        "shipment": {"type": "RETURN" if _returns(event) else "OUTBOUND"},
        "returnToSender": _return(one) if _returns(event) else None,
        "newDestination": {"location": locker(world, event.to)} if event.to else None,
    }
    return said


def _returns(event: Event) -> bool:
    return event.code.startswith("RTS.")


def _return(one: Shipment) -> Body:
    """The way back has a number of its own."""
    return {"trackingNumber": f"{one.number[:3]}9{one.number[4:]}"}


def _location(world: World, one: Shipment, event: Event) -> Body | None:
    if event.place == WAREHOUSE:
        return EMPTY | {"type": "ADDRESS", "city": "Motherwell", "country": "GB"}
    if event.place == DEPOT:
        return EMPTY | {"type": "LOGISTIC_CENTER", "country": "GB"}
    return locker(world, one.moved_to if event.place == ELSEWHERE else one.point)


def locker(world: World, name: str) -> Body | None:
    point: Point | None = world.points.get(name) or world.removed.get(name)
    if not point:
        return None
    where: dict[str, Any] = point["address_details"]
    return {
        "id": name,
        "type": "LOCKER_POINT",
        "name": where["building_number"],
        "address": where["street"],
        "postalCode": where["post_code"],
        "city": where["city"],
        "country": point["country"],
        "description": point["location_description"],
    }


def in_milliseconds(event: Event) -> str:
    return f"{_second(event.at)}.{event.nanos // 1_000_000:03d}Z"


def in_nanoseconds(event: Event) -> str:
    return f"{_second(event.at)}.{event.nanos:09d}Z"


def _second(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%S")
