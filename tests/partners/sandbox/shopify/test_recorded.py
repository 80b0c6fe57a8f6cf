"""The recorded requests of the real Shopify, sent to ours: the same shapes, and the same cost to the point."""

import re

import pytest

from partners.sandbox.shopify.cost import Estimate
from partners.sandbox.shopify.document import read
from partners.sandbox.shopify.gathering import Gatherer
from partners.sandbox.shopify.schema import the_schema
from tests.partners.sandbox.shopify.conftest import recorded, shape

HOLDS = "recorded_fulfillment_hold_release_2026-04.json"


@pytest.fixture
def holds(shared):
    return recorded(shared, HOLDS)


@pytest.fixture
def ids(shop) -> dict[str, str]:
    """An order of one line, two of one thing or one of it."""
    sale = next(sale for sale in shop.sales.values() if len(sale.lines) == 1)
    return {"order": f"gid://shopify/Order/{sale.id}", "fulfilment": f"gid://shopify/FulfillmentOrder/{sale.fulfilments[0].id}"}


def body(step: dict) -> dict:
    return step["response"]["payload"]


def same_shape(ours: dict, theirs: dict) -> bool:
    """Apart from `supportedActions`, whose number follows from the quantity, which `shape` does not look at."""
    return shape(ours["data"]) == shape(theirs["data"]) and "errors" not in ours


def test_holding_twice_and_releasing_one_by_one(ask, holds, ids):
    steps = holds["workflows"]["selectiveRelease"]
    first = ask(steps["firstHold"]["query"], **steps["firstHold"]["variables"] | {"id": ids["fulfilment"]})
    second = ask(steps["secondHold"]["query"], **steps["secondHold"]["variables"] | {"id": ids["fulfilment"]})
    made = [answer["data"]["fulfillmentOrderHold"]["fulfillmentHold"]["id"] for answer in (first, second)]
    one = ask(steps["releaseFirstHold"]["query"], id=ids["fulfilment"], holdIds=made[:1])
    between = ask(steps["afterReleaseRead"]["query"], id=ids["order"])
    last = ask(holds["cleanup"]["releaseRemainingHold"]["query"], id=ids["fulfilment"], holdIds=made[1:])

    names = ("firstHold", "secondHold", "releaseFirstHold", "afterReleaseRead")
    assert all(same_shape(ours, body(steps[name])) for ours, name in zip((first, second, one, between), names, strict=True))
    assert same_shape(last, body(holds["cleanup"]["releaseRemainingHold"]))
    released = [answer["data"]["fulfillmentOrderReleaseHold"]["fulfillmentOrder"] for answer in (one, last)]
    assert [one["status"] for one in released] == ["ON_HOLD", "OPEN"]
    assert [action["action"] for action in released[0]["supportedActions"]] == ["RELEASE_HOLD", "HOLD", "MOVE"]
    assert between["data"]["order"]["displayFulfillmentStatus"] == "ON_HOLD"
    assert [hold["displayReason"] for hold in released[0]["fulfillmentHolds"]] == ["Other"]


def test_reading_a_fulfilment_order(ask, holds, ids):
    theirs = body(holds["setup"]["hydrate"])
    ours = ask(holds["setup"]["hydrate"]["query"], id=ids["fulfilment"])

    assert same_shape(ours, theirs)


def test_every_recorded_document_about_what_we_have_costs_what_it_cost_there(shared):
    """`requestedQueryCost` of each document that our part of the schema understands."""
    told = {document: (ours(document), cost) for document, cost in documents(shared) if understood(document)}

    assert len(told) >= 5
    assert {document: pair for document, pair in told.items() if pair[0] != pair[1]} == {}


def test_a_money_bag_costs_nothing_and_a_list_of_objects_one(shared):
    """Their documents of refunds, tracking and creating orders, cut to what the sandbox has: the sums that follow from the rule."""
    bags = "currentTotalPriceSet{shopMoney{amount}} totalPriceSet{shopMoney{amount}}"
    page = (
        "query Q($id:ID!){order(id:$id){%s lineItems(first:50){nodes{id originalUnitPriceSet{shopMoney{amount}}}} customAttributes{key}}}"
    )

    assert ours(page % bags) == 1 + 0 + (2 + 7 * 1) + 1


def ours(document: str) -> int:
    parsed = read(document)
    return Estimate(Gatherer(parsed, the_schema(), {})).of(parsed.operations[0])


def understood(document: str) -> bool:
    from partners.sandbox.shopify.checking import check

    return not check(read(document), the_schema())


