"""ACS's progress in a file: status, packed size and picked garments, by order or by line, where ACS sends a list instead of answering."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from inventory.rules import GRAMS, MM, NotUsable, whole
from inventory.sync.files import Layout, Reader, Row, Source, read_csv, rows_of
from orders.actions.consolidating import look_waiting
from orders.actions.packed import look_packed
from orders.actions.reading import NOT_AT_ACS, apply_acs, note_progress, write_taken
from orders.models import Order, OrderLine
from orders.rules.picking import Wanted
from orders.rules.reconciling import NOT_OURS, NOT_SENT
from partners.errors import RecordError
from partners.pages import Applied, Page, Reject
from partners.values import identifier_at, instant_at, text_at, whole_at

LONDON = ZoneInfo("Europe/London")
DAY_FIRST = ("%d/%m/%Y %H:%M", "%d/%m/%Y %H:%M:%S", "%d/%m/%Y")
SIDES = {"length": "length_mm", "width": "width_mm", "height": "height_mm"}
LAYOUT = Layout(
    columns=frozenset(
        {"order_number", "status", "status_at", "tracking", *SIDES, "dim_unit", "weight", "weight_unit", "line_id", "sku", "picked"}
    ),
    needed=frozenset({"order_number"}),
    measures=frozenset({*SIDES, "weight"}),
    aliases={
        **dict.fromkeys(("ordernumber", "order", "order_no", "order_id", "order_ref", "order_reference", "reference"), "order_number"),
        **dict.fromkeys(("order_status", "acs_status", "state"), "status"),
        **dict.fromkeys(("statusdate", "status_date", "status_time", "date", "updated_at", "last_updated"), "status_at"),
        **dict.fromkeys(("trackingnumber", "tracking_number", "tracking_no", "consignment", "consignment_number"), "tracking"),
        **dict.fromkeys(("packedlength", "packed_length", "parcel_length"), "length"),
        **dict.fromkeys(("packedwidth", "packed_width", "parcel_width"), "width"),
        **dict.fromkeys(("packedheight", "packed_height", "parcel_height", "depth", "packed_depth"), "height"),
        **dict.fromkeys(("packedweight", "packed_weight", "parcel_weight"), "weight"),
        **dict.fromkeys(("dimension_unit", "dimensions_unit", "size_unit"), "dim_unit"),
        **dict.fromkeys(("lineitemid", "line_item_id", "line", "line_no", "line_number"), "line_id"),
        **dict.fromkeys(("garmentsku", "garment_sku", "product_sku", "item_sku"), "sku"),
        **dict.fromkeys(("quantitypicked", "quantity_picked", "picked_quantity", "qty_picked", "picked_qty"), "picked"),
    },
)


@dataclass
class Said:
    """What one row says of one order, in our words; what it leaves out it says nothing of."""

    row: Row
    number: str = ""
    status: str = ""
    status_at: datetime | None = None
    tracking: str = ""
    packed: dict[str, int] = field(default_factory=dict)
    line_id: str = ""
    sku: str = ""
    picked: int | None = None
    faults: dict[str, str] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """Each row stands for itself: two refused rows of one order are two records."""
        return f"{self.number}, row {self.row.number}" if self.number else ""

    @property
    def refusal(self) -> Reject:
        columns = ", ".join(filter(None, self.faults))
        reason = "; ".join(f"{column} {fault}".strip() for column, fault in self.faults.items())
        return Reject(key=self.key, path=f"row {self.row.number}: {columns}".removesuffix(": "), reason=reason, raw=self.row.raw)


def read_progress_csv(source: Source) -> Reader:
    """A reader of ACS's progress file; the one column it must have is the order number. Raises Unreadable with a sentence when read."""
    return read_csv(source, LAYOUT)


def apply_said(page: Page, at: datetime) -> Applied:
    """What ACS says of orders, whether it was asked or sent a file; a refused row that is tried again comes as its bytes."""
    from_file = page.records and isinstance(page.records[0], Row | bytes)
    return apply_progress(page, at) if from_file else apply_acs(page, at)


def apply_progress(page: Page, at: datetime) -> Applied:
    """Take over what the rows of a page say, in a fixed number of statements.

    A row that cannot be used is rejected with its number, its columns and every reason; the others count. Rows older than what
    ACS said last change nothing.
    """
    said = [_read(row) for row in rows_of(page.records, LAYOUT)]
    orders = {order.number: order for order in Order.objects.filter(number__in={each.number for each in said if each.number})}
    lines = _lines(orders.values())
    words, first, applied = note_progress(at=at), dict[str, Said](), Applied()
    for each in said:
        order = orders.get(each.number)
        each.faults |= _misplaced(each, order, lines.get(order.pk, []) if order else [], first)
        if each.faults or order is None:
            applied.rejected.append(each.refusal)
            continue
        moved = words.take(order, lines[order.pk], **_as_taken(each))
        applied.changed, applied.unchanged = applied.changed + moved, applied.unchanged + (not moved)
    write_taken(orders.values(), words, at=at)
    look_waiting([order.pk for order in orders.values()], at=at)
    look_packed(words.packed, first=words.first_packed, at=at)
    applied.read = [each.key for each in said if not each.faults]
    return applied


