"""From which crawl on a size that stays nearly full is full."""

from datetime import datetime, timedelta

import pytest

from lockers import queries
from partners.models import Feed, SyncRun

pytestmark = pytest.mark.django_db


def crawl(ended: datetime, outcome: str = SyncRun.Outcome.OK, out_of_turn: bool = False) -> None:
    feed, _ = Feed.objects.get_or_create(name="inpost.points")
    SyncRun.objects.create(feed=feed, started_at=ended, finished_at=ended, outcome=outcome, out_of_turn=out_of_turn)


def test_it_is_the_third_latest_whole_crawl(noon: datetime):
    for hours in (0, 6, 12, 18):
        crawl(noon + timedelta(hours=hours))
    crawl(noon + timedelta(hours=24), SyncRun.Outcome.FAILED)
    crawl(noon + timedelta(hours=25), out_of_turn=True)

    assert queries.full_after() == noon + timedelta(hours=6)


def test_two_crawls_say_nothing_yet(noon: datetime, settings):
    crawl(noon)
    crawl(noon + timedelta(hours=6))
    assert queries.full_after() is None

    settings.LOCKER_FULL_AFTER_CRAWLS = 2
    assert queries.full_after() == noon
