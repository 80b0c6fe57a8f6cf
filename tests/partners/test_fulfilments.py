"""An order shown as sent, on Shopify and in the folder: read first, done once, corrected only where the number was ours."""

import csv
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from partners.errors import Conflict, Rejected
from partners.folder.client import FolderStore
from partners.ports import Store
from partners.shop import Milestone
from tests.partners.fake_web import FakeWeb
from tests.partners.shopify.fake_shopify import FakeShopify, data, done, fulfilment, order, page, refusal, store_of
from tests.partners.shopify.test_shopify_documents import recorded

GID = "gid://shopify/Order/1"
OPEN = ("CREATE_FULFILLMENT", "HOLD")


class Shop(FakeShopify):
    """Keeps fulfilments with their events, and whom it told. `no_scope`: the app may not write events."""

    no_scope = False

    def on_sent(self, id: str) -> dict[str, Any]:
        one = self.orders.get(id)
        return data(order=one and {"id": id, "fulfillments": one.get("fulfillments", []), "fulfillmentOrders": one["fulfillmentOrders"]})

    def on_fulfil(self, fulfilment: dict[str, Any]) -> dict[str, Any]:
        one = self.orders[GID]
        one.setdefault("fulfillments", []).append({"id": "F1", "status": "SUCCESS", "trackingInfo": [fulfilment["trackingInfo"]]})
        for part in one["fulfillmentOrders"]["nodes"]:
            part["status"] = "CLOSED"
        return done(fulfillment={"id": "F1", "status": "SUCCESS"})

    def on_tracking(self, id: str, tracking: dict[str, Any], notify: bool) -> dict[str, Any]:
        self.orders[GID]["fulfillments"][0]["trackingInfo"] = [tracking]
        return done(fulfillment={"id": id, "status": "SUCCESS"})

    def on_milestones(self, id: str, after: str | None) -> dict[str, Any]:
        shown = [one for order in self.orders.values() for one in order.get("fulfillments", []) if one["id"] == id]
        return data(fulfillment=shown[0] | {"events": page(*shown[0].get("events", []))} if shown else None)

    def on_milestone(self, event: dict[str, Any]) -> dict[str, Any]:
        if self.no_scope:
            return refusal("ACCESS_DENIED", "Access denied.", requiredAccess="`write_fulfillments` access scope.")
        one = next(one for order in self.orders.values() for one in order["fulfillments"] if one["id"] == event["fulfillmentId"])
        one.setdefault("events", []).append({"id": "E", "status": event["status"], "happenedAt": event["happenedAt"]})
        return done(fulfillmentEvent={"id": "E"})


def shop_with(*parts: dict[str, Any]) -> tuple[Shop, FakeWeb]:
    shop = Shop()
    shop.add(order(1, fulfillmentOrders=page(*parts)))
    return shop, FakeWeb(shop.reply)


def ship(web: FakeWeb, tracking: str = "T1", instead_of: str = "") -> tuple[str, bool]:
    return store_of(web).ship("LS-1", store_id=GID, tracking=tracking, url=f"https://x.test/{tracking}", instead_of=instead_of)


def test_an_open_order_is_shown_as_sent_once_and_the_customer_is_told():
    shop, web = shop_with(fulfilment(1, actions=OPEN), fulfilment(2, "CLOSED", actions=()))

    assert [ship(web), ship(web)] == [("F1", True), ("F1", False)]

    sent = [said["fulfilment"] for name, said in shop.asked if name == "Fulfil"]
    assert sent == [
        {
            "lineItemsByFulfillmentOrder": [{"fulfillmentOrderId": "gid://shopify/FulfillmentOrder/1"}],
            "trackingInfo": {"number": "T1", "url": "https://x.test/T1", "company": "InPost"},
            "notifyCustomer": True,
        }
    ]


def test_a_number_of_ours_is_corrected_and_anybody_elses_is_left_alone():
    shop, web = shop_with(fulfilment(1, actions=OPEN))
    ship(web)

    assert ship(web, "T2", instead_of="T1") == ("F1", True)
    assert ship(web, "T2", instead_of="T1") == ("F1", False)
    with pytest.raises(Conflict):
        ship(web, "T3", instead_of="T9")
    assert shop.names().count("Tracking") == 1


def test_an_order_on_hold_in_the_shop_is_not_shown_as_sent():
    shop, web = shop_with(fulfilment(1, "ON_HOLD", actions=("RELEASE_HOLD",)))

    with pytest.raises(Rejected, match="End the hold"):
        ship(web)
    assert "Fulfil" not in shop.names()


def test_an_order_the_shop_does_not_know_is_refused():
    with pytest.raises(Rejected):
        ship(FakeWeb(Shop().reply))