def _as_taken(each: Said) -> dict[str, Any]:
    picked = {} if each.picked is None else {each.line_id: each.picked}
    return {"status": each.status, "since": each.status_at, "tracking": each.tracking, "packed": each.packed, "picked": picked}


def _lines(orders: Iterable[Order]) -> dict[int, list[Wanted]]:
    found: dict[int, list[Wanted]] = {order.pk: [] for order in orders}
    rows = OrderLine.objects.filter(order_id__in=found, quantity__gt=0).order_by("pk")
    for pk, line_id, sku, quantity in rows.values_list("order_id", "line_id", "sku", "quantity"):
        found[pk].append(Wanted(line_id, sku, quantity))
    return found


def _read(row: Row) -> Said:
    said = Said(row, faults={"": row.fault} if row.fault else {})
    if row.fault:
        return said

    def take(name: str, column: str, parse: Any) -> None:
        if not row.cells.get(column, "").strip():
            return
        try:
            setattr(said, name, parse(row.cells[column]))
        except RecordError as error:
            said.faults[column] = error.reason

    take("status", "status", lambda cell: text_at(cell, "status", limit=200))
    take("status_at", "status_at", _instant)
    take("tracking", "tracking", lambda cell: identifier_at(cell, "tracking", limit=60))
    take("line_id", "line_id", lambda cell: identifier_at(cell, "line_id"))
    take("sku", "sku", lambda cell: identifier_at(cell, "sku"))
    take("picked", "picked", lambda cell: whole_at(cell, "picked", most=1_000_000))
    _read_measures(said)
    try:
        said.number = identifier_at(row.cells.get("order_number"), "order_number")
    except RecordError as error:
        said.faults["order_number"] = error.reason
    return said


def _read_measures(said: Said) -> None:
    cells = said.row.cells
    for column, name in {**SIDES, "weight": "weight_g"}.items():
        unit = cells.get(f"{column} unit") or cells.get("weight_unit" if column == "weight" else "dim_unit", "")
        try:
            value = whole(cells.get(column, ""), unit, GRAMS if column == "weight" else MM)
        except NotUsable as error:
            said.faults[column] = str(error)
        else:
            said.packed |= {} if value is None else {name: value}


def _instant(cell: str) -> datetime:
    """An ISO instant, or a London time as British spreadsheets write it."""
    cell = cell.strip()
    for form in DAY_FIRST:
        try:
            return instant_at(datetime.strptime(cell, form).replace(tzinfo=LONDON).isoformat(), "status_at")
        except ValueError:
            continue
    try:
        stated = datetime.fromisoformat(cell)
    except ValueError as error:
        raise RecordError("status_at", "must be a time such as 2026-11-23 14:05 or 23/11/2026 14:05") from error
    return instant_at((stated if stated.tzinfo else stated.replace(tzinfo=LONDON)).isoformat(), "status_at")


def _misplaced(each: Said, order: Order | None, lines: list[Wanted], first: dict[str, Said]) -> dict[str, str]:
    """What is wrong with a row that can be read by itself; fills in the line that a SKU means."""
    if each.faults:
        return {}
    if order is None:
        return {"order_number": NOT_OURS}
    if order.state in NOT_AT_ACS and order.release_claimed_at is None:
        return {"order_number": f"is {order.get_state_display().lower()} here: {NOT_SENT}"}
    if not (each.status or each.tracking or each.packed or each.picked is not None):
        return {"status": "is empty, and so is everything else: the row says nothing of the order"}
    before = first.setdefault(each.number, each)
    if each.status and before.status and each.status != before.status and each.status_at == before.status_at:
        return {"status": f"is {each.status[:40]}, but row {before.row.number} says {before.status[:40]} of the same order"}
    return {} if each.picked is None else _which_line(each, lines)


def _which_line(each: Said, lines: list[Wanted]) -> dict[str, str]:
    """Find the line a picked quantity is about."""
    if each.line_id:
        return {} if each.line_id in {line.line_id for line in lines} else {"line_id": "is no line of this order"}
    meant = [line for line in lines if each.sku in ("", line.sku)]
    if len(meant) == 1:
        each.line_id = meant[0].line_id
        return {}
    if not meant:
        return {"sku": "is on no line of this order"}
    return {"sku" if each.sku else "line_id": "leaves open which line was picked: give the line's number"}
