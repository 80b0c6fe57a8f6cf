"""One page of the feed becomes the mirror, and a page that says the same again writes nothing."""

import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from lockers.models import Point, PointChange
from lockers.sync import apply_points, count_unreadable
from partners.inpost.feed import split_page
from partners.pages import Page
from tests.lockers.builders import feed_record, make_point, page_of

pytestmark = pytest.mark.django_db


def test_the_real_page_is_mirrored_and_the_same_bytes_again_cost_one_read(shared: Path, noon: datetime):
    body = (shared / "data/inpost/gb_points_page1_500_2026-05-12.json").read_bytes()
    page = Page(records=split_page(body), cursor=None, source="page 1", body=body)

    first = apply_points(page, noon)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        again = apply_points(page, noon + timedelta(hours=6))

    assert (first.created, first.changed, first.unchanged, first.rejected) == (500, 0, 0, [])
    assert (again.created, again.changed, again.unchanged, again.rejected) == (0, 0, 500, [])
    assert len(queries) == 1
    assert count_unreadable(page) == 0


def test_as_many_of_the_real_points_may_receive_as_the_file_says(shared: Path, noon: datetime):
    body = (shared / "data/inpost/gb_points_page1_500_2026-05-12.json").read_bytes()
    apply_points(Page(records=split_page(body), cursor=None, source="page 1", body=body), noon)

    receiving = {
        item["name"]
        for item in json.loads(body)["items"]
        if "parcel_locker" in item["type"]
        and item["status"] == "Operating"
        and "parcel_collect" in item["functions"]
        and item["in_mobile_collect_excluded"] is not True
        and (item["location"]["latitude"], item["location"]["longitude"]) != (0, 0)
    }
    assert len(receiving) == 440
    assert set(Point.objects.filter(may_receive=True).values_list("point_id", flat=True)) == receiving


def test_every_column_says_what_the_record_says(noon: datetime):
    hours = {"monday": [{"start": 540, "end": 1140}], "sunday": []}
    apply_points(page_of(feed_record(operating_hours_extended={"customer": hours}, location_247=False)), noon)

    point = Point.objects.get()
    assert (point.point_id, point.status, point.is_locker, point.may_receive) == ("UK00000001", "Operating", True, True)
    assert (point.name, point.street, point.city, point.province) == ("Corner Shop", "1 High Street", "Leeds", "Yorkshire and The Humber")
    assert (point.postcode, point.outward, point.description) == ("LS1 4AB", "LS1", "Beside the entrance")
    assert (point.latitude, point.longitude, point.open_24_7, point.opening_hours) == (53.801, -1.548, False, "24/7")
    assert point.hours == hours
    assert point.functions == ["parcel", "parcel_collect", "parcel_send"]
    assert (point.availability, point.sizes) == ("NORMAL", {"A": "NORMAL", "B": "LOW", "C": "VERY_LOW"})
    assert (point.physical_type, point.image_url) == ("newfm", "https://static.example.test/UK00000001.jpg")
    assert (point.fetched_at, point.changed_at, point.missing_crawls, point.gone_at) == (noon, noon, 0, None)


def test_only_the_changed_row_is_written_and_its_status_is_remembered(noon: datetime):
    apply_points(page_of(feed_record("UK00000001"), feed_record("UK00000002")), noon)
    later = noon + timedelta(hours=6)

    applied = apply_points(page_of(feed_record("UK00000001"), feed_record("UK00000002", status="NonOperating")), later)

    assert (applied.created, applied.changed, applied.unchanged) == (0, 1, 1)
    assert list(Point.objects.order_by("point_id").values_list("status", "may_receive", "changed_at")) == [
        ("Operating", True, noon),
        ("NonOperating", False, later),
    ]
    assert list(PointChange.objects.values_list("point__point_id", "was", "became", "seen_at")) == [
        ("UK00000002", "Operating", "NonOperating", later)
    ]


def test_a_change_of_something_else_writes_no_status_history(noon: datetime):
    apply_points(page_of(feed_record()), noon)

    applied = apply_points(page_of(feed_record(location_description="Round the corner")), noon)

    assert applied.changed == 1
    assert not PointChange.objects.exists()


