"""`out/holds.csv`: idempotent by handle, whole at every moment, harmless in a spreadsheet."""

import csv
import multiprocessing
import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest

from partners.errors import Unreachable, Unreadable
from partners.folder.client import FolderStore

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
HOLD = {"store_id": "1", "handle": "lockstep-LS-1", "reason": "OTHER", "note": "Held by Lockstep: VAL-MOB-MISSING"}


@pytest.fixture
def store(tmp_path: Path) -> FolderStore:
    return FolderStore(tmp_path, clock=lambda: NOON)


def rows(store: FolderStore) -> list[dict[str, str]]:
    with (store.folder / "out" / "holds.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_a_hold_is_a_row_and_its_release_a_time(store):
    assert store.hold("LS-1", **HOLD)
    (row,) = rows(store)
    assert row == {
        "handle": "lockstep-LS-1",
        "order": "LS-1",
        "reason": "OTHER",
        "note": HOLD["note"],
        "placed_at": "2026-11-20T12:00:00+00:00",
        "released_at": "",
    }

    assert store.release("LS-1", store_id="1", handle=HOLD["handle"])
    assert rows(store)[0]["released_at"] == "2026-11-20T12:00:00+00:00"


def test_the_same_again_changes_nothing(store):
    store.hold("LS-1", **HOLD)
    before = (store.folder / "out" / "holds.csv").read_bytes()

    assert not store.hold("LS-1", **HOLD | {"note": "other"})
    assert not store.release("LS-2", store_id="1", handle="lockstep-LS-2")
    assert (store.folder / "out" / "holds.csv").read_bytes() == before

    store.release("LS-1", store_id="1", handle=HOLD["handle"])
    assert not store.release("LS-1", store_id="1", handle=HOLD["handle"])


def test_an_order_may_be_held_again(store):
    store.hold("LS-1", **HOLD)
    store.release("LS-1", store_id="1", handle=HOLD["handle"])

    assert store.hold("LS-1", **HOLD)
    assert [row["released_at"] for row in rows(store)] == [""]


@pytest.mark.parametrize("note", ['=HYPERLINK("http://x")', "+1", "-1", "@x", "＝1", "\t=1", " =1"])
def test_a_spreadsheet_runs_nothing(store, note):
    store.hold(note, store_id="1", handle=note, reason=note, note=note)

    (row,) = rows(store)
    assert {row[name][:1] for name in ("handle", "order", "reason", "note")} == {"'"}
    assert not store.hold(note, store_id="1", handle=note, reason="", note="")
    assert store.release(note, store_id="1", handle=note)


def test_a_note_of_any_kind_stays_one_row(store):
    store.hold("LS-1", store_id="1", handle="h", reason="", note='a\x00b\ud800 "quoted", two\r\nlines')
    assert rows(store)[0]["note"] == 'ab\ufffd "quoted", two\nlines'


def test_the_file_may_be_read_by_the_shop_and_nothing_lies_about(store):
    store.hold("LS-1", **HOLD)
    out = store.folder / "out"

    assert stat.S_IMODE((out / "holds.csv").stat().st_mode) & stat.S_IRGRP
    assert sorted(path.name for path in out.iterdir()) == [".holds.lock", "holds.csv"]


def test_a_file_saved_by_a_spreadsheet_with_a_mark_in_front_is_understood(store):
    store.hold("LS-1", **HOLD)
    path = store.folder / "out" / "holds.csv"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert not store.hold("LS-1", **HOLD)


@pytest.mark.parametrize("body", [b"something else\r\n1\r\n", b"\xff\xfe\x00"])
def test_a_file_that_is_not_ours_is_left_alone(store, body):
    (store.folder / "out").mkdir()
    path = store.folder / "out" / "holds.csv"
    path.write_bytes(body)

    with pytest.raises(Unreadable, match="not as we wrote it"):
        store.hold("LS-1", **HOLD)
    assert path.read_bytes() == body


def test_a_folder_that_cannot_be_written_is_said(tmp_path):
    (tmp_path / "out").write_text("in the way")
    with pytest.raises(Unreachable, match="cannot be written"):
        FolderStore(tmp_path).hold("LS-1", **HOLD)


def place_ten(folder: str, first: int) -> None:
    for number in range(first, first + 10):
        FolderStore(Path(folder)).hold(f"LS-{number}", store_id="1", handle=f"h-{number}", reason="", note="")


def test_processes_at_the_same_time_lose_no_hold(store):
    context = multiprocessing.get_context("spawn")
    writers = [context.Process(target=place_ten, args=(str(store.folder), first)) for first in range(0, 40, 10)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(60)

    assert sorted(row["handle"] for row in rows(store)) == sorted(f"h-{number}" for number in range(40))
