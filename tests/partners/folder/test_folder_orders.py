"""Which files are read, in which order, and how far the cursor goes."""

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from partners.errors import Unreachable
from partners.folder.client import FolderStore
from partners.folder.records import decode_order
from partners.pages import Page
from tests.partners.folder.shop import Shop, raw

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path / "shop")


@pytest.fixture
def store(shop: Shop) -> FolderStore:
    return FolderStore(shop.folder, clock=lambda: NOON)


def numbers(pages: list[Page]) -> list[list[str]]:
    return [[decode_order(record).number for record in page.records] for page in pages]


def last_cursor(pages: list[Page]) -> str:
    return [page.cursor for page in pages if page.cursor][-1]


def test_orders_come_by_their_last_change_then_by_id(shop, store):
    shop.sells(3, "2026-11-20T10:00:00Z")
    shop.sells(1, "2026-11-20T11:00:00Z")
    shop.sells(2, "2026-11-20T10:00:00+01:00")

    (page,) = store.orders("")

    assert numbers([page]) == [["LS-2", "LS-3", "LS-1"]]
    assert (page.cursor, page.source) == ("2026-11-20T11:00:00+00:00|1", "orders/*.json")


def test_the_next_run_starts_ten_minutes_before_the_cursor(shop, store):
    shop.sells(1, "2026-11-20T09:00:00Z")
    shop.sells(2, "2026-11-20T10:50:00Z")
    shop.sells(3, "2026-11-20T11:00:00Z")
    cursor = last_cursor(list(store.orders("")))
    shop.sells(4, "2026-11-20T10:51:00Z")  # written late, dated before the cursor

    again = list(store.orders(cursor))

    assert numbers(again) == [["LS-2", "LS-4", "LS-3"]]
    assert [page.cursor for page in again] == [None]


def test_an_order_written_again_comes_again(shop, store):
    shop.sells(1, "2026-11-20T10:00:00Z")
    cursor = last_cursor(list(store.orders("")))
    shop.sells(1, "2026-11-20T11:30:00Z", note="changed")

    (page,) = store.orders(cursor)
    assert decode_order(page.records[0]).note == "changed"
    assert page.cursor == "2026-11-20T11:30:00+00:00|1"


def test_a_file_rewritten_in_place_is_seen_although_it_was_looked_at_before(shop, store):
    path = shop.sells(1, "2026-11-20T10:00:00Z")
    list(store.orders(""))
    status = path.stat()
    path.write_bytes(raw(name="LS-1", updatedAt="2026-11-20T11:00:00Z", note="x"))
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns + 1))

    assert last_cursor(list(store.orders(""))).startswith("2026-11-20T11:00:00")


def test_pages_are_small_and_the_cursor_moves_with_each(shop, store):
    for number in range(1_001):
        shop.sells(number, f"2026-11-20T09:{number // 60 % 60:02}:{number % 60:02}Z")

    pages = list(store.orders(""))

    assert [len(page.records) for page in pages] == [500, 500, 1]
    assert [page.cursor for page in pages] == sorted({page.cursor for page in pages})


def test_a_thousand_orders_of_one_moment_are_all_read_and_each_page_has_its_own_cursor(shop, store):
    for number in range(1_001):
        shop.sells(number, "2026-11-20T09:00:00Z")

    pages = list(store.orders(""))

    assert sum(len(page.records) for page in pages) == 1_001
    assert len({page.cursor for page in pages}) == 3


def test_large_files_make_shorter_pages(shop, store):
    for number in range(3):
        shop.sells(number, "2026-11-20T09:00:00Z", note="x" * 10_000_000)
    assert [len(page.records) for page in store.orders("")] == [3]
    for number in range(3, 6):
        shop.sells(number, "2026-11-20T09:00:01Z", note="x" * 10_000_000)
    assert [len(page.records) for page in store.orders("")] == [3, 3]


class TestFutureDates:
    def test_a_file_from_the_future_is_read_and_does_not_hide_what_comes_before_it(self, shop, store):
        shop.sells(1, "2026-11-20T11:00:00Z")
        shop.sells(9, "2030-01-01T00:00:00Z")
        cursor = last_cursor(list(store.orders("")))
        shop.sells(2, "2026-11-20T11:59:00Z")

        again = list(store.orders(cursor))

        assert cursor.startswith("2026-11-20T11:00:00")
        assert numbers(again) == [["LS-1", "LS-2", "LS-9"]]
        assert last_cursor(again).startswith("2026-11-20T11:59:00")


class TestOddFiles:
    @pytest.mark.parametrize("name", [".hidden.json", "5001.json.tmp", "5001.part", "readme.txt", "5001.json~"])
    def test_files_that_are_not_finished_orders_are_passed_over(self, shop, store, name):
        shop.sells(1, "2026-11-20T10:00:00Z")
        (shop.folder / "orders" / name).write_bytes(b"{")
        assert numbers(list(store.orders(""))) == [["LS-1"]]

    def test_what_is_no_file_is_passed_over(self, shop, store):
        (shop.folder / "orders" / "folder.json").mkdir()
        os.mkfifo(shop.folder / "orders" / "pipe.json")
        assert list(store.orders("")) == []

    @pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"[]", b'{"updatedAt": "yesterday"}', b"[" * 100_000])
    def test_an_unreadable_file_comes_in_every_run_and_moves_nothing(self, shop, store, body):
        shop.writes("bad.json", body)
        shop.sells(1, "2026-11-20T10:00:00Z")

        (first,) = store.orders("")
        (again,) = store.orders(first.cursor)

        assert body in first.records
        assert len(first.records) == 2
        assert body in again.records
        assert first.cursor == "2026-11-20T10:00:00+00:00|1"

    def test_only_unreadable_files_leave_no_cursor(self, shop, store):
        shop.writes("bad.json", b"{")
        assert [page.cursor for page in store.orders("")] == [None]

    def test_an_id_that_cannot_be_shown_makes_a_cursor_that_can(self, shop, store):
        shop.writes("x.json", raw(id="a|\u202e\ue000é", updatedAt="2026-11-20T10:00:00Z"))
        (page,) = store.orders("")

        assert page.cursor.isprintable()
        assert [again.cursor for again in store.orders(page.cursor)] == [None]


@pytest.mark.parametrize("cursor", ["2026-11-20T11:00:00+00:00", "2026-11-20T11:00:00+00:00|1"])
def test_a_cursor_without_an_id_is_understood(shop, store, cursor):
    shop.sells(1, "2026-11-20T11:00:00Z")
    assert numbers(list(store.orders(cursor))) == [["LS-1"]]


def test_a_folder_that_is_not_there_is_said(tmp_path):
    with pytest.raises(Unreachable, match="STORE_FOLDER"):
        list(FolderStore(tmp_path / "nowhere").orders(""))


def test_an_empty_folder_has_no_pages(store):
    assert list(store.orders("")) == []


def test_the_connection_test_counts_what_can_be_read_and_leaves_no_hold(shop, store):
    shop.sells(1, "2026-11-20T10:00:00Z")
    assert store.check() == "1 order file can be read, and the out folder can be written."
    assert not (shop.folder / "out" / "holds.csv").exists()


def test_one_order_is_read_by_the_shops_id_as_it_stands_now(shop, store):
    shop.sells(3, "2026-11-20T10:00:00Z")
    shop.sells(1, "2026-11-20T11:00:00Z")

    found = store.decode(store.order("LS-3", store_id="3"))

    assert (found.number, found.store_id) == ("LS-3", "3")
    assert store.order("LS-4", store_id="4") is None
