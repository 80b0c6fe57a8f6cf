"""Near means near on a round earth, among those that may receive; counts say what the list shows."""

import random
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from lockers import queries
from lockers.models import Point
from lockers.queries.nearest import RADII_M
from partners.models import Feed, SyncRun
from tests.lockers.builders import LONG_AGO, make_point

pytestmark = pytest.mark.django_db

LEEDS = (53.801, -1.548)


@pytest.fixture
def scattered() -> list[Point]:
    """Four hundred lockers, dense in one town and sparse elsewhere on the island."""
    chance = random.Random(4)  # noqa: S311 - a fixed seed, nothing secret
    points = []
    for number in range(400):
        spread = 0.05 if number < 250 else 4.0
        place = LEEDS[0] + chance.uniform(-spread, spread), LEEDS[1] + chance.uniform(-spread / 2, spread)
        sizes = {size: "NORMAL" for size in "ABC" if chance.random() < 0.6}
        columns = {"status": "Operating", "is_locker": True, "may_receive": number % 7 > 0, "fetched_at": LONG_AGO, "changed_at": LONG_AGO}
        points.append(Point(point_id=f"UK{number:08}", latitude=place[0], longitude=place[1], sizes=sizes, **columns))
    Point.objects.bulk_create(points)
    return points


def by_hand(points: list[Point], latitude: float, longitude: float, size: str) -> list[str]:
    """Measure every locker there is."""
    fit = [point for point in points if point.may_receive and (not size or size in point.sizes)]
    fit.sort(key=lambda p: (round(queries.metres_between(latitude, longitude, p.latitude, p.longitude)), p.point_id))
    return [point.point_id for point in fit[:5]]


@pytest.mark.parametrize("size", ["", "A", "C"])
def test_the_five_nearest_are_those_that_measuring_all_of_them_finds(scattered: list[Point], size: str):
    chance = random.Random(size)  # noqa: S311 - a fixed seed, nothing secret
    for _ in range(40):
        place = LEEDS[0] + chance.uniform(-3, 3), LEEDS[1] + chance.uniform(-2, 3)

        assert [near.point.point_id for near in queries.nearest(*place, size)] == by_hand(scattered, *place, size)


def test_it_takes_one_statement_where_lockers_are_dense_and_never_more_than_the_radii(scattered: list[Point]):
    with CaptureQueriesContext(connection) as dense:
        queries.nearest(*LEEDS)
    with CaptureQueriesContext(connection) as empty:
        found = queries.nearest(*LEEDS, "Z")

    assert (len(dense), len(empty), found) == (1, len(RADII_M), [])


def test_none_is_proposed_that_is_full_of_the_size_and_a_single_very_low_is_no_reason():
    since = LONG_AGO - timedelta(hours=1)
    feed = Feed.objects.create(name="inpost.points")
    for hours in range(3):
        ended = LONG_AGO + timedelta(hours=6 * hours)
        SyncRun.objects.create(feed=feed, started_at=ended, finished_at=ended, outcome=SyncRun.Outcome.OK)
    make_point("UK00000001", sizes={"A": "VERY_LOW", "B": "NORMAL"}, low_since={"A": since.isoformat()})
    make_point("UK00000002", sizes={"A": "VERY_LOW"}, low_since={"A": (LONG_AGO + timedelta(minutes=1)).isoformat()})
    make_point("UK00000003", sizes={"B": "NORMAL"})

    def near(size: str) -> list[str]:
        return sorted(each.point.point_id for each in queries.nearest(*LEEDS, size))

    assert (near("A"), near("B")) == (["UK00000002"], ["UK00000001", "UK00000003"])


def test_distance_is_in_metres_and_in_words():
    make_point("UK00000002", latitude=LEEDS[0] + 0.01, longitude=LEEDS[1])
    make_point("UK00000003", latitude=LEEDS[0] + 0.001, longitude=LEEDS[1])

    assert [(near.metres, near.distance) for near in queries.nearest(*LEEDS)] == [(111, "111 m"), (1112, "1.1 km")]


def test_the_point_itself_is_no_alternative():
    make_point("UK00000001")
    make_point("UK00000002")

    assert [near.point.point_id for near in queries.nearest(*LEEDS, but_not="UK00000001")] == ["UK00000002"]


@pytest.mark.parametrize("postcode", ["LS1 4AB", "ls1 9zz", "LS14AB", "  LS1  4AB "])
def test_a_postcode_is_the_middle_of_its_district(postcode: str):
    make_point("UK00000001", latitude=53.8, longitude=-1.5)
    make_point("UK00000002", latitude=53.6, longitude=-1.7)
    make_point("UK00000003", latitude=0, longitude=0, may_receive=False, status="Created")
    make_point("UK00000004", postcode="LS11 4AB", outward="LS11", latitude=50, longitude=-5)

    assert queries.middle_of(postcode) == pytest.approx((53.7, -1.6))


@pytest.mark.parametrize("postcode", ["", "LS1", "ZZ9 9ZZ", "not a postcode", "\x00"])
def test_an_unknown_postcode_has_no_place_and_no_lockers(postcode: str):
    make_point()

    assert queries.middle_of(postcode) is None
    assert queries.nearest_to_postcode(postcode) == []


def test_points_are_found_by_id_in_one_statement():
    make_point("UK00000001")
    with CaptureQueriesContext(connection) as statements:
        found = queries.of_ids(["UK00000001", "UK00000009"])

    assert (list(found), len(statements)) == (["UK00000001"], 1)


def test_counts_divide_the_lockers():
    make_point("UK00000001")
    make_point("UK00000002", status="Overloaded", may_receive=False)
    make_point("UK00000003", status="Created", may_receive=False)
    make_point("UK00000004", may_receive=False, gone_at=LONG_AGO)
    make_point("UK00000005", is_locker=False, may_receive=False)

    assert queries.counts() == queries.Counts(receiving=1, full=1, closed=1, gone=1)
