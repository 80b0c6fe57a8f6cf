"""ACS's field names, and the one place that assumes what its GET answers. Sources: docs/partners/acs.md.

Confirmed names go out; the answer is assumed to be the order as sent plus its status, its tracking number, what was picked of
each line and what the packed parcel measures.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from partners.acs.records import AcsOrder, OutboundLine, OutboundOrder
from partners.errors import RecordError
from partners.values import date_at, flag_at, identifier_at, instant_at, pence_at, text_at, whole_at

DATES = {
    "ordered_on": "OrderDate",
    "dispatch_on": "DispatchDate",
    "deliver_on": "DeliveryDate",
    "event_on": "EventDate",
    "return_on": "WarehouseReturnDate",
}
TEXTS = {
    "first_name": "FirstName",
    "last_name": "LastName",
    "mobile": "MobilePhone",
    "email": "Email",
    "address1": "Delivery_Address1",
    "address2": "Delivery_Address2",
    "city": "Delivery_City",
    "county": "Delivery_County",
    "postcode": "Delivery_Postcode",
    "service": "DeliveryService",
    "agent": "DeliveryAgent",
    "comments": "Comments",
}
# What of an order is ours to say. The rest of ACS's answer is ACS's own, and it takes none of it back.
HEADER = re.compile(r"Delivery_Address[1-4]|DeliveryCharge|OrderNumber|OrderCancelled|Misc([1-9]|10)")
LINE = re.compile(r"LineItemId|GarmentSK[Uu]|IsHire|ItemPrice|ItemQuantity|Measurement\d{1,2}|Misc1[1-5]")
PACKED = {"length_mm": "PackedLength", "width_mm": "PackedWidth", "height_mm": "PackedHeight", "weight_g": "PackedWeight"}
PICKED = "QuantityPicked"
LONGEST_MM, HEAVIEST_G, MOST_GARMENTS = 5_000, 200_000, 1_000_000


def to_acs(order: OutboundOrder, *, account_code: str, locker_field: str, size_field: str, label_field: str = "") -> dict[str, Any]:
    """The body of a PUT. Empty dates and texts are left out: ACS has no field for "nothing"."""
    body: dict[str, Any] = {"OrderNumber": order.number, "OrderCancelled": order.cancelled}
    body |= {"AccountCode": account_code} if account_code else {}
    body |= {theirs: getattr(order, ours).isoformat() for ours, theirs in DATES.items() if getattr(order, ours)}
    body |= {theirs: getattr(order, ours) for ours, theirs in TEXTS.items() if getattr(order, ours)}
    spare = ((locker_field, order.locker_id), (size_field, order.parcel_size), (label_field, order.label_url))
    body |= {field: value for field, value in spare if field and value}
    return body | {"OrderItems": [_line_to_acs(line) for line in order.lines]}


def _line_to_acs(line: OutboundLine) -> dict[str, Any]:
    measured = {f"Measurement{place}": part for place, part in enumerate(line.measurements[:2], start=1) if part}
    return {
        "LineItemId": line.line_id,
        "GarmentSKU": line.sku,
        "IsHire": line.is_hire,
        "ItemPrice": f"{line.price_pence // 100}.{line.price_pence % 100:02d}",
        "ItemQuantity": line.quantity,
    } | measured


def labelled(shown: Mapping[str, Any], label_url: str, *, account_code: str, label_field: str) -> dict[str, Any]:
    """The body of a PUT that says of an order what ACS shows of it, field by field, and in the label's field where the label is.

    Raises RecordError for an amount that cannot be read.
    """
    ours = {*DATES.values(), *TEXTS.values()}
    body = {name: value for name, value in shown.items() if (name in ours or HEADER.fullmatch(name)) and value is not None}
    body |= {"AccountCode": account_code} if account_code else {}
    body |= {"DeliveryCharge": _amount(body["DeliveryCharge"], "$.DeliveryCharge")} if "DeliveryCharge" in body else {}
    return body | {label_field: label_url, "OrderItems": [_line_as_shown(item) for item in shown.get("OrderItems") or ()]}


def _line_as_shown(item: Mapping[str, Any]) -> dict[str, Any]:
    line = {name: value for name, value in item.items() if LINE.fullmatch(name) and value is not None}
    return line | ({"ItemPrice": _amount(line["ItemPrice"], "$.OrderItems.ItemPrice")} if "ItemPrice" in line else {})


def _amount(value: Any, path: str) -> str:
    pence = pence_at(value, path)
    return f"{pence // 100}.{pence % 100:02d}"


def from_acs(body: Any, *, locker_field: str, size_field: str, label_field: str = "", raw: bytes) -> AcsOrder:
    """The assumed answer of GET as our record. Raises RecordError with the path of what cannot be read."""
    if not isinstance(body, dict):
        raise RecordError("$", "must be an object")
    words: dict[str, Any] = {ours: text_at(body.get(theirs), f"$.{theirs}") for ours, theirs in TEXTS.items()}
    words |= {ours: date_at(body.get(theirs), f"$.{theirs}") for ours, theirs in DATES.items()}
    content = OutboundOrder(
        number=identifier_at(body.get("OrderNumber"), "$.OrderNumber"),
        locker_id=text_at(body.get(locker_field), f"$.{locker_field}"),
        parcel_size=text_at(body.get(size_field), f"$.{size_field}"),
        cancelled=flag_at(body.get("OrderCancelled"), "$.OrderCancelled"),
        lines=_lines_from_acs(body.get("OrderItems")),
        label_url=text_at(body.get(label_field), f"$.{label_field}") if label_field else "",
        **words,
    )
    return AcsOrder(
        content=content,
        status_raw=text_at(body.get("Status"), "$.Status", limit=200),
        status_at=_status_at(body.get("StatusDate")),
        tracking=text_at(body.get("TrackingNumber"), "$.TrackingNumber", limit=60),
        raw=raw,
        packed=_packed(body),
        picked=_picked(body["OrderItems"]),
    )


def _status_at(value: Any) -> datetime | None:
    """When ACS set the status, where it says so in a way we can read: an assumed field must not make an order unreadable."""
    try:
        return instant_at(value, "$.StatusDate")
    except RecordError:
        return None


def _packed(body: Mapping[str, Any]) -> dict[str, int]:
    """What the packed parcel measures, as far as ACS says it in a way we can use: an assumed field spoils no order."""
    most = {name: HEAVIEST_G if name == "weight_g" else LONGEST_MM for name in PACKED}
    said = {ours: _whole(body.get(theirs), least=1, most=most[ours]) for ours, theirs in PACKED.items()}
    return {ours: value for ours, value in said.items() if value is not None}


def _picked(items: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    """How many garments were picked, by line, where ACS says so."""
    said = {identifier_at(item.get("LineItemId"), "$.LineItemId"): _whole(item.get(PICKED), least=0, most=MOST_GARMENTS) for item in items}
    return {line_id: value for line_id, value in said.items() if value is not None}


def _whole(value: Any, *, least: int, most: int) -> int | None:
    try:
        return whole_at(value, "$", least=least, most=most)
    except RecordError:
        return None


def _lines_from_acs(items: Any) -> tuple[OutboundLine, ...]:
    if not isinstance(items, list):
        raise RecordError("$.OrderItems", "must be a list")
    return tuple(_line_from_acs(item, f"$.OrderItems[{place}]") for place, item in enumerate(items))


def _line_from_acs(item: Any, path: str) -> OutboundLine:
    if not isinstance(item, dict):
        raise RecordError(path, "must be an object")
    measured = (text_at(item.get(name), f"{path}.{name}") for name in ("Measurement1", "Measurement2"))
    return OutboundLine(
        line_id=identifier_at(item.get("LineItemId"), f"{path}.LineItemId"),
        sku=identifier_at(item.get("GarmentSKU", item.get("GarmentSku")), f"{path}.GarmentSKU"),
        is_hire=flag_at(item.get("IsHire"), f"{path}.IsHire"),
        price_pence=pence_at(item.get("ItemPrice", "0"), f"{path}.ItemPrice"),
        quantity=whole_at(item.get("ItemQuantity", 1), f"{path}.ItemQuantity"),
        measurements=tuple(part for part in measured if part),
    )