@pytest.mark.parametrize("other", [{"agency": "9"}, {"a_new_field": [1, {"x": None}]}, {"href": ""}], ids=["known", "new", "blank"])
def test_a_change_of_what_we_do_not_mirror_is_no_change(other: dict[str, object], noon: datetime):
    apply_points(page_of(feed_record()), noon)

    applied = apply_points(page_of(feed_record() | other), noon + timedelta(hours=6))

    assert (applied.changed, applied.unchanged) == (0, 1)
    assert Point.objects.get().changed_at == noon


def test_the_order_of_points_and_of_fields_is_no_change(noon: datetime):
    records = [feed_record(f"UK0000000{number}") for number in range(1, 6)]
    apply_points(page_of(*records), noon)

    shuffled = [dict(reversed(record.items())) for record in (records[3], records[0], records[4], records[2], records[1])]
    applied = apply_points(page_of(*shuffled), noon)

    assert (applied.created, applied.changed, applied.unchanged) == (0, 0, 5)


@pytest.mark.parametrize(
    ("record", "path", "reason"),
    [
        (feed_record(status=7), "$.status", "Expected `str`"),
        (feed_record(status=None), "$.status", "Expected `str`"),
        (feed_record(country="PL"), "$.country", "Invalid enum value 'PL'"),
        (feed_record(location={"latitude": 91, "longitude": 0}), "$.location.latitude", "<= 90"),
        (feed_record(location={"latitude": "51.5", "longitude": 0}), "$.location.latitude", "Expected `float`"),
        (feed_record(location=None), "$.location", "Expected `object`"),
        (feed_record(type="parcel_locker"), "$.type", "Expected `array`"),
        (feed_record(location_247="yes"), "$.location_247", "Expected `bool | null`"),
        (feed_record(locker_availability={"details": {"A": 3}}), "$.locker_availability.details[...]", "Expected `str | null`"),
        (feed_record("UK 0000 0001"), "$.name", "cannot be the id"),
        (feed_record("UK0000\u202e0001"), "$.name", "cannot be the id"),
        (feed_record("U" * 41), "$.name", "length <= 40"),
        ({"status": "Operating"}, "$", "missing required field `name`"),
        (b'{"name": "UK00000001", "status": }', "$", "invalid character"),
        (b"[" * 5000 + b"]" * 5000, "$", ""),
        (b'{"name": "UK\xff"}', "$", ""),
    ],
)  # fmt: skip
def test_a_record_that_cannot_be_read_is_rejected_with_path_and_reason(record, path: str, reason: str, noon: datetime):
    page = page_of(feed_record("UK00000000"), record, feed_record("UK00000009"))

    applied = apply_points(page, noon)

    assert (applied.created, len(applied.rejected)) == (2, 1)
    assert applied.rejected[0].path == path
    assert reason in applied.rejected[0].reason
    assert count_unreadable(page) == 1


def test_a_rejection_names_the_point_where_it_can(noon: datetime):
    assert apply_points(page_of(feed_record("UK00000005", status=7)), noon).rejected[0].key == "UK00000005"


@pytest.mark.parametrize("again", [{}, {"status": "Disabled"}], ids=["same", "other"])
def test_a_point_named_twice_on_one_page_counts_once_and_the_second_is_rejected(again: dict[str, str], noon: datetime):
    page = page_of(feed_record(), feed_record(**again))

    first, second = apply_points(page, noon), apply_points(page, noon)

    assert (first.created, first.unchanged, len(first.rejected)) == (1, 0, 1)
    assert (second.changed, second.unchanged, len(second.rejected)) == (0, 1, 1)
    assert Point.objects.get().status == "Operating"


