"""`out/stock.csv`: how many of each SKU the shop may sell, as we last said. `levels.csv`, if the shop writes one, says what it shows.

Of a SKU that both name, the later word counts: the row's `at`, or the time at which `levels.csv` was written. A row that cannot be
read says so of its own SKU and of no other.
"""

import csv
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from partners.errors import Unreachable, Unreadable
from partners.folder.table import FORMULA, PARTNER, Row, Table, defused
from partners.shop import StockAnswer, StockChange, StockLevel, Told

COLUMNS = ("sku", "quantity", "was", "at", "reference")
HIGHEST = 1_000_000_000
NOT_OURS = "The row of this SKU in out/stock.csv is not as we wrote it. Take it out, and it is written anew."
Said = dict[str, int | str]  # {SKU: how many, or why nobody can tell}


class Stock:
    """The counts of one folder shop."""

    def __init__(self, folder: Path) -> None:
        self._theirs = folder / "levels.csv"
        self._table = Table(folder / "out", "stock", COLUMNS, key="sku")

    def levels(self, skus: Sequence[str]) -> list[StockLevel]:
        """A folder has room for every SKU: one that nobody has named yet shows nothing of it."""
        with self._table.changing() as rows:
            shown = self._shown(rows)
        return [_level(sku, shown.get(sku, 0)) for sku in skus]

    def set(self, changes: Sequence[StockChange], *, reference: str, at: str) -> list[StockAnswer]:
        """Write all that may be written in one go."""
        with self._table.changing() as rows:
            shown = self._shown(rows)
            answers = [_answer(change, shown.get(change.sku, 0)) for change in changes]
            done = {answer.sku for answer in answers if answer.outcome == Told.SET}
            for change in changes:
                if change.sku in done:
                    said = {"quantity": str(change.quantity), "was": str(change.seen), "at": at, "reference": reference}
                    rows[defused(change.sku)] = self._table.row({"sku": change.sku} | said)
            if done:
                self._table.write(rows)
        return answers

    def _shown(self, rows: dict[str, Row]) -> Said:
        shown, written = self._said_by_the_shop()
        for row in rows.values():
            sku = _plain(row["sku"])
            at = _instant(row["at"])
            if sku not in shown or at is None or at >= written:
                shown[sku] = _count(row["quantity"], "out/stock.csv", sku) if at else NOT_OURS
        return shown

    def _said_by_the_shop(self) -> tuple[Said, datetime]:
        try:
            written = datetime.fromtimestamp(self._theirs.stat().st_mtime, UTC)
            with self._theirs.open(newline="", encoding="utf-8-sig") as file:
                rows = [(row["sku"] or "", row["available"]) for row in csv.DictReader(file)]
            return {sku: _count(available, "levels.csv", sku) for sku, available in rows}, written
        except FileNotFoundError:
            return {}, datetime.min.replace(tzinfo=UTC)
        except OSError as error:
            raise Unreachable(PARTNER, "The shop's levels.csv cannot be read.") from error
        except (KeyError, csv.Error, UnicodeDecodeError) as error:
            raise Unreadable(PARTNER, "The shop's levels.csv must have the columns sku and available, in UTF-8.") from error


def _level(sku: str, said: int | str) -> StockLevel:
    return StockLevel(sku, 0, why=said) if isinstance(said, str) else StockLevel(sku, said)


def _answer(change: StockChange, shows: int | str) -> StockAnswer:
    if isinstance(shows, str):
        return StockAnswer(change.sku, Told.REFUSED, code="UNREADABLE", sentence=shows)
    if not 0 <= change.quantity <= HIGHEST:
        return StockAnswer(
            change.sku, Told.REFUSED, code="INVALID_QUANTITY", sentence="The shop takes no number below zero or above a billion."
        )
    if shows != change.seen:
        return StockAnswer(change.sku, Told.STALE, shows=shows)
    return StockAnswer(change.sku, Told.SET, shows=change.quantity)


def _count(text: str | None, file: str, sku: str) -> int | str:
    """The number, or the sentence why there is none."""
    try:
        number = int(text or "")
    except ValueError:
        return f"{file} has no whole number for {sku[:64]}. Correct that row, and Lockstep reads it again within the hour."
    return number if abs(number) <= HIGHEST else f"{file} says {sku[:64]} is there more than a billion times. Correct that row."


def _instant(text: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return at if at.tzinfo else None


def _plain(cell: str) -> str:
    """A SKU as it is, from a cell that was made safe for a spreadsheet."""
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(FORMULA) else cell
