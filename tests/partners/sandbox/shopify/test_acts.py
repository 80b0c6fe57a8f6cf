"""Holds by handle, tags, and what refuses them."""

import pytest

HOLD = """mutation H($id:ID!,$h:FulfillmentOrderHoldInput!){fulfillmentOrderHold(id:$id,fulfillmentHold:$h){
  fulfillmentHold{id handle reason} fulfillmentOrder{id status lineItems(first:9){nodes{totalQuantity}}}
  remainingFulfillmentOrder{id status lineItems(first:9){nodes{totalQuantity}}} userErrors{field message code}}}"""
RELEASE = """mutation R($id:ID!,$ids:[ID!]){fulfillmentOrderReleaseHold(id:$id,holdIds:$ids){
  fulfillmentOrder{status fulfillmentHolds{handle}} userErrors{field message code}}}"""
TAG = "mutation T($id:ID!,$t:[String!]!){%s(id:$id,tags:$t){node{id ... on Order{tags}} userErrors{field message}}}"
NUMBER = "LS-10003"


@pytest.fixture
def sale(shop):
    return shop.by_number[NUMBER]


@pytest.fixture
def fulfilment(sale) -> str:
    return f"gid://shopify/FulfillmentOrder/{sale.fulfilments[0].id}"


@pytest.fixture
def hold(ask, fulfilment):
    def hold(handle: str = "lockstep-1", **said: object) -> dict:
        answer = ask(HOLD, id=fulfilment, h={"reason": "OTHER", "handle": handle, **said})
        return answer["data"]["fulfillmentOrderHold"]

    return hold


@pytest.fixture
def release(ask, fulfilment):
    def release(*holds: str) -> dict:
        return ask(RELEASE, id=fulfilment, ids=list(holds))["data"]["fulfillmentOrderReleaseHold"]

    return release


def code(payload: dict) -> str | None:
    return payload["userErrors"][0]["code"]


class TestHolds:
    def test_a_hold_and_its_release_make_the_order_newer(self, hold, release, sale, later):
        later(60)
        before = sale.updated_at
        made = hold()
        after_hold = sale.updated_at
        later(60)
        released = release(made["fulfillmentHold"]["id"])

        assert (made["fulfillmentHold"]["handle"], made["fulfillmentOrder"]["status"]) == ("lockstep-1", "ON_HOLD")
        assert released == {"fulfillmentOrder": {"status": "OPEN", "fulfillmentHolds": []}, "userErrors": []}
        assert before < after_hold < sale.updated_at

    def test_the_same_handle_a_second_time_is_refused_and_nothing_changes(self, hold, sale):
        hold("h")
        again = hold("h")

        assert again["fulfillmentHold"] is None
        assert again["userErrors"][0]["field"] == ["fulfillmentHold", "handle"]
        assert code(again) == "DUPLICATE_FULFILLMENT_HOLD_HANDLE"
        assert len(sale.fulfilments[0].holds) == 1

    def test_without_a_handle_there_can_be_one(self, ask, fulfilment):
        said = {"id": fulfilment, "h": {"reason": "OTHER"}}

        assert ask(HOLD, **said)["data"]["fulfillmentOrderHold"]["fulfillmentHold"]["handle"] == ""
        assert code(ask(HOLD, **said)["data"]["fulfillmentOrderHold"]) == "DUPLICATE_FULFILLMENT_HOLD_HANDLE"

    def test_the_handle_of_another_app_is_not_in_the_way(self, hold, sandbox):
        sandbox(f"/orders/{NUMBER}", hold={"handle": "h"})

        assert hold("h")["userErrors"] == []

    def test_ten_and_no_more(self, hold, sandbox):
        sandbox(f"/orders/{NUMBER}", hold={"handle": "theirs"})
        made = [hold(f"h{place}") for place in range(11)]

        assert [one["userErrors"] for one in made[:10]] == [[]] * 10
        assert code(made[10]) == "FULFILLMENT_ORDER_HOLD_LIMIT_REACHED"

    def test_a_handle_of_65_characters(self, hold):
        assert hold("h" * 64)["userErrors"] == []
        assert hold("h" * 65)["userErrors"][0]["message"] == "Handle is too long (maximum is 64 characters)"

    def test_what_is_cancelled_or_gone_cannot_be_held(self, ask, hold, sandbox):
        sandbox(f"/orders/{NUMBER}", cancel=True)

        assert hold()["userErrors"][0]["message"].startswith("The fulfillment order is not in a state")
        missing = ask(HOLD, id="gid://shopify/FulfillmentOrder/77", h={"reason": "OTHER"})["data"]["fulfillmentOrderHold"]
        assert code(missing) == "FULFILLMENT_ORDER_NOT_FOUND"

    def test_holding_some_of_it_splits_it_once(self, ask, fulfilment, shop, sandbox, hold):
        sku = shop.by_number[NUMBER].lines[0].sku
        sandbox(f"/orders/{NUMBER}", lines={sku: 3})
        piece = f"gid://shopify/FulfillmentOrderLineItem/{shop.by_number[NUMBER].fulfilments[0].pieces[0].id}"
        wrong = [hold(fulfillmentOrderLineItems=[{"id": piece, "quantity": amount}]) for amount in (0, 4)]
        twice = hold(fulfillmentOrderLineItems=[{"id": piece, "quantity": 1}] * 2)
        part = hold(fulfillmentOrderLineItems=[{"id": piece, "quantity": 1}])
        again = hold("h2", fulfillmentOrderLineItems=[{"id": piece, "quantity": 1}])

        assert [code(one) for one in wrong] == ["GREATER_THAN_ZERO", "INVALID_LINE_ITEM_QUANTITY"]
        assert code(twice) == "DUPLICATED_FULFILLMENT_ORDER_LINE_ITEMS"
        assert part["fulfillmentOrder"]["status"] == "ON_HOLD"
        assert part["fulfillmentOrder"]["lineItems"]["nodes"] == [{"totalQuantity": 1}]
        assert part["remainingFulfillmentOrder"]["status"] == "OPEN"
        assert part["remainingFulfillmentOrder"]["lineItems"]["nodes"][0] == {"totalQuantity": 2}
        assert code(again) == "FULFILLMENT_ORDER_NOT_SPLITTABLE"


