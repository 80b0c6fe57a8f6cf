"""`out/fulfilments.csv`: what the shop reads to tell customers that their order has left. One row per order.

`out/milestones.csv`: how far those parcels are. One row per order and milestone.
"""

from pathlib import Path

from partners.errors import Conflict, Rejected
from partners.folder.table import PARTNER, Row, Table, defused
from partners.shop import Milestone

COLUMNS = ("order", "kind", "tracking_number", "url", "company", "notify", "at")
MILESTONES = ("key", "order", "milestone", "tracking_number", "happened_at", "at")


class Fulfilments:
    """The orders that left, in the folder `out`. `kind` is sent, or corrected where a number took the place of another."""

    def __init__(self, out: Path) -> None:
        self._table = Table(out, "fulfilments", COLUMNS, key="order")
        self._way = Table(out, "milestones", MILESTONES, key="key")

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

    def reach(self, row: Row) -> bool:
        """Add the milestone that `row` names. False when it, or one beyond it, stands there already. Raises Rejected over a number
        that the order does not show."""
        with self._table.changing() as shown:
            standing = shown.get(defused(row["order"]))
        if not standing or standing["tracking_number"] != defused(row["tracking_number"]):
            raise Rejected(PARTNER, "The shop shows no order with this tracking number, so nothing can be said of its way.")
        with self._way.changing() as rows:
            if any(_key(row["order"], step) in rows for step in Milestone(row["milestone"]).onwards):
                return False
            key = _key(row["order"], Milestone(row["milestone"]))
            rows[key] = self._way.row(row) | {"key": key}
            self._way.write(rows)
            return True


def _key(order: str, milestone: Milestone) -> str:
    return defused(f"{order} {milestone}")
