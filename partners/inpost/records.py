"""Points of the Group API in our words."""

from dataclasses import dataclass
from typing import Any

from partners.errors import Unreadable
from partners.values import text_at

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
    if not isinstance(body, dict) or not isinstance(body.get("id"), str):
        raise Unreadable(PARTNER, "The point is not as agreed: it has no id.", request_id=request_id)
    address = body.get("address") if isinstance(body.get("address"), dict) else {}
    return GroupPoint(
        point_id=body["id"],
        kind=text_at(body.get("type"), "$.type", limit=20),
        postcode=text_at(address.get("postalCode"), "$.address.postalCode", limit=20),
        city=text_at(address.get("city"), "$.address.city", limit=100),
        open_24_7=body.get("location247") is True,
        capabilities=tuple(_capability(item) for item in body.get("capabilities") or []),
    )


def _capability(item: Any) -> str:
    """A string in one transcription of the API, an object in another."""
    return str(item.get("name") or item.get("type") or "") if isinstance(item, dict) else str(item)
