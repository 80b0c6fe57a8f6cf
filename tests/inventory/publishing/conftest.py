"""Stock that may be sold, and a shop that is told of it."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from inventory.actions import recount
from inventory.models import Garment
from partners.acs.stock_statuses import SEED
from partners.mappings import ensure, fold
from partners.models import CodeMapping, Feed, SyncRun
from tests.partners.partner import Clock
from tests.partners.shopify.fake_stock import FakeStock, connected

READY = "In warehouse – ready for customer"
BER = "Beyond Economic Repair"


@pytest.fixture
def clock(noon: datetime) -> Clock:
    return Clock(noon)


@pytest.fixture
def shop(db, settings, clock) -> Iterator[FakeStock]:
    """A connected shop; the stock file is of this morning, and the shop's orders will be read in a minute."""
    good_file(clock() - timedelta(hours=6))
    orders_read(clock() + timedelta(minutes=1))
    with connected(FakeStock(), settings) as shop:
        yield shop


def good_file(as_of: datetime) -> None:
    Feed.objects.update_or_create(name="acs.stock", defaults={"last_content_at": as_of, "last_good_at": as_of})


def orders_read(at: datetime) -> None:
    """The shop's orders were read to their end, beginning then."""
    feed, _ = Feed.objects.get_or_create(name="store.orders")
    SyncRun.objects.filter(feed=feed).delete()
    SyncRun.objects.create(feed=feed, outcome=SyncRun.Outcome.OK, started_at=at, finished_at=at + timedelta(seconds=30))


def stock(sku: str, count: int, *, at: datetime, status: str = READY, since: datetime | None = None) -> None:
    """So many garments of this SKU stand in this status since long ago, and are counted."""
    status_id = ensure("acs", CodeMapping.Kind.STOCK_STATUS, [status], seed=SEED)[fold(status)]
    there = Garment.objects.filter(sku=sku).count()
    since = since or at - timedelta(days=30)
    Garment.objects.bulk_create(
        Garment(
            rfid=f"{sku}/{there + number}",
            sku=sku,
            raw_status=status,
            status_id=status_id,
            since=since,
            first_seen_at=since,
            changed_at=since,
        )
        for number in range(count)
    )
    recount([sku], at=at)
