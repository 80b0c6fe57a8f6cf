"""ACS's returns as records, from the feed or a file. The whole contract is ours, to be agreed with ACS: docs/partners/acs.md."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from partners.errors import RecordError
from partners.values import identifier_at, instant_at, pence_at, text_at, whole_at

MOST_ITEMS, MOST_PHOTOS = 1_000, 50
LONDON = ZoneInfo("Europe/London")
DAY_FIRST = ("%d/%m/%Y %H:%M", "%d/%m/%Y %H:%M:%S", "%d/%m/%Y")

# Our name of a field: what ACS may call it, in the feed or in a file, whatever its case and signs. All assumed.
NAMES: Mapping[str, tuple[str, ...]] = {
    "return_id": ("id", "return_number", "return_no", "return", "return_ref", "return_reference", "acs_id"),
    "order_number": ("order", "order_no", "order_id", "order_ref", "order_reference"),
    "tracking_number": ("tracking", "tracking_no", "consignment", "consignment_number"),
    "arrived_at": ("arrived", "arrival_date", "received_at", "received_date", "received", "receipted_at", "receipted_date"),
    "updated_at": ("updated_date", "updated", "changed_at", "last_updated", "status_date"),
    "items": ("return_items", "lines", "garments"),
    "line_id": ("line_item_id", "line", "line_no", "line_number", "item_id", "return_line_id"),
    "rfid": ("rfid_code", "rfid_tag", "epc", "tag"),
    "sku": ("garment_sku", "product_sku", "item_sku", "stock_code"),
    "grade": ("grade_code", "condition", "condition_code"),
    "graded_at": ("grade_date", "graded_date", "graded_on"),
    "grader": ("graded_by", "inspector", "inspected_by"),
    "station": ("grading_station", "bench"),
    "reason": ("grade_reason", "reason_code", "ber_reason"),
    "note": ("notes", "comment", "comments", "grading_notes"),
    "repair_cost": ("cost_of_repair", "repair_price", "repair_estimate"),
    "repair_pence": ("repair_cost_pence",),
    "photos": ("photo", "photo_urls", "photo_url", "images", "image_urls"),
}
_BARE = re.compile(r"[^a-z0-9]+")
_OURS = {_BARE.sub("", called): ours for ours, others in NAMES.items() for called in (ours, *others)}
_ADDRESS = ("url", "href", "src", "address")
_TAKEN = ("takenat", "takendate", "taken")


@dataclass(frozen=True)
class PhotoAt:
    """Where ACS keeps a photo. Source: `photos[].url`, `photos[].takenAt`; the file's `photo_urls`, by spaces."""

    url: str
    taken_at: datetime | None = None


@dataclass(frozen=True)
class ReturnedItem:
    """One garment of a return; "" and None for what ACS leaves out. Money in pence.

    Sources: `lineId` (else `rfid`), `rfid`, `sku`, `grade`, `gradedAt`, `grader`, `station`, `reason`, `note`, `repairPence` (or
    `repairCost` in pounds).
    """

    line_id: str
    rfid: str
    sku: str
    grade: str
    graded_at: datetime | None
    grader: str
    station: str
    reason: str
    note: str
    repair_pence: int | None
    photos: tuple[PhotoAt, ...]


@dataclass(frozen=True)
class AcsReturn:
    """One parcel that came back. Sources: `id`, `orderNumber`, `trackingNumber`, `arrivedAt`, `updatedAt`, `items`.

    `told_at` is when ACS last changed it, by ACS's clock; where it does not say so, the latest of the times that it names.
    """

    acs_id: str
    order_number: str
    tracking_number: str
    arrived_at: datetime
    told_at: datetime
    items: tuple[ReturnedItem, ...]


def decode_return(raw: bytes) -> AcsReturn:
    """One record of the feed. Raises RecordError with the path of what cannot be read, as ACS spells it."""
    try:
        said = msgspec.json.decode(raw)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise RecordError("$", "is not JSON") from error
    return read_return(said, "$")


def read_return(said: Any, path: str) -> AcsReturn:
    """A return from its fields, whatever they are called. Raises RecordError; its key is the return's number where that can be read."""
    fields = _fields(said, path)
    acs_id = fields.identifier("return_id")
    try:
        return _return(acs_id, fields)
    except RecordError as error:
        error.key = acs_id
        raise


def item_fields() -> frozenset[str]:
    """The names that a row of a file may have."""
    return frozenset(NAMES) - {"items"}


def aliases() -> dict[str, str]:
    """What else a column of a file may be called: each name with and without its underscores."""
    called = {ours: (ours, *others) for ours, others in NAMES.items() if ours != "items"}
    return {form: ours for ours, names in called.items() for name in names for form in (name, name.replace("_", "")) if form != ours}


