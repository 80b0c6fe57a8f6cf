"""`out/holds.csv`: what the shop reads to know which orders wait. One row per hold, kept after its release."""

from pathlib import Path

from partners.folder.table import Row, Table, defused

COLUMNS = ("handle", "order", "reason", "note", "placed_at", "released_at")


class Holds:
    """The holds in the folder `out`."""

    def __init__(self, out: Path) -> None:
        self._table = Table(out, "holds", COLUMNS, key="handle")

    def place(self, row: Row) -> bool:
        """Add a hold. False when one with its handle stands already."""
        with self._table.changing() as rows:
            standing = rows.get(defused(row["handle"]))
            if standing is not None and not standing["released_at"]:
                return False
            rows[defused(row["handle"])] = self._table.row(row)
            self._table.write(rows)
            return True

    def release(self, handle: str, *, at: str) -> bool:
        """End a hold. False when none with this handle stands."""
        with self._table.changing() as rows:
            standing = rows.get(defused(handle))
            if standing is None or standing["released_at"]:
                return False
            standing["released_at"] = at
            self._table.write(rows)
            return True

    def check(self) -> None:
        """Raises Unreachable or Unreadable when holds could not be written."""
        with self._table.changing():
            pass
