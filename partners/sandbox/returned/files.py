"""The same as files: ACS's returns, a line to each garment, and the finance team's costs."""

import csv
import io
from collections.abc import Iterable
from datetime import date

from partners.sandbox.returned.book import Returned, Worth
from partners.sandbox.returned.records import Return, told

COLUMNS = (
    *("return_id", "order_number", "tracking_number", "arrived_at", "updated_at", "line_id", "rfid", "sku"),
    *("grade", "graded_at", "grader", "station", "reason", "note", "repair_pence", "photo_urls"),
)
COSTS = ("rfid", "sku", "owner", "ledger_class", "cost_pence", "depreciation_pence", "as_at")


def returns_csv(returns: Iterable[Return], base: str) -> str:
    return _csv(COLUMNS, (row for one in returns for row in _rows(one, base)))


def _rows(one: Return, base: str) -> Iterable[list[str]]:
    said = told(one, base)
    head = [said[name] for name in ("id", "orderNumber", "trackingNumber", "arrivedAt", "updatedAt")]
    for item in said["items"]:
        texts = [item[name] or "" for name in ("lineId", "rfid", "sku", "grade", "gradedAt", "grader", "station", "reason", "note")]
        repair = "" if item["repairPence"] is None else str(item["repairPence"])
        yield [*head, *texts, repair, " ".join(photo["url"] for photo in item["photos"])]


def costs_csv(book: Returned) -> str:
    """Garments by their RFID first, then whole SKUs."""
    garments = [_cost(rfid, "", one.worth, book.as_at) for rfid, one in book.told.items() if one.worth]
    return _csv(COSTS, [*garments, *(_cost("", sku, worth, book.as_at) for sku, worth in sorted(book.skus.items()))])


def _cost(rfid: str, sku: str, worth: Worth, as_at: date) -> list[str]:
    return [rfid, sku, worth.owner, worth.ledger_class, str(worth.cost), str(worth.depreciation), as_at.isoformat()]


def _csv(headings: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(headings)
    writer.writerows(rows)
    return text.getvalue()