@dataclass(frozen=True)
class _Fields:
    """The fields of one object by our names, each with where it stands."""

    said: Mapping[str, Any]
    called: Mapping[str, str]
    path: str

    def at(self, name: str) -> str:
        return f"{self.path}.{self.called.get(name, name)}" if self.path else name

    def text(self, name: str, *, limit: int) -> str:
        return text_at(self.said.get(name), self.at(name), limit=limit)

    def identifier(self, name: str, *, limit: int = 64) -> str:
        return identifier_at(self.said.get(name), self.at(name), limit=limit)

    def optional(self, name: str, *, limit: int = 64) -> str:
        return self.identifier(name, limit=limit) if self.said.get(name) not in (None, "") else ""

    def instant(self, name: str) -> datetime | None:
        return _instant(value, self.at(name)) if (value := self.said.get(name)) not in (None, "") else None


def _fields(said: Any, path: str) -> _Fields:
    if not isinstance(said, dict):
        raise RecordError(path, "must be an object")
    called = {ours: name for name in said if (ours := _OURS.get(_BARE.sub("", str(name).casefold())))}
    return _Fields({ours: said[name] for ours, name in called.items()}, called, path)


def _return(acs_id: str, fields: _Fields) -> AcsReturn:
    arrived_at = fields.instant("arrived_at")
    if arrived_at is None:
        raise RecordError(fields.at("arrived_at"), "is missing")
    items = tuple(_items(fields, acs_id))
    named = [arrived_at, *(item.graded_at for item in items if item.graded_at)]
    return AcsReturn(
        acs_id=acs_id,
        order_number=fields.optional("order_number"),
        tracking_number=fields.optional("tracking_number", limit=60),
        arrived_at=arrived_at,
        told_at=fields.instant("updated_at") or max(named),
        items=items,
    )


def _items(fields: _Fields, acs_id: str) -> Iterator[ReturnedItem]:
    """The garments in a list; or the one garment of a file's row, which may name none yet."""
    if "items" not in fields.said:
        if any(fields.said.get(name) not in (None, "") for name in ("line_id", "rfid", "sku")):
            yield _item(fields)
        return
    listed, where = fields.said["items"] or [], fields.at("items")
    if not isinstance(listed, list) or len(listed) > MOST_ITEMS:
        raise RecordError(where, f"must be a list of at most {MOST_ITEMS:,} garments")
    seen: set[str] = set()
    for place, each in enumerate(listed):
        item = _item(_fields(each, f"{where}[{place}]"))
        if item.line_id in seen:
            raise RecordError(f"{where}[{place}]", f"names line {item.line_id} of {acs_id} a second time")
        seen.add(item.line_id)
        yield item


def _item(fields: _Fields) -> ReturnedItem:
    rfid, grade = fields.optional("rfid"), fields.text("grade", limit=200)
    return ReturnedItem(
        line_id=fields.optional("line_id") or rfid or fields.identifier("line_id"),
        rfid=rfid,
        sku=fields.optional("sku"),
        grade=" ".join(grade.split()),
        graded_at=fields.instant("graded_at"),
        grader=" ".join(fields.text("grader", limit=120).split()),
        station=fields.text("station", limit=60),
        reason=fields.text("reason", limit=200),
        note=fields.text("note", limit=5_000),
        repair_pence=_repair(fields),
        photos=tuple(_photos(fields)),
    )


def _repair(fields: _Fields) -> int | None:
    """Pounds such as 12.50, or whole pence where the field says so."""
    for name, read in (("repair_pence", whole_at), ("repair_cost", pence_at)):
        if fields.said.get(name) not in (None, ""):
            return read(fields.said[name], fields.at(name))
    return None


def _photos(fields: _Fields) -> Iterator[PhotoAt]:
    """Addresses alone, or objects with an address and a time; in a file as one text, by spaces. What is no address is no photo."""
    said, where = fields.said.get("photos"), fields.at("photos")
    listed = said.replace("|", " ").split() if isinstance(said, str) else said or []
    if not isinstance(listed, list) or len(listed) > MOST_PHOTOS:
        raise RecordError(where, f"must be a list of at most {MOST_PHOTOS} addresses")
    for place, each in enumerate(listed):
        yield _photo(each, f"{where}[{place}]")


def _photo(each: Any, path: str) -> PhotoAt:
    bare = {_BARE.sub("", str(name).casefold()): value for name, value in each.items()} if isinstance(each, dict) else {"url": each}
    url = identifier_at(next((bare[name] for name in _ADDRESS if name in bare), None), path, limit=500)
    taken = next((bare[name] for name in _TAKEN if bare.get(name)), None)
    return PhotoAt(url, _instant(taken, path) if taken else None)


def _instant(value: Any, path: str) -> datetime:
    """An ISO instant; without a zone it is London time, also as British spreadsheets write it."""
    text = str(value).strip()[:45] if isinstance(value, str) else ""
    for form in DAY_FIRST:
        try:
            return instant_at(datetime.strptime(text, form).replace(tzinfo=LONDON).isoformat(), path)
        except ValueError:
            continue
    try:
        stated = datetime.fromisoformat(text)
    except ValueError as error:
        raise RecordError(path, "must be a time such as 2026-11-23T14:05:00Z or 23/11/2026 14:05") from error
    return instant_at((stated if stated.tzinfo else stated.replace(tzinfo=LONDON)).isoformat(), path)