def documents(shared) -> list[tuple[str, int]]:
    found: list[tuple[str, int]] = []

    def walk(value: object) -> None:
        if isinstance(value, list):
            for inner in value:
                walk(inner)
        elif isinstance(value, dict):
            answer = value.get("response")
            if isinstance(value.get("query"), str) and isinstance(answer, dict):
                told = answer.get("payload") or answer.get("body") or answer
                found.append((value["query"], told["extensions"]["cost"]["requestedQueryCost"]))
            for inner in value.values():
                walk(inner)

    for file in sorted((shared / "data" / "shopify").glob("recorded_*.json")):
        walk(recorded(shared, file.name))
    return found


def test_an_unknown_field_of_an_input_is_refused_in_the_recorded_words(ask, shared, ids):
    theirs = recorded(shared, "recorded_inventory_set_contract_2026-04.json")["legacySetShape"]["response"]
    said = "fulfillmentOrderHold(id: $id, fulfillmentHold: $h) { userErrors { message } }"
    document = f"mutation M($id: ID!, $h: FulfillmentOrderHoldInput!) {{ {said} }}"
    ours = ask(document, id=ids["fulfilment"], h={"reason": "OTHER", "colour": "red"})

    assert {name: shape(value) for name, value in ours.items()} == {"errors": [shape(theirs["errors"][0]) | {"extensions": SAME}]}
    words = re.sub(r"\binput\b", "h", theirs["errors"][0]["message"])
    words = words.replace("InventorySetQuantitiesInput", "FulfillmentOrderHoldInput").replace("ignoreCompareQuantity", "colour")
    assert ours["errors"][0]["message"] == words
    assert ours["errors"][0]["extensions"]["problems"] == [
        {"path": ["colour"], "explanation": "Field is not defined on FulfillmentOrderHoldInput"}
    ]


SAME = {"code": "str", "value": {"reason": "str", "colour": "str"}, "problems": [{"path": ["str"], "explanation": "str"}]}


def test_an_id_of_nothing_is_refused_in_the_recorded_words(ask, shared):
    theirs = recorded(shared, "recorded_fulfillment_request_lifecycle_2026-04.json")["invalidIdBranches"]
    ours = ask("mutation R($id: ID!) { fulfillmentOrderReleaseHold(id: $id) { userErrors { message } } }", id=theirs["id"])

    assert ours["data"] == {"fulfillmentOrderReleaseHold": None}
    assert re.search(theirs["expectedError"]["messagePattern"], ours["errors"][0]["message"])
    assert ours["errors"][0]["extensions"] == theirs["expectedError"]["extensions"]


def test_custom_attributes_and_addresses_read_as_recorded(ask, shared, shop):
    theirs = recorded(shared, "recorded_order_create_custom_attributes_2025-01.json")["downstreamRead"]["response"]["data"]["order"]
    number = next(f"gid://shopify/Order/{sale.id}" for sale in shop.sales.values() if sale.attributes and not sale.cancelled_at)
    names = ("customAttributes", "shippingAddress", "billingAddress", "currentTotalPriceSet", "lineItems")
    parts = {
        "customAttributes": "customAttributes{key value}",
        **{name: f"{name}{{{' '.join(theirs[name])}}}" for name in ("shippingAddress", "billingAddress")},
        "currentTotalPriceSet": "currentTotalPriceSet{shopMoney{amount currencyCode}}",
        "lineItems": "lineItems(first:5){nodes{title quantity sku variant{id}}}",
    }
    ours = ask(f"query Q($id:ID!){{order(id:$id){{{' '.join(parts.values())}}}}}", id=number)["data"]["order"]

    wanted = {name: shape(theirs[name]) for name in names}
    wanted["lineItems"]["nodes"][0].pop("taxLines")
    for address in ("shippingAddress", "billingAddress"):  # a British address has no province, and says so with null
        wanted[address]["provinceCode"] = "NoneType"
    assert {name: shape(ours[name]) for name in names} == wanted


def test_the_order_of_a_webhook_has_the_keys_of_the_official_sample(shared, shop):
    from partners.sandbox.shopify.rest import order_payload

    theirs = recorded(shared, "official_rest_order_2026-07.json")
    theirs = theirs.get("order", theirs)
    ours = order_payload(next(iter(shop.sales.values())), "ORDERS_UPDATED")

    assert set(ours) == set(theirs)
    for part in ("line_items", "shipping_lines"):
        assert set(ours[part][0]) == set(theirs[part][0])
    for part in ("shipping_address", "billing_address"):
        assert set(ours[part]) == set(theirs[part])
    assert set(ours["customer"]) <= set(theirs["customer"])
