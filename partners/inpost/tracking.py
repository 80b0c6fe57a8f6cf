"""One tracking event, as a webhook tells it or as the tracking API lists it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from partners.errors import RecordError, Unreadable
from partners.values import identifier, identifier_at, instant_at, text_at


@dataclass(frozen=True)
class TrackingRecord:
    """`place` holds type, id, name and postcode of where it happened; who took the parcel is left where it was said."""

    event_id: str
    tracking_number: str
    code: str
    happened_at: datetime
    place: dict[str, str] = field(default_factory=dict)
    new_point: str = ""
    returning_number: str = ""

    @property
    def point(self) -> str:
        return self.place.get("id", "")


def read_event(raw: bytes) -> TrackingRecord:
    """Read one event. Raises RecordError with the path and the reason. The time goes by `timestamp` in webhooks and `eventTimestamp`
    in the API."""
    try:
        said = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise RecordError("$", "is not JSON") from error
    if not isinstance(said, dict):
        raise RecordError("$", "must be an object")
    number = identifier_at(said.get("trackingNumber"), "$.trackingNumber", limit=60)
    code = identifier_at(said.get("eventCode"), "$.eventCode", limit=40)
    stamp = said.get("eventTimestamp") or said.get("timestamp")
    return TrackingRecord(
        event_id=_event_id(said, number, code, stamp),
        tracking_number=number,
        code=code,
        happened_at=instant_at(stamp, "$.timestamp"),
        place=_place(said.get("location")),
        new_point=_place(_object(said.get("newDestination")).get("location")).get("id", ""),
        returning_number=identifier(
            text_at(_object(said.get("returnToSender")).get("trackingNumber"), "$.returnToSender", limit=60), limit=60
        ),
    )


def parcels_of(body: Any, numbers: Sequence[str], *, request_id: str = "") -> dict[str, list[bytes]]:
    """The events of each parcel that was asked for, each as raw as a webhook's. Raises Unreadable for another kind of answer."""
    parcels = body.get("parcels") if isinstance(body, dict) else None
    if not isinstance(parcels, list) or not all(isinstance(parcel, dict) for parcel in parcels):
        raise Unreadable("inpost", "The list of tracked parcels is not as agreed.", request_id=request_id)
    return {number: _events_of(parcel) for parcel in parcels if (number := str(parcel.get("trackingNumber"))) in numbers}


def _events_of(parcel: dict[str, Any]) -> list[bytes]:
    events = parcel.get("events")
    number, back = parcel.get("trackingNumber"), parcel.get("returnToSender")
    known = {"trackingNumber": number} | ({"returnToSender": back} if isinstance(back, dict) else {})
    listed = [event for event in events if isinstance(event, dict)] if isinstance(events, list) else []
    return [json.dumps({**event, **known}).encode() for event in listed]


def _event_id(said: dict[str, Any], number: str, code: str, stamp: Any) -> str:
    """InPost's own; an event that has none is known by what it says, so that it still counts once."""
    given = identifier(text_at(said.get("eventId"), "$.eventId", limit=120), limit=120)
    return given or identifier(f"{number}#{code}#{stamp}", limit=120)


def _place(said: Any) -> dict[str, str]:
    place = _object(said)
    names = (("type", "type", 40), ("id", "id", 40), ("name", "name", 100), ("postcode", "postalCode", 20))
    found = {ours: identifier(text_at(place.get(theirs), f"$.location.{theirs}", limit=most), limit=most) for ours, theirs, most in names}
    return {ours: value for ours, value in found.items() if value}


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
