"""What a point's facts mean."""

from datetime import UTC, datetime, timedelta

import pytest

from lockers.rules import points

OPEN = {
    "is_locker": True,
    "status": "Operating",
    "functions": ["parcel", "parcel_collect", "parcel_send"],
    "collect_excluded": False,
    "latitude": 51.4,
    "longitude": -2.4,
}


def test_an_operating_locker_on_the_map_may_receive():
    assert points.may_receive(**OPEN)


def test_an_unknown_exclusion_is_no_exclusion():
    assert points.may_receive(**OPEN | {"collect_excluded": None})


@pytest.mark.parametrize(
    "fault",
    [
        {"is_locker": False},
        {"status": "Created"},
        {"status": "NonOperating"},
        {"status": "Overloaded"},
        {"status": "Weird"},
        {"functions": ["parcel"]},
        {"collect_excluded": True},
        {"latitude": 0.0, "longitude": 0.0},
    ],
)
def test_one_fault_is_enough(fault: dict[str, object]):
    assert not points.may_receive(**OPEN | fault)


@pytest.mark.parametrize("status", ["Operating", "Overloaded"])
def test_a_full_locker_is_not_closed(status: str):
    assert not points.is_closed(status, gone=False)
    assert points.is_closed(status, gone=True)


@pytest.mark.parametrize("status", ["Created", "Disabled", "NonOperating", "", "Weird"])
def test_every_other_status_is_closed(status: str):
    assert points.is_closed(status, gone=False)


def test_a_size_without_data_is_there_and_a_missing_key_is_not():
    assert points.has_size({"A": "NO_DATA"}, "A")
    assert not points.has_size({"A": "NORMAL"}, "C")


class TestFull:
    CRAWL = datetime(2026, 6, 9, 6, tzinfo=UTC)

    def test_an_overloaded_locker_is_full_whatever_its_sizes_say(self):
        assert points.is_full("Overloaded", None, None)

    def test_nearly_full_once_is_not_full(self):
        since = (self.CRAWL + timedelta(hours=6)).isoformat()

        assert not points.is_full("Operating", since, self.CRAWL)

    def test_nearly_full_since_the_first_of_the_crawls_is_full(self):
        assert points.is_full("Operating", self.CRAWL.isoformat(), self.CRAWL)
        assert not points.is_full("Operating", None, self.CRAWL)

    def test_before_there_were_enough_crawls_nothing_is_full(self):
        assert not points.is_full("Operating", self.CRAWL.isoformat(), None)

    def test_a_size_keeps_its_first_instant_until_it_has_room_again(self):
        first = points.lows({"A": "VERY_LOW", "B": "LOW"}, {}, self.CRAWL)
        later = points.lows({"A": "VERY_LOW", "B": "VERY_LOW"}, first, self.CRAWL + timedelta(hours=6))

        assert first == {"A": self.CRAWL.isoformat()}
        assert later == {"A": self.CRAWL.isoformat(), "B": (self.CRAWL + timedelta(hours=6)).isoformat()}
        assert points.lows({"A": "NORMAL"}, later, self.CRAWL) == {}
