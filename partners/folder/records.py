"""One order of the shop's folder, in our words. The format: docs/partners/folder.md."""

from datetime import datetime
from typing import Any

import msgspec

from partners.errors import RecordError
from partners.shop import Fulfilled, StoreLine, StoreOrder
from partners.values import NOTE, Cleaned, clean_text, flag_at, identifier, identifier_at, instant_at, pence_at, text_at, whole_at

MOST_LINES = 500
MOST_ATTRIBUTES = 200


def decode_order(raw: bytes) -> StoreOrder:
    """Read one order file. Raises RecordError with the path and the reason; the key is the order's name where it has one."""
    body = _load(raw)
    try:
        return _order(body)
    except RecordError as error:
        raise RecordError(error.path, error.reason, key=_key(body)) from error


def _load(raw: bytes) -> dict[str, Any]:
    try:
        body = msgspec.json.decode(raw)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, ValueError) as error:
        raise RecordError("$", f"is not JSON: {str(error)[:120]}") from error
    if not isinstance(body, dict):
        raise RecordError("$", "must be an object")
    return body


def _key(body: dict[str, Any]) -> str:
    name = body.get("name")
    return identifier(name) if isinstance(name, str) else ""


def _order(body: dict[str, Any]) -> StoreOrder:
    ship, service, customs = _object(body, "shipTo"), _object(body, "service"), _object(body, "customs")
    note, cancelled_at, fulfilled = _note(body.get("note")), _instant(body, "cancelledAt"), _fulfilled(body)
    return StoreOrder(
        store_id=identifier_at(body.get("id"), "$.id"),
        number=identifier_at(body.get("name"), "$.name"),
        channel=text_at(body.get("channel"), "$.channel", limit=40),
        placed_at=instant_at(body.get("placedAt"), "$.placedAt"),
        paid_at=_instant(body, "paidAt"),
        updated_at=instant_at(body.get("updatedAt"), "$.updatedAt"),
        cancelled_at=cancelled_at,
        currency=_letters(body.get("currency") or "GBP", "$.currency", such_as="GBP"),
        total_pence=_pence(body.get("total"), "$.total") or 0,
        note=note.text,
        note_cut=note.truncated,
        email=text_at(body.get("email"), "$.email", limit=254),
        phones=_phones(body.get("phones")),
        first_name=text_at(ship.get("firstName"), "$.shipTo.firstName", limit=100),
        last_name=text_at(ship.get("lastName"), "$.shipTo.lastName", limit=100),
        company=text_at(ship.get("company"), "$.shipTo.company", limit=200),
        address1=text_at(ship.get("address1"), "$.shipTo.address1", limit=200),
        address2=text_at(ship.get("address2"), "$.shipTo.address2", limit=200),
        city=text_at(ship.get("city"), "$.shipTo.city", limit=100),
        county=text_at(ship.get("province"), "$.shipTo.province", limit=100),
        postcode=text_at(ship.get("zip"), "$.shipTo.zip", limit=20),
        country=_letters(ship.get("countryCode") or "", "$.shipTo.countryCode", such_as="GB"),
        service_code=text_at(service.get("code"), "$.service.code", limit=120),
        service_title=text_at(service.get("title"), "$.service.title", limit=120),
        customs_contents=text_at(customs.get("contents"), "$.customs.contents", limit=200),
        customs_value_pence=_pence(customs.get("value"), "$.customs.value"),
        lines=_lines(body.get("lines")),
        attributes=_bag(body, "attributes"),
        metafields=_bag(body, "metafields"),
        fulfilled=fulfilled,
        leave_alone="" if cancelled_at else fulfilled.leave_alone,
    )


def _fulfilled(body: dict[str, Any]) -> Fulfilled:
    said = text_at(body.get("fulfilled"), "$.fulfilled", limit=10).lower()
    if said not in set(Fulfilled):
        raise RecordError("$.fulfilled", "must be part, all or back, or absent where nothing was sent")
    return Fulfilled(said)


def _note(value: Any) -> Cleaned:
    if value is not None and not isinstance(value, str):
        raise RecordError("$.note", "must be text")
    return clean_text(value or "", limit=NOTE)


def _object(body: dict[str, Any], name: str) -> dict[str, Any]:
    value = body.get(name)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise RecordError(f"$.{name}", "must be an object")
    return value


def _instant(body: dict[str, Any], name: str) -> datetime | None:
    return instant_at(body[name], f"$.{name}") if body.get(name) else None


def _pence(value: Any, path: str) -> int | None:
    return None if value is None or value == "" else pence_at(value, path)


def _letters(value: Any, path: str, *, such_as: str) -> str:
    """A code of as many letters as its example, in capitals, or "": cut to fit, IRL would become Iran."""
    text = text_at(value, path, limit=20).upper()
    if text and (len(text) != len(such_as) or not text.isascii() or not text.isalpha()):
        raise RecordError(path, f"must be a code such as {such_as}")
    return text


def _phones(value: Any) -> tuple[tuple[str, str], ...]:
    if value is None:
        return ()
    if not isinstance(value, list) or not all(isinstance(phone, dict) for phone in value):
        raise RecordError("$.phones", "must be a list of objects")
    return tuple(
        (text_at(phone.get("source"), "$.phones[].source", limit=40), text_at(phone.get("value"), "$.phones[].value", limit=60))
        for phone in value[:20]
    )


def _bag(body: dict[str, Any], name: str) -> dict[str, Any]:
    """What the shop attached, made fit to store: text cleaned and cut, nested values as they are where small."""
    return {clean_text(key, limit=120).text: _fit(value) for key, value in list(_object(body, name).items())[:MOST_ATTRIBUTES]}


def _fit(value: Any, depth: int = 0) -> Any:
    if isinstance(value, str):
        return clean_text(value, limit=2_000).text
    if isinstance(value, dict) and depth < 4:
        return {clean_text(str(key), limit=120).text: _fit(item, depth + 1) for key, item in list(value.items())[:50]}
    if isinstance(value, list) and depth < 4:
        return [_fit(item, depth + 1) for item in value[:50]]
    return value if isinstance(value, bool | int | float | None) and abs(value or 0) < 2**53 else None


def _lines(value: Any) -> tuple[StoreLine, ...]:
    """The lines; none where the shop names none."""
    if value is None:
        return ()
    if not isinstance(value, list) or len(value) > MOST_LINES:
        raise RecordError("$.lines", f"must be a list of at most {MOST_LINES} lines")
    lines = tuple(_line(item, f"$.lines[{place}]") for place, item in enumerate(value))
    if len({line.line_id for line in lines}) != len(lines):
        raise RecordError("$.lines", "has the same line id twice")
    return lines


def _line(item: Any, path: str) -> StoreLine:
    if not isinstance(item, dict):
        raise RecordError(path, "must be an object")
    measurements = item.get("measurements") or []
    if not isinstance(measurements, list):
        raise RecordError(f"{path}.measurements", "must be a list")
    return StoreLine(
        line_id=identifier_at(item.get("id"), f"{path}.id"),
        sku=identifier_at(item.get("sku"), f"{path}.sku"),
        name=text_at(item.get("name"), f"{path}.name", limit=200),
        quantity=whole_at(item.get("quantity"), f"{path}.quantity", most=10_000),
        unit_price_pence=_pence(item.get("unitPrice"), f"{path}.unitPrice") or 0,
        is_hire=flag_at(item.get("hire"), f"{path}.hire"),
        measurements=tuple(text_at(part, f"{path}.measurements", limit=40) for part in measurements[:10]),
    )
