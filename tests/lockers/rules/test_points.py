"""What a point's facts mean."""

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
