"""`out/stock.csv`: compared, whole at every moment, and read back against what the shop says in levels.csv."""

import csv
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from partners.errors import Unreadable
from partners.folder.client import FolderStore
from partners.shop import Place, StockChange, Told

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
REFERENCE = "gid://lockstep/StockPublish/7"


@pytest.fixture
def store(tmp_path: Path) -> FolderStore:
    return FolderStore(tmp_path, clock=lambda: NOON)


def tell(store: FolderStore, *changes: StockChange) -> list[Told]:
    return [answer.outcome for answer in store.set_levels(changes, key="k", reference=REFERENCE)]


def shown(store: FolderStore, *skus: str) -> list[int]:
    return [level.quantity for page in store.levels(skus) for level in page]


def theirs(store: FolderStore, text: str, *, at: datetime) -> None:
    file = store.folder / "levels.csv"
    file.write_text(text)
    os.utime(file, (at.timestamp(), at.timestamp()))


def test_what_is_told_is_a_row_and_shown_afterwards(store):
    assert tell(store, StockChange("A", 5, 0), StockChange("B", 0, 0)) == [Told.SET, Told.SET]
    assert tell(store, StockChange("A", 3, 5)) == [Told.SET]

    with (store.folder / "out" / "stock.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    at = "2026-11-20T12:00:00+00:00"
    assert rows == [
        {"sku": "A", "quantity": "3", "was": "5", "at": at, "reference": REFERENCE},
        {"sku": "B", "quantity": "0", "was": "0", "at": at, "reference": REFERENCE},
    ]
    assert shown(store, "A", "B", "NEVER") == [3, 0, 0]


def test_a_stale_line_keeps_no_other_back(store):
    tell(store, StockChange("A", 5, 0))

    assert tell(store, StockChange("A", 9, 4), StockChange("B", 2, 0), StockChange("C", -1, 0)) == [Told.STALE, Told.SET, Told.REFUSED]
    assert shown(store, "A", "B", "C") == [5, 2, 0]


def test_the_later_word_counts(store):
    tell(store, StockChange("A", 5, 0))

    theirs(store, "sku,available\nA,4\nB,7\n", at=NOON.replace(hour=11))
    assert shown(store, "A", "B") == [5, 7]
    theirs(store, "sku,available\nA,4\nB,7\n", at=NOON.replace(hour=13))
    assert shown(store, "A", "B") == [4, 7]


def test_a_sku_that_looks_like_a_formula_is_harmless_and_found_again(store):
    tell(store, StockChange("=A1", 5, 0))

    assert "'=A1" in (store.folder / "out" / "stock.csv").read_text()
    assert shown(store, "=A1") == [5]


@pytest.mark.parametrize("text", ["name,count\nA,4\n", "available\n4\n"])
def test_a_file_of_theirs_that_cannot_be_read_is_named(store, text):
    theirs(store, text, at=NOON)

    with pytest.raises(Unreadable, match=r"levels\.csv"):
        shown(store, "A")


def test_a_folder_counts_only_what_can_be_bought(store):
    assert store.places() == (Place.SALE,)


@pytest.mark.parametrize("cell", ["", "12.0", "many", "9" * 5000, str(10**12)])
def test_a_row_of_theirs_that_cannot_be_read_says_so_of_its_own_sku_alone(store, cell):
    theirs(store, f"sku,available\nA,3\nODD,{cell}\n", at=NOON)

    a, odd = next(iter(store.levels(["A", "ODD"])))

    assert (a.quantity, a.why) == (3, "")
    assert "ODD" in odd.why
    assert tell(store, StockChange("A", 4, 3), StockChange("ODD", 1, 0)) == [Told.SET, Told.REFUSED]


def test_a_row_of_ours_that_somebody_changed_says_so_of_its_own_sku_alone(store):
    tell(store, StockChange("A", 5, 0), StockChange("B", 2, 0))
    ours = store.folder / "out" / "stock.csv"
    ours.write_text(ours.read_text().replace("B,2,0,2026-11-20T12:00:00+00:00", "B,2,0,20/11/2026 12:00"))

    a, b = next(iter(store.levels(["A", "B"])))

    assert (a.quantity, a.why) == (5, "")
    assert "not as we wrote it" in b.why
