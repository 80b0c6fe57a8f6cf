"""Points of the Group API in our words."""

from dataclasses import dataclass
from typing import Any

from partners.errors import RecordError, Unreadable
from partners.values import identifier_at, text_at

PARTNER = "inpost"


@dataclass(frozen=True)
class GroupPoint:
    """One point of the location API. `kind` is APM (locker), PUDO or HUB; the schema has neither status nor sizes."""

    point_id: str
    kind: str
    postcode: str
    city: str
    open_24_7: bool
    capabilities: tuple[str, ...]


def group_point(body: Any, *, request_id: str = "") -> GroupPoint:
    """Read one point. Raises Unreadable when it is not an object with an id."""
    try:
        return _point(body)
    except RecordError as error:
        raise Unreadable(PARTNER, f"The point is not as agreed: {error.path} {error.reason}.", request_id=request_id) from error


def _point(body: Any) -> GroupPoint:
    if not isinstance(body, dict):
        raise RecordError("$", "must be an object")
    place = body.get("address")
    address = place if isinstance(place, dict) else {}
    capabilities = body.get("capabilities")
    return GroupPoint(
        point_id=identifier_at(body.get("id"), "$.id", limit=40),
        kind=text_at(body.get("type"), "$.type", limit=20),
        postcode=text_at(address.get("postalCode"), "$.address.postalCode", limit=20),
        city=text_at(address.get("city"), "$.address.city", limit=100),
        open_24_7=body.get("location247") is True,
        capabilities=tuple(_capability(item) for item in capabilities[:50]) if isinstance(capabilities, list) else (),
    )


def _capability(item: Any) -> str:
    """A string in one transcription of the API, an object in another."""
    said = item.get("name") or item.get("type") if isinstance(item, dict) else item
    return text_at(said, "$.capabilities", limit=60)
