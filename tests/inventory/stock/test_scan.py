"""Of when a file is, and by when it should have come. No database."""

from datetime import UTC, date, datetime, time

import pytest

from exceptions_queue.calendars import Clock
from inventory.problems.feed import expected_day, late_feed
from inventory.sync.stock.scan import as_of, scan
from partners.errors import Unreadable

WRITTEN = datetime(2026, 6, 9, 5, 0, tzinfo=UTC)
AT = datetime(2026, 11, 30, 12, 0, tzinfo=UTC)
SEVEN = time(7)
CLOCK = Clock(order_cutoff=time(12), collection_at=time(17, 30))


@pytest.mark.parametrize(
    ("name", "when"),
    [
        ("acs_stock_2026-11-29.csv", WRITTEN),
        ("acs_stock_2026-06-01.csv", datetime(2026, 6, 1, 6, tzinfo=UTC)),
        ("stock20261129T0610.csv", datetime(2026, 11, 29, 6, 10, tzinfo=UTC)),
        ("stock_20260629T061055Z.csv", datetime(2026, 6, 29, 6, 10, 55, tzinfo=UTC)),
        ("stock 2026-06-29 06:10+02:00.csv", datetime(2026, 6, 29, 4, 10, tzinfo=UTC)),
        ("stock.csv", WRITTEN),
        ("stock_2026-13-45.csv", WRITTEN),
        ("stock_2027-01-01.csv", WRITTEN),
        ("order 120261129.csv", WRITTEN),
    ],
)
def test_a_file_is_of_the_date_in_its_name_or_of_when_it_was_written(name, when):
    assert as_of(name, written_at=WRITTEN, at=AT, by=SEVEN) == when


@pytest.mark.parametrize(("written", "hour"), [((5, 10), (5, 10)), ((6, 30), (6, 0)), ((15, 0), (6, 0))])
def test_a_file_with_a_date_alone_is_of_when_it_came_that_morning_and_never_of_midnight(written, hour):
    came, later = datetime(2026, 6, 9, *written, tzinfo=UTC), datetime(2026, 6, 9, 20, tzinfo=UTC)

    assert as_of("acs_stock_2026-06-09.csv", written_at=came, at=later, by=SEVEN) == datetime(2026, 6, 9, *hour, tzinfo=UTC)


def test_before_the_hour_it_is_never_of_later_than_it_came():
    came = datetime(2026, 6, 9, 5, 10, tzinfo=UTC)

    assert as_of("acs_stock_2026-06-09.csv", written_at=came, at=came, by=SEVEN) == came


@pytest.mark.parametrize("name", ["acs_stock_2026-06-10.csv", "acs_stock_2026-06-09T2110.csv", "stock.csv"])
def test_no_file_is_of_later_than_now(name):
    now = datetime(2026, 6, 9, 20, tzinfo=UTC)
    ahead = datetime(2026, 6, 9, 20, 5, tzinfo=UTC)  # the folder's clock is fast

    assert as_of(name, written_at=ahead, at=now, by=SEVEN) == now


def test_tomorrows_file_written_this_evening_is_of_this_evening():
    came, later = datetime(2026, 6, 8, 21, tzinfo=UTC), datetime(2026, 6, 9, 12, tzinfo=UTC)

    assert as_of("acs_stock_2026-06-09.csv", written_at=came, at=later, by=SEVEN) == came


@pytest.mark.parametrize(
    ("at", "day"),
    [
        (datetime(2026, 6, 9, 5, 59, tzinfo=UTC), date(2026, 6, 8)),
        (datetime(2026, 6, 9, 6, 0, tzinfo=UTC), date(2026, 6, 9)),
        (datetime(2026, 6, 14, 12, 0, tzinfo=UTC), date(2026, 6, 12)),  # a Sunday
        (datetime(2026, 11, 30, 12, 0, tzinfo=UTC), date(2026, 11, 27)),  # St Andrew's Day
    ],
)
def test_a_file_is_expected_by_seven_in_london_on_acs_working_days(at, day):
    assert expected_day(CLOCK, by=SEVEN, at=at) == day


def test_a_feed_that_never_had_a_file_is_not_late():
    assert late_feed(None, CLOCK, by=SEVEN, at=AT) == {}


def test_after_a_weekend_it_is_late_from_seven_and_not_before():
    friday = datetime(2026, 6, 5, 5, tzinfo=UTC)

    assert late_feed(friday, CLOCK, by=SEVEN, at=datetime(2026, 6, 8, 5, 59, tzinfo=UTC)) == {}
    found = late_feed(friday, CLOCK, by=SEVEN, at=datetime(2026, 6, 8, 6, 1, tzinfo=UTC))
    assert (found["fault"], found["day"]) == ("stale", "2026-06-08")


@pytest.mark.parametrize(
    ("content", "encoding", "plain"),
    [
        (b"SKU,RFID\nA,1\n", "utf-8-sig", True),
        ("SKU,RFID\r\nA,–\r\n".encode(), "utf-8-sig", True),
        ("SKU,RFID\nA,–\n".encode("cp1252"), "cp1252", False),
        (b'SKU,RFID\n"A",1\n', "utf-8-sig", False),
        (b"SKU,RFID\nA ,1\n", "utf-8-sig", False),
        (b"SKU,RFID\nA,1\x00\n", "utf-8-sig", False),
        (b"SKU,RFID\n\\.\nA,1\n", "utf-8-sig", False),
    ],
)
def test_only_bytes_without_a_question_go_straight_into_the_database(tmp_path, content, encoding, plain):
    path = tmp_path / "stock.csv"
    path.write_bytes(content)

    seen = scan(path)

    assert (seen.encoding, seen.plain, seen.size) == (encoding, plain, len(content))


def test_a_damaged_character_names_its_row(tmp_path):
    path = tmp_path / "stock.csv"
    path.write_bytes("a,–\n".encode() + b"b,\x96\n")

    with pytest.raises(Unreadable, match="acs") as refused:
        scan(path)

    assert refused.value.sentence.startswith("Row 2 holds a damaged character")
