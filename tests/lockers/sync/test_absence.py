"""What two whole crawls in a row do not name is gone; what one misses is only missed."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from lockers.models import Point, PointChange
from lockers.sync import apply_points, count_unreadable, mark_gone
from partners.inpost.feed import split_page
from partners.models import SyncRun
from partners.sync import sync_run
from tests.lockers.builders import feed_record, page_of

pytestmark = pytest.mark.django_db

TEN = [f"UK0000001{digit}" for digit in range(10)]


def crawl(names: Iterable[str], at: datetime, *, unreadable: str = "") -> SyncRun:
    """One whole crawl that names these points, in pages of four."""
    records = [feed_record(name, **({"status": 7} if name == unreadable else {})) for name in names]
    pages = [replace(page_of(*records[start : start + 4]), declared=len(records)) for start in range(0, len(records), 4)]
    return sync_run(
        "inpost.points",
        read=lambda _cursor: iter(pages),
        apply=apply_points,
        clock=lambda: at,
        full=True,
        check=count_unreadable,
        split=split_page,
        finish=mark_gone,
    )


@pytest.fixture
def crawled(noon: datetime) -> datetime:
    """Ten points are mirrored by a crawl at noon."""
    assert crawl(TEN, noon).created == 10
    return noon


def test_a_point_absent_once_stays(crawled: datetime):
    run = crawl(TEN[:9], crawled + timedelta(hours=6))

    point = Point.objects.get(point_id=TEN[9])
    assert (run.outcome, run.unchanged, run.gone) == ("ok", 9, 0)
    assert (point.missing_crawls, point.gone_at, point.may_receive) == (1, None, True)


def test_a_point_absent_twice_is_gone_with_its_history(crawled: datetime):
    crawl(TEN[:9], crawled + timedelta(hours=6))
    at = crawled + timedelta(hours=12)
    run = crawl(TEN[:9], at)

    point = Point.objects.get(point_id=TEN[9])
    assert run.gone == 1
    assert (point.gone_at, point.may_receive, point.status) == (at, False, "Operating")
    assert list(PointChange.objects.values_list("point__point_id", "was", "became", "seen_at")) == [(TEN[9], "Operating", "Gone", at)]


def test_gone_is_counted_and_written_once(crawled: datetime):
    runs = [crawl(TEN[:9], crawled + timedelta(hours=hours)) for hours in (6, 12, 18)]

    assert [run.gone for run in runs] == [0, 1, 0]
    assert PointChange.objects.count() == 1


def test_absences_must_follow_each_other(crawled: datetime):
    crawl(TEN[:9], crawled + timedelta(hours=6))
    crawl(TEN, crawled + timedelta(hours=12))
    crawl(TEN[:9], crawled + timedelta(hours=18))

    assert Point.objects.get(point_id=TEN[9]).missing_crawls == 1
    assert not Point.objects.filter(gone_at__isnull=False).exists()


def test_a_gone_point_that_is_named_again_is_back(crawled: datetime):
    for hours in (6, 12):
        crawl(TEN[:9], crawled + timedelta(hours=hours))
    run = crawl(TEN, crawled + timedelta(hours=18))

    assert (run.changed, run.unchanged) == (1, 9)
    assert Point.objects.get(point_id=TEN[9]).gone_at is None


def test_half_a_feed_is_held_and_nobody_is_missed(crawled: datetime):
    run = crawl(TEN[:5], crawled + timedelta(hours=6))

    assert run.outcome == "held"
    assert not Point.objects.exclude(missing_crawls=0).exists()


def test_a_point_whose_record_cannot_be_read_is_not_absent(noon: datetime):
    many = [f"UK{number:08}" for number in range(200)]
    crawl(many, noon)
    run = crawl(many, noon + timedelta(hours=6), unreadable=many[7])

    assert (run.outcome, run.rejected, run.unchanged) == ("ok", 1, 199)
    assert not Point.objects.exclude(missing_crawls=0).exists()
