"""`out/fulfilments.csv`: what the shop reads to tell customers that their order has left. One row per order."""

from pathlib import Path

from partners.errors import Conflict
from partners.folder.table import PARTNER, Row, Table, defused

COLUMNS = ("order", "kind", "tracking_number", "url", "company", "notify", "at")


class Fulfilments:
    """The orders that left, in the folder `out`. `kind` is sent, or corrected where a number took the place of another."""

    def __init__(self, out: Path) -> None:
        self._table = Table(out, "fulfilments", COLUMNS, key="order")

    def ship(self, row: Row, *, instead_of: str) -> bool:
        """Add or correct the order's row. False when it shows this number already. Raises Conflict over a number that is not ours."""
        with self._table.changing() as rows:
            standing = rows.get(defused(row["order"]))
            shown = standing["tracking_number"] if standing else ""
            if standing and shown == defused(row["tracking_number"]):
                return False
            if standing and shown and shown != defused(instead_of):
                raise Conflict(PARTNER, "The shop shows this order as sent already, with another tracking number than ours.")
            rows[defused(row["order"])] = self._table.row(row | {"kind": "corrected" if shown else "sent"})
            self._table.write(rows)
            return True
