"""Reading the shop's orders: by pages, from the cursor less the overlap, whole, and never the same page for ever."""

import json
from datetime import UTC, datetime

import pytest

from orders.sync import cursor_at
from partners.errors import RecordError, Rejected, Unreadable
from tests.partners.fake_web import FakeWeb, KeptGate, always, one_by_one
from tests.partners.shopify.fake_shopify import FakeShopify, answer, data, line, order, page, refusal, store_of


def shop_with(*orders, **facts) -> tuple[FakeShopify, FakeWeb]:
    shop = FakeShopify(**facts).add(*orders)
    return shop, FakeWeb(shop.reply)


def at(minute: int, second: int = 0) -> str:
    return f"2026-11-23T09:{minute:02}:{second:02}Z"


class TestPaging:
    def test_every_order_comes_once_oldest_change_first_with_its_cursor(self):
        _, web = shop_with(*(order(n, updatedAt=at(59 - n)) for n in range(1, 6)), page_size=2)
        pages = list(store_of(web).orders(""))

        numbers = [[json.loads(record)["name"] for record in page.records] for page in pages]
        assert numbers == [["#LS-5", "#LS-4"], ["#LS-3", "#LS-2"], ["#LS-1"]]
        assert [page.cursor for page in pages] == [
            f"2026-11-23T09:{m}:00+00:00|gid://shopify/Order/{n}" for m, n in ((55, 4), (57, 2), (58, 1))
        ]

    def test_it_reads_from_five_minutes_before_the_cursor_and_the_cursor_never_moves_back(self):
        shop, web = shop_with(order(1, updatedAt=at(10)), order(2, updatedAt=at(16)), order(3, updatedAt=at(30)))
        pages = list(store_of(web).orders(f"{at(20)}|gid://shopify/Order/9"))

        assert shop.asked[0][1]["since"] == f"updated_at:>='{at(15)}'"
        assert [json.loads(record)["name"] for page in pages for record in page.records] == ["#LS-2", "#LS-3"]
        again = list(store_of(web).orders(pages[-1].cursor))
        assert [page.cursor for page in again] == [None]

    def test_the_cursor_made_for_an_instant_is_understood(self):
        shop, web = shop_with()
        assert list(store_of(web).orders(cursor_at(datetime(2026, 11, 23, 9, 20, tzinfo=UTC)))) == []
        assert shop.asked[0][1]["since"] == f"updated_at:>='{at(15)}'"

    def test_an_order_dated_in_the_future_or_without_a_date_is_read_and_moves_nothing(self):
        _, web = shop_with(order(1, updatedAt="2026-11-24T00:00:00Z"), order(2, updatedAt="soon"))
        assert [(len(page.records), page.cursor) for page in store_of(web).orders("")] == [(2, None)]

    def test_a_query_that_costs_too_much_is_asked_for_fewer_orders_and_stays_so(self):
        shop, web = shop_with(*(order(n, updatedAt=at(n)) for n in range(40)), most_orders=13)
        store = store_of(web)

        assert [len(page.records) for page in store.orders("")] == [12, 12, 12, 4]
        assert [said["first"] for _, said in shop.asked] == [50, 25, 12, 12, 12, 12]
        list(store.orders(""))
        assert shop.asked[6][1]["first"] == 12

    def test_one_order_alone_that_costs_too_much_is_a_sentence(self):
        gate = KeptGate()
        with pytest.raises(Rejected, match="too large"):
            list(store_of(always(200, json.dumps(refusal("MAX_COST_EXCEEDED")).encode()), gate=gate).orders(""))
        assert set(gate.told) == {"TooCostly"}

    @pytest.mark.parametrize(
        "orders",
        [None, [], {"nodes": []}, {"nodes": [1], "pageInfo": {}}, {"nodes": [], "pageInfo": {"hasNextPage": True}}],
        ids=["null", "a list", "without page info", "a number", "more without a cursor"],
    )
    def test_a_page_that_is_none_is_refused(self, orders):
        with pytest.raises(Unreadable):
            list(store_of(one_by_one(answer(data(orders=orders)))).orders(""))

    def test_the_same_page_is_not_read_for_ever(self):
        with pytest.raises(Unreadable, match="again and again"):
            list(store_of(one_by_one(answer(data(orders=page(more="x"))))).orders(""))


class TestLongOrders:
    def test_an_order_with_more_lines_than_a_page_is_read_to_its_end(self):
        shop, web = shop_with(order(1, lineItems=page(*map(line, range(75)))))
        store = store_of(web)
        (record,) = next(iter(store.orders(""))).records

        assert [one.line_id for one in store.decode(record).lines] == [str(n) for n in range(75)]
        assert shop.names() == ["Orders", "MoreLines", "MoreLines"]
        assert store.order("LS-1", store_id="gid://shopify/Order/1") == record

    def test_one_that_never_ends_is_refused_by_name_and_not_cut(self):
        _, web = shop_with(order(1, lineItems=page(*map(line, range(400)))), list_size=10)
        store = store_of(web)
        (record,) = next(iter(store.orders(""))).records

        with pytest.raises(RecordError, match="more than the 110") as refused:
            store.decode(record)
        assert refused.value.key == "LS-1"

    @pytest.mark.parametrize("name", ["lineItems", "metafields", "fulfillmentOrders"])
    def test_a_list_cut_short_is_refused_wherever_it_stands(self, name):
        cut = json.dumps(order(1, **{name: page(more="x")})).encode()
        with pytest.raises(RecordError) as refused:
            store_of(always(200)).decode(cut)
        assert (refused.value.path, refused.value.key) == (f"$.{name}", "LS-1")


class TestOne:
    def test_an_order_is_read_by_either_way_of_writing_its_id(self):
        shop, web = shop_with(order(7))
        store = store_of(web)

        assert json.loads(store.order("LS-7", store_id="gid://shopify/Order/7"))["name"] == "#LS-7"
        assert store.order("LS-7", store_id="7") is not None
        assert shop.asked == [("Order", {"id": "gid://shopify/Order/7"})] * 2

    def test_one_the_shop_does_not_have_is_none(self):
        store = store_of(FakeWeb(FakeShopify().reply))
        assert store.order("LS-1", store_id="gid://shopify/Order/1") is None
        gone = json.dumps(refusal("RESOURCE_NOT_FOUND", "Invalid id: gid://shopify/Order/1")).encode()
        assert store_of(always(200, gone)).order("LS-1", store_id="1") is None

    def test_an_id_that_is_none_of_shopifys_is_not_asked_for(self):
        shop, web = shop_with()
        assert store_of(web).order("LS-1", store_id="gid://shopify/Customer/1") is None
        assert shop.asked == []