def test_a_point_that_was_gone_comes_back(noon: datetime):
    apply_points(page_of(feed_record()), noon)
    Point.objects.update(gone_at=noon, missing_crawls=2, may_receive=False)

    applied = apply_points(page_of(feed_record()), noon + timedelta(days=1))

    point = Point.objects.get()
    assert applied.changed == 1
    assert (point.gone_at, point.missing_crawls, point.may_receive) == (None, 0, True)
    assert list(PointChange.objects.values_list("was", "became")) == [("Gone", "Operating")]


def test_a_point_missed_once_and_there_again_is_unchanged_and_no_longer_missed(noon: datetime):
    apply_points(page_of(feed_record()), noon)
    Point.objects.update(missing_crawls=1)

    assert apply_points(page_of(feed_record()), noon).unchanged == 1
    assert Point.objects.get().missing_crawls == 0


def test_a_point_kept_without_hashes_is_rewritten(noon: datetime):
    make_point(status="Created")

    assert apply_points(page_of(feed_record()), noon).changed == 1
    assert Point.objects.get().status == "Operating"


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ({"details": {"A": "NORMAL"}}, {"A": "NORMAL"}),
        ({"details": {"A": None}}, {"A": "NO_DATA"}),
        ({"details": {}}, {}),
        ({"details": None}, {"A": "NO_DATA", "B": "NO_DATA", "C": "NO_DATA"}),
        (None, {"A": "NO_DATA", "B": "NO_DATA", "C": "NO_DATA"}),
    ],
)
def test_no_word_about_sizes_is_no_data_and_a_missing_size_is_missing(said, kept: dict[str, str], noon: datetime):
    apply_points(page_of(feed_record(locker_availability=said)), noon)

    assert Point.objects.get().sizes == kept


def test_a_shop_without_sizes_has_none(noon: datetime):
    apply_points(page_of(feed_record(type=["pok", "pop"], locker_availability=None)), noon)

    assert (Point.objects.get().is_locker, Point.objects.get().sizes) == (False, {})


def test_text_that_databases_disagree_on_is_stored_clean(noon: datetime):
    address = {
        "city": "L\u0000eeds ",
        "street": "e\u0301 " + "x" * 300,
        "building_number": "24//7 InPost Locker - Caf\u0065\u0301 👩‍👩‍👧",
        "post_code": "ls14ab",
    }
    apply_points(page_of(feed_record(address_details=address, location_description="a\\b\tc\nd", image_url="javascript:alert(1)")), noon)

    point = Point.objects.get()
    assert (point.city, point.name, point.street[:3], len(point.street)) == ("Leeds", "Café 👩‍👩‍👧", "é x", 200)
    assert (point.postcode, point.outward, point.description, point.image_url) == ("LS14AB", "LS1", "a\\b c d", "")


@pytest.mark.parametrize("hours", [{"monday": [{"start": 9}]}, {"monday": "9-5"}, "always", 7, {"monday": [{"start": -1, "end": 5000}]}])
def test_opening_hours_of_another_shape_are_dropped_not_refused(hours: object, noon: datetime):
    applied = apply_points(page_of(feed_record(operating_hours_extended={"customer": hours})), noon)

    assert applied.created == 1
    assert Point.objects.get().hours is None


def test_an_unknown_status_is_kept_as_it_is_and_receives_nothing(noon: datetime):
    apply_points(page_of(feed_record(status="Hibernating")), noon)

    assert (Point.objects.get().status, Point.objects.get().may_receive) == ("Hibernating", False)


def test_an_empty_page_is_fine(noon: datetime):
    assert apply_points(page_of(), noon).seen == 0


def test_since_when_a_size_is_nearly_full_is_kept_as_other_facts_change(noon: datetime):
    low = {"status": "LOW", "details": {"A": "VERY_LOW", "B": "NORMAL"}}
    apply_points(page_of(feed_record(locker_availability=low)), noon)
    apply_points(page_of(feed_record(locker_availability=low, location_description="Moved")), noon + timedelta(hours=6))

    assert Point.objects.get().low_since == {"A": noon.isoformat()}

    apply_points(page_of(feed_record(locker_availability={"status": "NORMAL", "details": {"A": "LOW"}})), noon + timedelta(hours=12))
    assert Point.objects.get().low_since == {}
