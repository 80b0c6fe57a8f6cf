"""Points as the feed says them and as we keep them, with everything right unless a test says otherwise."""

import json
from datetime import UTC, datetime
from typing import Any

from lockers.models import Point
from partners.pages import Page

LONG_AGO = datetime(2026, 6, 1, tzinfo=UTC)


def feed_record(point_id: str = "UK00000001", **changes: Any) -> dict[str, Any]:
    """One record of the feed: an operating locker in Leeds with all three sizes."""
    return {
        "href": f"https://points.example.test/v1/points/GB/{point_id}",
        "country": "GB",
        "name": point_id,
        "type": ["parcel_locker"],
        "status": "Operating",
        "location": {"longitude": -1.548, "latitude": 53.801},
        "location_description": "Beside the entrance",
        "opening_hours": "24/7",
        "address_details": {
            "city": "Leeds",
            "province": "Yorkshire and The Humber",
            "post_code": "LS1 4AB",
            "street": "1 High Street",
            "building_number": "24/7 InPost Locker - Corner Shop",
            "flat_number": None,
        },
        "functions": ["parcel", "parcel_collect", "parcel_send"],
        "agencies_extended": [{"name": "7276"}],
        "location_247": True,
        "operating_hours_extended": {"customer": None},
        "image_url": f"https://static.example.test/{point_id}.jpg",
        "physical_type": "newfm",
        "in_mobile_collect_excluded": False,
        "locker_availability": {"status": "NORMAL", "details": {"A": "NORMAL", "B": "LOW", "C": "VERY_LOW"}},
    } | changes


def page_of(*records: dict[str, Any] | bytes) -> Page:
    """A page as the client yields it: records still raw, the body around them."""
    raw = [record if isinstance(record, bytes) else json.dumps(record).encode() for record in records]
    body = b'{"count": %d, "items": [%s]}' % (len(raw), b",".join(raw))
    return Page(records=raw, cursor=None, source="GET /v1/points page 1", body=body, declared=len(raw))


def make_point(point_id: str = "UK00000001", **columns: Any) -> Point:
    """A mirrored operating locker in Leeds."""
    standing: dict[str, Any] = {
        "status": "Operating",
        "is_locker": True,
        "functions": ["parcel", "parcel_collect"],
        "name": "Corner Shop",
        "street": "1 High Street",
        "city": "Leeds",
        "postcode": "LS1 4AB",
        "outward": "LS1",
        "latitude": 53.801,
        "longitude": -1.548,
        "open_24_7": True,
        "availability": "NORMAL",
        "sizes": {"A": "NORMAL", "B": "NORMAL", "C": "NORMAL"},
        "content_hash": "0" * 32,
        "may_receive": True,
        "fetched_at": LONG_AGO,
        "changed_at": LONG_AGO,
    }
    return Point.objects.create(point_id=point_id, **standing | columns)
