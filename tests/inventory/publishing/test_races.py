"""A worker killed anywhere in telling the shop, and two of them at once: each number has exactly one effect."""

import signal

import httpx
import pytest

from inventory.actions import publishing
from inventory.models import ShopLevel, StockPublish
from inventory.tasks import publish_stock
from partners import connect
from partners.models import Intent
from tests.inventory.publishing.conftest import stock
from tests.partners.fake_web import FakeWeb
from tests.partners.shopify.fake_stock import FakeStock

SEED = """
from datetime import timedelta
from django.conf import settings
from inventory.models import Level, ShopLevel
from inventory.tasks import publish_stock
from partners.models import Feed, Intent
from tests.inventory.publishing.conftest import orders_read
settings.STORE, settings.STORE_FOLDER, settings.MODES = "folder", {folder!r}, {{**settings.MODES, "store": "live"}}
noon = datetime.fromisoformat({noon!r})
"""
PUT_AND_DIE = (
    SEED
    + """
Feed.objects.create(name="acs.stock", last_content_at=noon - timedelta(hours=6))
orders_read(noon + timedelta(minutes=1))
Level.objects.create(sku="A", on_hand=5, ripe=5, counted_at=noon)
publish_stock(lambda: noon)
"""
)
GO_ON = (
    SEED
    + """
for minutes in (3, 5, 7): publish_stock(lambda: noon + timedelta(minutes=minutes))
assert Intent.objects.get().state == "done"
assert ShopLevel.objects.values_list("shown", "published", "batch").get() == (5, 5, None)
"""
)


@pytest.mark.parametrize("place", ["outbox.claimed", "outbox.sent", "outbox.before_commit", "outbox.settled"])
def test_a_worker_killed_at_any_step_loses_nothing_and_tells_once(place, processes, tmp_path, noon):
    folder = tmp_path / "shop"
    (folder / "orders").mkdir(parents=True)
    facts = {"folder": str(folder), "noon": noon.isoformat()}

    assert processes(PUT_AND_DIE.format(**facts), LOCKSTEP_FAILPOINT=place) == -signal.SIGKILL
    orders_read_later = GO_ON.format(**facts).replace("for minutes", "orders_read(noon + timedelta(hours=1))\nfor minutes")
    if place == "outbox.claimed":  # it was never sent, so it is looked up, found absent, and told anew in another batch
        orders_read_later = orders_read_later.replace('get().state == "done"', 'filter(state="done").count() == 2')
    assert processes(orders_read_later) == 0

    assert (folder / "out" / "stock.csv").read_text().count("A,5,0,") == 1


@pytest.mark.postgres
@pytest.mark.timeout(120)
@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    def test_two_workers_tell_each_number_once(self, shop, clock, race):
        for number in range(6):
            stock(f"A{number}", number + 1, at=clock())
            shop.sells(f"A{number}", 0)
        publishing.look_at_unknown(clock=clock)

        from_threads = transports(shop)
        assert race(lambda _: from_threads(lambda: publish_stock(clock)), range(4)) == ["ok"] * 4

        assert sorted(shop.effects) == [(f"A{number}", number + 1) for number in range(6)]
        assert StockPublish.objects.filter(state="waiting").count() == Intent.objects.exclude(state="done").count() == 0
        assert ShopLevel.objects.filter(batch__isnull=False).count() == 0

    def test_two_who_queue_write_one_batch(self, shop, clock, race):
        stock("A", 5, at=clock())
        shop.sells("A", 0)
        publishing.look_at_unknown(clock=clock)

        from_threads = transports(shop)
        race(lambda _: from_threads(lambda: publishing.queue_publishes(at=clock())), range(4))

        assert StockPublish.objects.count() == Intent.objects.count() == 1


def transports(shop: FakeStock):
    """A thread starts without the transports of the test: hand them over."""

    def within(act):
        with connect.use({"store": httpx.WSGITransport(FakeWeb(shop.reply))}):
            return act()

    return within
