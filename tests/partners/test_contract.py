"""Two readings of the same papers meet: our clients, and the sandbox, which shares no code with them."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import httpx
import pytest

from partners import connect
from partners.acs.records import OutboundLine, differences
from partners.connections import CLIENTS, check_all
from partners.errors import Denied, PartnerError, Rejected, Throttled, UnknownOutcome, Unreachable, Unreadable
from partners.folder.records import decode_order
from partners.models import Circuit
from partners.sandbox.server import Sandbox, settings_for
from partners.sandbox.shop import open_shop
from partners.sandbox.world import World
from tests.partners.acs.fake_acs import ORDER

pytestmark = pytest.mark.django_db
HIRE = OutboundLine(line_id="2", sku="TUX-1", is_hire=True, price_pence=12345, quantity=2, measurements=("44", "32"))


@pytest.fixture
def world(settings, tmp_path: Path) -> Iterator[World]:
    made = World(seed=7, orders=40)
    made.acs_skus |= {"DRS-0012-10", "TUX-1"}
    open_shop(made, tmp_path)
    for name, value in settings_for("http://sandbox.test", tmp_path).items():
        setattr(settings, name, value)
    settings.SANDBOX = True
    settings.ACS_SUBSCRIPTION_KEY = ""
    with connect.use(dict.fromkeys(("acs", "inpost", "points", "ledger", "returns"), httpx.WSGITransport(app=Sandbox(made)))):
        yield made


ORDERS = {
    "locker": ORDER,
    "home": replace(ORDER, locker_id="", parcel_size="", agent="RM", service="48", address2="Flat 2", county="Yorkshire"),
    "hire": replace(
        ORDER, lines=(*ORDER.lines, HIRE), deliver_on=date(2026, 11, 25), event_on=date(2026, 11, 28), return_on=date(2026, 12, 1)
    ),
    "cancelled": replace(ORDER, cancelled=True),
    "far from plain": replace(ORDER, first_name="Zoë 👩", last_name="O'Neil-Śmith", address1='=1 "High" <Street>', email="a+b@example.com"),
}


class TestAcs:
    @pytest.mark.parametrize("order", ORDERS.values(), ids=ORDERS)
    def test_an_order_reads_back_as_it_was_sent(self, world, order):
        assert connect.acs().get_order(order.number) is None
        connect.acs().put_order(order)

        there = connect.acs().get_order(order.number)
        assert differences(order, there) == ()
        assert there.status_raw
        assert there.status_at is not None

    def test_an_order_is_amended_under_its_number(self, world):
        connect.acs().put_order(ORDER)
        changed = replace(ORDER, locker_id="UK00009999", mobile="+447700900999")
        connect.acs().put_order(changed)

        assert differences(changed, connect.acs().get_order(ORDER.number)) == ()

    def test_an_unknown_sku_is_refused_with_its_name(self, world):
        with pytest.raises(Rejected, match="NOPE-1"):
            connect.acs().put_order(replace(ORDER, lines=(replace(HIRE, sku="NOPE-1"),)))
        assert connect.acs().get_order(ORDER.number) is None

    def test_a_wrong_password_is_a_matter_of_credentials(self, world, settings):
        settings.ACS_PASSWORD = "wrong"
        with pytest.raises(Denied):
            connect.acs().get_order("LS-1")

    FAULTS = (
        ("429", Throttled, Throttled),
        ("500", Unreachable, UnknownOutcome),
        ("503", (Unreachable, Throttled), (UnknownOutcome, Throttled)),
        ("down", (Unreachable, Throttled), (UnknownOutcome, Throttled)),
        ("html_502", Unreachable, UnknownOutcome),
    )

    @pytest.mark.parametrize(("kind", "on_read", "on_write"), FAULTS, ids=[kind for kind, *_ in FAULTS])
    def test_each_fault_is_the_error_it_should_be(self, world, kind, on_read, on_write):
        world.faults.arm({"partner": "acs", "kind": kind, "times": 0})
        with pytest.raises(on_read):
            connect.acs().get_order("LS-1")
        Circuit.objects.all().delete()
        with pytest.raises(on_write):
            connect.acs().put_order(ORDER)

    def test_a_200_that_says_something_else_is_settled_by_reading_back(self, world):
        world.faults.arm({"partner": "acs", "kind": "plain_text_200", "times": 1})
        assert connect.acs().put_order(ORDER).status == 200

        there = connect.acs().get_order(ORDER.number)
        assert there is None or differences(ORDER, there) == ()


class TestInPost:
    def test_every_point_of_the_feed_is_found_by_its_id(self, world):
        pages = list(connect.points_feed().pages())

        assert sum(len(page.records) for page in pages) == pages[0].declared == len(world.points)
        assert connect.inpost().point("UK99999999") is None
        some = next(iter(world.points))
        assert connect.inpost().point(some) is not None

    def test_a_wrong_secret_is_a_matter_of_credentials(self, world, settings):
        settings.INPOST_CLIENT_SECRET = "wrong"
        with pytest.raises(Denied):
            connect.inpost().point("UK1")

    @pytest.mark.parametrize("kind", ["429", "500", "html_502", "truncated", "empty_200"])
    def test_a_feed_in_trouble_is_an_error_of_the_partner(self, world, kind):
        world.faults.arm({"partner": "points", "kind": kind, "times": 0})
        with pytest.raises(PartnerError) as error:
            list(connect.points_feed().pages())
        assert isinstance(error.value, Throttled | Unreachable | Unreadable)


def test_every_order_file_of_the_shop_is_readable(world):
    records = [record for page in connect.store().orders("") for record in page.records]

    assert {decode_order(record).number for record in records} >= {order.number for order in world.orders}


def test_every_connection_passes_its_test(world, noon):
    told = {checked.partner: (checked.ok, checked.said) for checked in check_all(noon)}

    assert {partner: said for partner, (ok, said) in told.items() if not ok} == {}
    assert set(told) == set(CLIENTS)
