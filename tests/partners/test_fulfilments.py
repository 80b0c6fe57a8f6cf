"""An order shown as sent, on Shopify and in the folder: read first, done once, corrected only where the number was ours."""

import csv
from typing import Any

import pytest

from partners.errors import Conflict, Rejected
from partners.folder.client import FolderStore
from tests.partners.fake_web import FakeWeb
from tests.partners.shopify.fake_shopify import FakeShopify, data, done, fulfilment, order, page, store_of

GID = "gid://shopify/Order/1"
OPEN = ("CREATE_FULFILLMENT", "HOLD")


class Shop(FakeShopify):
    """Keeps fulfilments, and whom it told."""

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
