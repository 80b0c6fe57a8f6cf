"""How Xero answers: an envelope around a list, dates in milliseconds, money as a number; and how it says no, in one of four shapes."""

import uuid
from datetime import UTC, date, datetime
from typing import Any

from partners.sandbox.web import Reply, as_json, as_text

Said = dict[str, Any]
PROVIDER = "Lockstep"
MISSING = "The resource you're looking for cannot be found"


def envelope(name: str, elements: list[Said], at: datetime, **more: Any) -> Reply:
    said = {"Id": str(uuid.uuid4()), "Status": "OK", "ProviderName": PROVIDER, "DateTimeUTC": f"/Date({_ms(at)})/"}
    return as_json(said | more | {name: elements})


def instant(at: datetime) -> str:
    return f"/Date({_ms(at)}+0000)/"


def day(on: date) -> str:
    return instant(datetime(on.year, on.month, on.day, tzinfo=UTC))


def money(pence: int) -> float:
    return pence / 100


def _ms(at: datetime) -> int:
    return int(at.timestamp() * 1000)


# --- no ---------------------------------------------------------------------------------------------------------------------------


def denied(status: int, detail: str) -> Reply:
    """Who asks may not."""
    title = "Unauthorized" if status == 401 else "Forbidden"
    said: Said = {"Type": None, "Title": title, "Status": status, "Detail": detail, "Instance": str(uuid.uuid4()), "Extensions": {}}
    return as_json(said, status)


def invalid(elements: list[Said]) -> Reply:
    """What was sent is readable and wrong: `elements` carry their ValidationErrors."""
    said: Said = {"ErrorNumber": 10, "Type": "ValidationException", "Message": "A validation exception occurred", "Elements": elements}
    return as_json(said, 400)


def unreadable(message: str) -> Reply:
    return as_json({"ErrorNumber": 17, "Type": "PostDataInvalidException", "Message": message}, 400)


def bad_query(message: str) -> Reply:
    return as_json({"ErrorNumber": 16, "Type": "QueryParseException", "Message": message}, 400)


def missing() -> Reply:
    return as_text(MISSING, 404)


def errors(*messages: str) -> list[Said]:
    return [{"Message": message} for message in messages]
