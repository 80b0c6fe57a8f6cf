"""Points: what a query costs, and what happens when they are used up."""

import re

import httpx
import pytest

from partners.sandbox.shopify.book import TOKEN
from partners.sandbox.shopify.cost import weight
from tests.partners.sandbox.conftest import arm
from tests.partners.sandbox.shopify.conftest import API
from tests.partners.sandbox.shopify.test_recorded import ours

DOCUMENTED = re.compile(r"^(?:query|mutation) .*$", re.MULTILINE)


@pytest.mark.parametrize(("size", "counts"), [(0, 0), (1, 1), (2, 2), (5, 3), (10, 4), (20, 5), (50, 7), (100, 8), (250, 9)])
def test_what_a_connection_weighs(size, counts):
    assert weight(size) == counts


@pytest.mark.parametrize(
    ("document", "points"),
    [
        ("{shop{name}}", 1),
        ("{shop{name email plan{shopifyPlus}}}", 2),
        ("{orders(first:50){pageInfo{hasNextPage}}}", 2),
        ("{orders(first:50){nodes{id}}}", 2 + 7),
        ("{orders(first:50){edges{cursor node{id}}}}", 2 + 7),
        ("{orders(first:50){nodes{shippingLine{title} totalPriceSet{shopMoney{amount}}}}}", 2 + 7 * 2),
        ("{a:shop{id} b:shop{id}}", 2),
        ("{shop{id} shop{name}}", 1),
        ("{currentAppInstallation{accessScopes{handle}}}", 2),
        ('mutation{tagsAdd(id:"gid://shopify/Order/1",tags:[]){node{id} userErrors{message}}}', 10),
        ('{node(id:"gid://shopify/Order/1"){... on Order{shippingLine{title} customer{id}} ... on Location{id}}}', 3),
        ('{order(id:"gid://shopify/Order/1"){id @skip(if:true) customer @skip(if:true){id}}}', 1),
    ],
)
def test_sums(document, points):
    assert ours(document) == points


def test_every_documented_document_that_we_have_is_affordable(ask, shared, shop):
    """connectors.md §2.11: the big one of orders, holds, tags, subscriptions, parcels, stock, metafields; the rest is not the desk's."""
    sale = next(iter(shop.sales.values()))
    named = {"id": f"gid://shopify/Order/{sale.id}", "h": {"reason": "OTHER", "handle": "a"}, "holdIds": []}
    named |= {"t": ["a"], "q": "updated_at:>='2020-01-01T00:00:00Z'", "w": {"uri": "https://desk.example/webhooks/shopify/"}}
    item, place = f"gid://shopify/InventoryItem/{next(iter(shop.sku_of))}", "gid://shopify/Location/110000000001"
    line = {"inventoryItemId": item, "locationId": place, "quantity": 3, "changeFromQuantity": None}
    field = {"ownerId": item.replace("InventoryItem", "ProductVariant"), "namespace": "logistics", "key": "width_mm", "value": "5"}
    stock = {
        "Lvl": {"id": item, "loc": place},
        "Inv": {"i": {"name": "available", "reason": "correction", "quantities": [line]}, "k": "one"},
        "MS": {"m": [field]},
        "Ref": {"i": {"orderId": named["id"], "refundLineItems": [_one_of(sale)]}, "k": "two"},
    }
    answers = {}
    for document in DOCUMENTED.findall((shared / "facts" / "connectors.md").read_text()):
        name = document.split("(")[0].split()[1]
        known = dict(named)
        if "fulfillmentOrder" in document.partition("{")[2][:20]:
            known["id"] = f"gid://shopify/FulfillmentOrder/{sale.fulfilments[0].id}"
        if "webhookSubscriptionCreate" in document:
            known["t"] = "ORDERS_UPDATED"
        if name == "Ful":
            shop.lift(sale, sale.fulfilments[0], sale.fulfilments[0].holds)
            known["f"] = {
                "lineItemsByFulfillmentOrder": [{"fulfillmentOrderId": f"gid://shopify/FulfillmentOrder/{sale.fulfilments[0].id}"}]
            }
        if name in ("Trk", "Ev"):
            sent = f"gid://shopify/Fulfillment/{sale.sendings[0].id}"
            known |= {"id": sent, "t": {"number": "JJD1"}, "e": {"fulfillmentId": sent, "status": "IN_TRANSIT"}}
        if name == "Var":
            known["q"] = "sku:LUG-0001-OS"
        answers[name] = ask(document, **known | stock.get(name, {}))
    good = {name for name, answer in answers.items() if "errors" not in answer}

    assert {"OrdersSince", "Hold", "Rel", "Tag", "Hook", "Ful", "Trk", "Ev", "Lvl", "Inv", "MS", "Var", "Ref", "SR"} <= good
    assert answers["OrdersSince"]["extensions"]["cost"]["requestedQueryCost"] == 758
    assert {error["extensions"]["code"] for name in set(answers) - good for error in answers[name]["errors"]} <= {
        "undefinedField",
        "variableRequiresValidType",
        "variableNotUsed",
    }


def _one_of(sale):
    return {"lineItemId": f"gid://shopify/LineItem/{sale.lines[0].id}", "quantity": 1, "restockType": "NO_RESTOCK"}