def test_the_folder_has_one_row_per_order(tmp_path):
    shop = FolderStore(tmp_path)
    told = [
        shop.ship("LS-1", store_id="1", tracking="T1", url="https://x.test/T1"),
        shop.ship("LS-1", store_id="1", tracking="T1", url="https://x.test/T1"),
        shop.ship("LS-1", store_id="1", tracking="T2", url="https://x.test/T2", instead_of="T1"),
        shop.ship("LS-2", store_id="2", tracking="T3", url="https://x.test/T3"),
    ]
    with pytest.raises(Conflict):
        shop.ship("LS-2", store_id="2", tracking="T4", url="https://x.test/T4")

    rows = list(csv.DictReader((tmp_path / "out" / "fulfilments.csv").read_text().splitlines()))
    assert [news for _, news in told] == [True, False, True, True]
    assert [(row["order"], row["kind"], row["tracking_number"], row["notify"]) for row in rows] == [
        ("LS-1", "corrected", "T2", "yes"),
        ("LS-2", "sent", "T3", "yes"),
    ]


AT = datetime(2026, 11, 23, 12, 30, tzinfo=UTC)


@pytest.fixture(params=["shopify", "folder"])
def store(request, tmp_path: Path) -> Store:
    """A shop that shows order LS-1 as sent with number T1, whichever stands behind it."""
    shop: Store = store_of(shop_with(fulfilment(1, actions=OPEN))[1]) if request.param == "shopify" else FolderStore(tmp_path)
    shop.ship("LS-1", store_id=GID, tracking="T1", url="https://x.test/T1")
    return shop


def reach(shop: Store, milestone: Milestone, tracking: str = "T1", number: str = "LS-1") -> bool:
    return shop.milestone(number, store_id=GID, tracking=tracking, milestone=milestone, happened_at=AT)[1]


class TestMilestones:
    """What every shop promises, and then each one's own words."""

    def test_a_step_is_shown_once(self, store):
        assert [reach(store, Milestone.READY) for _ in range(3)] == [True, False, False]

    def test_nothing_is_told_backwards(self, store):
        steps = (Milestone.READY, Milestone.TRANSIT, Milestone.OUT, Milestone.DELIVERED, Milestone.FAILED)

        assert [reach(store, step) for step in steps] == [True, False, False, True, False]

    def test_of_a_number_that_it_does_not_show_nothing_is_said(self, store):
        with pytest.raises(Rejected):
            reach(store, Milestone.READY, tracking="T2")

    def test_after_a_correction_it_is_the_new_number_that_moves(self, store):
        store.ship("LS-1", store_id=GID, tracking="T2", url="https://x.test/T2", instead_of="T1")

        assert reach(store, Milestone.READY, tracking="T2")
        with pytest.raises(Rejected):
            reach(store, Milestone.DELIVERED, tracking="T1")

    def test_shopify_is_told_in_its_own_words_at_inposts_time(self):
        shop, web = shop_with(fulfilment(1, actions=OPEN))
        ship(web)
        reach(store_of(web), Milestone.READY)

        assert [said["event"] for name, said in shop.asked if name == "Milestone"] == [
            {"fulfillmentId": "F1", "status": "READY_FOR_PICKUP", "happenedAt": "2026-11-23T12:30:00Z"}
        ]

    def test_what_others_have_shown_counts_too(self):
        shop, web = shop_with(fulfilment(1, actions=OPEN))
        ship(web)
        shop.orders[GID]["fulfillments"][0]["events"] = [{"id": "E", "status": "DELIVERED", "happenedAt": "2026-11-23T12:00:00Z"}]

        assert not reach(store_of(web), Milestone.READY)
        assert "Milestone" not in shop.names()

    def test_without_its_scope_this_alone_is_refused_and_the_line_works_on(self):
        shop, web = shop_with(fulfilment(1, actions=OPEN))
        shop.no_scope = True
        ship(web)

        with pytest.raises(Rejected, match="write_fulfillments"):
            reach(store_of(web), Milestone.READY)
        assert "write_fulfillments" in store_of(web).check()

    def test_the_folder_has_a_row_per_order_and_step(self, tmp_path):
        shop = FolderStore(tmp_path)
        shop.ship("=LS-1", store_id="1", tracking="T1", url="https://x.test/T1")
        reach(shop, Milestone.TRANSIT, number="=LS-1")
        reach(shop, Milestone.DELIVERED, number="=LS-1")

        rows = list(csv.DictReader((tmp_path / "out" / "milestones.csv").read_text().splitlines()))
        assert [(row["order"], row["milestone"], row["tracking_number"], row["happened_at"]) for row in rows] == [
            ("'=LS-1", "transit", "T1", "2026-11-23T12:30:00+00:00"),
            ("'=LS-1", "delivered", "T1", "2026-11-23T12:30:00+00:00"),
        ]


def test_the_events_of_a_real_shop_are_read_and_what_they_say_is_not_said_again(shared):
    """As a shop answered in April 2026: one event, IN_TRANSIT."""
    there = recorded(shared, "fulfillment_tracking_events_2026-04")["detailRead"]["response"]["data"]["order"]["fulfillments"][0]
    shop, web = shop_with(fulfilment(1, "CLOSED", actions=()))
    number = there["trackingInfo"][0]["number"]
    shop.orders[GID]["fulfillments"] = [there | {"events": there["events"]["nodes"]}]

    assert reach(store_of(web), Milestone.TRANSIT, tracking=number) is False
    assert "Milestone" not in shop.names()