class TestReleases:
    def test_one_of_two_leaves_it_on_hold(self, hold, release):
        first, _ = hold("a"), hold("b")

        assert release(first["fulfillmentHold"]["id"])["fulfillmentOrder"] == {"status": "ON_HOLD", "fulfillmentHolds": [{"handle": "b"}]}

    def test_without_ids_other_apps_holds_go_too(self, ask, hold, sandbox, sale, fulfilment):
        """The trap: always pass ids."""
        sandbox(f"/orders/{NUMBER}", hold={"handle": "theirs", "reason": "HIGH_RISK_OF_FRAUD"})
        hold()
        ask(RELEASE, id=fulfilment)

        assert sale.fulfilments[0].holds == []

    def test_another_apps_hold_or_none_cannot_be_named(self, sandbox, hold, release):
        hold()
        theirs = sandbox(f"/orders/{NUMBER}", hold={"handle": "theirs"})["holds"][-1]["id"]

        assert code(release(f"gid://shopify/FulfillmentHold/{theirs}")) == "INVALID_ACCESS"
        assert code(release("gid://shopify/FulfillmentHold/5")) == "INVALID_ACCESS"

    def test_what_is_not_held_is_not_released(self, release):
        assert release("gid://shopify/FulfillmentHold/5")["userErrors"][0]["message"] == "The fulfillment order is not on hold."


class TestTags:
    def tag(self, ask, sale, verb: str, *tags: str) -> dict:
        return ask(TAG % verb, id=f"gid://shopify/Order/{sale.id}", t=list(tags))["data"][verb]

    def test_they_are_a_set_that_does_not_care_for_case(self, ask, sale):
        added = self.tag(ask, sale, "tagsAdd", "Zeta", "alpha, beta", "ALPHA")
        removed = self.tag(ask, sale, "tagsRemove", "zeta", "gamma")

        assert added["node"]["tags"] == ["alpha", "beta", "Zeta"]
        assert removed["node"]["tags"] == ["alpha", "beta"]

    def test_what_changes_nothing_makes_nothing_newer(self, ask, sale, later):
        self.tag(ask, sale, "tagsAdd", "held")
        before = sale.updated_at
        later(60)
        self.tag(ask, sale, "tagsAdd", "HELD")
        self.tag(ask, sale, "tagsRemove", "other")

        assert sale.updated_at == before

    @pytest.mark.parametrize(("number", "tags", "field"), [(1, ["a"], ["id"]), (None, ["a" * 41], ["tags"])])
    def test_refused(self, ask, sale, number, tags, field):
        refused = ask(TAG % "tagsAdd", id=f"gid://shopify/Order/{number or sale.id}", t=tags)["data"]["tagsAdd"]

        assert refused["node"] is None
        assert refused["userErrors"][0]["field"] == field