class TestBudget:
    @pytest.fixture
    def poor(self, shop, world):
        """As on a standard plan, and the clock stands still."""
        now = world.now()
        world.now = lambda: now
        shop.budget.clock = world.now
        shop.budget.size = 2_000
        shop.budget.set(left=2_000)
        return shop.budget

    def stands(self, answer: dict) -> tuple[int, int | None, int]:
        cost = answer["extensions"]["cost"]
        assert cost["throttleStatus"]["maximumAvailable"] == 2_000
        assert cost["throttleStatus"]["restoreRate"] == 100
        return cost["requestedQueryCost"], cost["actualQueryCost"], cost["throttleStatus"]["currentlyAvailable"]

    def test_what_was_not_used_comes_back(self, ask, poor):
        assert self.stands(ask("{orders(first:250){nodes{id}}}")) == (11, 8, 1992)  # 40 orders weigh 6

    def test_used_up_it_is_a_200_without_data(self, ask, poor):
        poor.set(left=5)
        answer = ask("{orders(first:250){nodes{id}}}")

        assert "data" not in answer
        assert answer["errors"] == [
            {"message": "Throttled", "extensions": {"code": "THROTTLED", "documentation": "https://shopify.dev/api/usage/rate-limits"}}
        ]
        assert self.stands(answer) == (11, None, 5)

    def test_it_fills_again_with_the_worlds_clock(self, ask, shop, later, client):
        shop.budget.size = 2_000
        shop.budget.set(left=0)
        later(30)

        assert 1_990 <= shop.budget.left <= 2_000

    def test_it_never_runs_over(self, ask, poor):
        poor.give_back(500)

        assert poor.left == 2_000

    def test_one_query_may_cost_a_thousand(self, ask, poor):
        page = "lineItems(first:250){nodes{id variant{id product{id} inventoryItem{id measurement{id}}}}}"
        answer = ask(f"{{orders(first:250){{nodes{{id {page} a:{page} b:{page}}}}}}}")

        assert "data" not in answer
        assert answer["errors"][0]["extensions"] | {"cost": 0} == {
            "code": "MAX_COST_EXCEEDED",
            "cost": 0,
            "maxCost": 1000,
            "documentation": "https://shopify.dev/api/usage/rate-limits",
        }
        assert answer["errors"][0]["message"].startswith("Query cost is 1")
        assert poor.left == 2_000

    def test_a_document_that_is_refused_costs_nothing(self, ask, poor):
        assert "extensions" not in ask("{shop{colour}}")
        assert poor.left == 2_000


class TestFaults:
    TAG = 'mutation{tagsAdd(id:"gid://shopify/Order/6000000005000",tags:["a"]){node{id} userErrors{field message}}}'

    def test_throttled_for_as_long_as_told(self, ask, client):
        arm(client, "store", "throttled", times=2)
        answers = [ask("{orders(first:50){nodes{id}}}") for _ in range(2)]

        assert [answer["errors"][0]["extensions"]["code"] for answer in answers] == ["THROTTLED"] * 2
        assert answers[0]["extensions"]["cost"]["throttleStatus"]["currentlyAvailable"] < 9  # what comes back while we ask

    def test_user_errors_and_nothing_done(self, ask, client, shop):
        arm(client, "store", "user_errors")
        assert "errors" not in ask("{shop{name}}")  # a query does not use it up
        refused = ask(self.TAG)["data"]["tagsAdd"]

        assert refused["node"] is None
        assert refused["userErrors"][0]["message"]
        assert not shop.sales[6000000005000].tags
        assert ask(self.TAG)["data"]["tagsAdd"]["userErrors"] == []

    def test_a_field_of_the_schema_is_gone(self, ask, client):
        arm(client, "store", "schema_gone", about="Shop.email", times=0)

        assert ask("{shop{name email}}")["errors"][0]["extensions"] == {
            "code": "undefinedField",
            "typeName": "Shop",
            "fieldName": "email",
        }
        assert ask("{shop{name}}")["data"]["shop"]["name"]
        client.post("/_sandbox/faults/clear")
        assert ask("{shop{email}}")["data"]["shop"]["email"]

    def test_done_and_not_answered(self, client, shop):
        arm(client, "store", "accept_then_timeout", path="/tagsAdd")
        with pytest.raises(OSError, match="no answer came"):
            client.post(API, json={"query": self.TAG}, headers={"X-Shopify-Access-Token": TOKEN})

        assert shop.sales[6000000005000].tags == ["a"]

    def test_not_answered_and_done_later(self, client, shop, later):
        arm(client, "store", "apply_late", seconds=30)
        with pytest.raises(OSError, match="no answer came"):
            client.post(API, json={"query": self.TAG}, headers={"X-Shopify-Access-Token": TOKEN})
        before = list(shop.sales[6000000005000].tags)
        later(31)

        assert (before, shop.sales[6000000005000].tags) == ([], ["a"])

    @pytest.mark.parametrize(("kind", "status"), [("500", 500), ("503", 503), ("429", 429), ("html_502", 502)])
    def test_a_burst_of_another_status(self, client, kind, status):
        arm(client, "store", kind, times=2, path="/shop")
        said = {"json": {"query": "{shop{name}}"}, "headers": {"X-Shopify-Access-Token": TOKEN}}

        assert [client.post(API, **said).status_code for _ in range(3)] == [status, status, 200]

    def test_cut_in_the_middle(self, client):
        arm(client, "store", "cut")
        with pytest.raises((OSError, httpx.HTTPError)):
            client.post(API, json={"query": "{shop{name}}"}, headers={"X-Shopify-Access-Token": TOKEN})

    @pytest.mark.parametrize("partner", ["acs", "points"])
    def test_they_are_faults_of_the_store_alone(self, client, partner):
        assert client.post("/_sandbox/faults", json={"partner": partner, "kind": "throttled"}).status_code == 400
