"""What ACS says of returns, as its feed and its file would say it, and returns as they stand here."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from partners import connect
from partners.acs.grades import SEED
from partners.mappings import ensure, fold
from partners.models import CodeMapping
from returns.models import Photo, Return, ReturnItem
from tests.partners.fake_web import FakeWeb, Reply

MONDAY = datetime(2026, 11, 23, 9, 14, tzinfo=UTC)
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00" + bytes(40) + b"\xff\xd9"
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(40)
WEBP = b"RIFF\x40\x00\x00\x00WEBPVP8 " + bytes(60)
_numbers = count(1)


def garment(line: str = "1", **fields: Any) -> dict[str, Any]:
    """One garment as the feed writes it; fields by ACS's names."""
    return {"lineId": line, "rfid": f"E2801{line}", "sku": "DRS-0412-10"} | fields


def back(number: str = "R-1", *garments: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """One return as the feed writes it."""
    told = {"id": number, "orderNumber": "LS-1", "arrivedAt": MONDAY.isoformat(), "updatedAt": MONDAY.isoformat()}
    return told | {"items": list(garments)} | fields


def later(hours: float = 1) -> str:
    return (MONDAY + timedelta(hours=hours)).isoformat()


def answer(*returns: Any, next: str | None = None) -> Reply:
    return 200, {"Content-Type": "application/json"}, json.dumps({"returns": list(returns), "next": next}).encode()


@contextmanager
def acs_says(web: FakeWeb, settings: Any) -> Iterator[FakeWeb]:
    """The feed and its photos are `web` while this lasts."""
    settings.ACS_RETURNS_URL, settings.SANDBOX = "http://acs.test/returns", True
    with connect.use({"returns": web.transport, "photos": web.transport}):
        yield web


def grade(raw: str) -> CodeMapping:
    """The mapping row of one of ACS's grades: as the seed has it, or unmapped."""
    found = ensure("acs", CodeMapping.Kind.GRADE, [raw], seed=SEED)
    return CodeMapping.objects.get(pk=found[fold(raw)])


def make_return(acs_id: str = "", **columns: Any) -> Return:
    acs_id = acs_id or f"R-{next(_numbers):05}"
    standing = {"arrived_at": MONDAY, "told_at": MONDAY, "content_hash": acs_id[:32], "fetched_at": MONDAY}
    return Return.objects.create(acs_id=acs_id, **standing | columns)


def make_item(ret: Return | None = None, raw: str = "", **columns: Any) -> ReturnItem:
    """A garment of a return, graded where `raw` says how."""
    number = next(_numbers)
    standing: dict[str, Any] = {"line_id": str(number), "rfid": f"E2801{number:06}", "sku": "DRS-0412-10"}
    if raw:
        standing |= {"raw_grade": raw, "grade": grade(raw), "graded_at": MONDAY}
    return ReturnItem.objects.create(ret=ret or make_return(), **standing | columns)


def make_photo(item: ReturnItem, content: bytes | None = JPEG, **columns: Any) -> Photo:
    kept: dict[str, Any] = {}
    if content is not None:
        kept = {"content": content, "content_type": "image/jpeg", "sha256": f"{next(_numbers):064x}", "kept_at": MONDAY}
    return Photo.objects.create(item=item, **kept | columns)
