"""`/_sandbox/shopify`: what tests and demos look at and turn."""

import pytest


def state(client) -> dict:
    return client.get("/_sandbox/shopify/state").json()


def test_the_state_counts_holds_and_tags(client, sandbox, ask, shop):
    sale = shop.by_number["LS-10002"]
    hold = 'fulfillmentOrderHold(id:"gid://shopify/FulfillmentOrder/%d",fulfillmentHold:{reason:OTHER,handle:"h"}){userErrors{message}}'
    ask(f"mutation{{{hold % sale.fulfilments[0].id}}}")
    sandbox("/orders/LS-10003", hold={"handle": "theirs"}, tags=["late"])
    told = state(client)

    assert (told["held"], told["holds"], told["tagged"]) == (1, 1, 1)
    assert told["counts"]["mutations"] == 1
    assert told["orders"]["LS-10002"]["holds"][0]["handle"] == "h"
    assert told["orders"]["LS-10003"]["holds"][0]["app"] == "another-app"
    assert told["orders"]["LS-10003"]["tags"] == ["late"]
    assert len(told["orders"]) == 40


def test_an_edit_is_seen_through_the_api_and_makes_the_order_newer(ask, sandbox, shop, later):
    sale = shop.by_number["LS-10002"]
    before = sale.updated_at
    later(60)
    first = sale.lines[0].sku
    sandbox(
        "/orders/LS-10002",
        address={"address1": "2 Low Street", "zip": "LS2 1AA"},
        email="other@example.com",
        phone="07700 900123",
        locker="UK12345678",
        attributes={"Event Date": "2026-12-01"},
        lines={first: 0, "CLU-0011-8" if "CLU-0011-8" in shop.products else next(iter(shop.products)): 2},
        note="Please ring",
    )
    fields = (
        "email note edited shippingAddress{address1 zip phone} customAttributes{key value} lineItems(first:9){nodes{sku currentQuantity}}"
    )
    told = ask(f"query Q($id:ID!){{order(id:$id){{{fields}}}}}", id=f"gid://shopify/Order/{sale.id}")["data"]["order"]

    assert sale.updated_at > before
    assert told["shippingAddress"] == {"address1": "2 Low Street", "zip": "LS2 1AA", "phone": "07700 900123"}
    assert (told["email"], told["note"], told["edited"]) == ("other@example.com", "Please ring", True)
    assert {"key": "Locker ID", "value": "UK12345678"} in told["customAttributes"]
    assert {"key": "Event Date", "value": "2026-12-01"} in told["customAttributes"]
    quantities = {node["sku"]: node["currentQuantity"] for node in told["lineItems"]["nodes"]}
    assert quantities[first] == 0
    assert 2 in quantities.values()


def test_a_cancelled_order_is_paid_back_closed_and_free_of_holds(ask, sandbox, shop):
    sandbox("/orders/LS-10002", hold={"handle": "theirs"})
    sandbox("/orders/LS-10002", cancel=True)
    fields = "cancelledAt cancelReason displayFinancialStatus currentTotalPriceSet{shopMoney{amount}}"
    fields += " fulfillmentOrders(first:1){nodes{status fulfillmentHolds{id} supportedActions{action}"
    fields += " lineItems(first:1){nodes{remainingQuantity}}}}"
    sale = shop.by_number["LS-10002"]
    told = ask(f"query Q($id:ID!){{order(id:$id){{{fields}}}}}", id=f"gid://shopify/Order/{sale.id}")["data"]["order"]

    assert told["cancelledAt"]
    assert (told["cancelReason"], told["displayFinancialStatus"]) == ("CUSTOMER", "REFUNDED")
    assert told["currentTotalPriceSet"]["shopMoney"]["amount"] == "0.0"
    assert told["fulfillmentOrders"]["nodes"] == [
        {"status": "CLOSED", "fulfillmentHolds": [], "supportedActions": [], "lineItems": {"nodes": [{"remainingQuantity": 0}]}}
    ]


def test_the_plan_sets_the_points(sandbox):
    assert sandbox("/budget", plan="plus") == {"size": 20_000, "restores": 1_000, "left": 20_000}
    assert sandbox("/budget", left=7)["left"] in (7, 8, 9, 10)


@pytest.mark.parametrize(
    ("path", "said", "status"),
    [
        ("/orders/LS-1", {"note": "x"}, 404),
        ("/orders/LS-10001", {"colour": "red"}, 400),
        ("/orders/LS-10001", {"address": {"street": "x"}}, 400),
        ("/orders/LS-10001", {"lines": {"NO-SKU": 1}}, 400),
        ("/orders/LS-10001", {"hold": {"reason": "BORED"}}, 400),
        ("/orders", {"like": "LS-1"}, 400),
        ("/budget", {"plan": "free"}, 400),
        ("/webhooks", {"stop": True}, 400),
        ("/deliver", {"all": True}, 400),
        ("/search", {}, 400),
        ("/nothing", {}, 404),
    ],
)
def test_what_it_does_not_understand_it_refuses(client, path, said, status):
    answer = client.post(f"/_sandbox/shopify{path}", json=said)

    assert answer.status_code == status
    assert answer.json()["error"]


def test_no_such_page(client):
    assert client.get("/_sandbox/shopify/nothing").status_code == 404
