"""Parcels in the shop: said to be on their way, followed, reported on, and the customer written to when that was asked for."""

import pytest

from tests.partners.sandbox.shopify.conftest import recorded, shape

FIELDS = """id status displayStatus name totalQuantity trackingInfo{number url company} deliveredAt inTransitAt
  fulfillmentLineItems(first:5){nodes{quantity lineItem{sku}}} events(first:10,sortKey:HAPPENED_AT){nodes{status happenedAt message}}"""
CREATE = f"""mutation C($f:FulfillmentInput!){{fulfillmentCreate(fulfillment:$f){{
  fulfillment{{{FIELDS}}} userErrors{{field message}}}}}}"""
FOLLOW = f"""mutation F($id:ID!,$t:FulfillmentTrackingInput!,$n:Boolean){{fulfillmentTrackingInfoUpdate(
  fulfillmentId:$id,trackingInfoInput:$t,notifyCustomer:$n){{fulfillment{{{FIELDS}}} userErrors{{field message}}}}}}"""
REPORT = """mutation R($e:FulfillmentEventInput!){fulfillmentEventCreate(fulfillmentEvent:$e){
  fulfillmentEvent{id status happenedAt createdAt message} userErrors{field message}}}"""
READ = f"""query Q($id:ID!){{order(id:$id){{displayFulfillmentStatus fulfillmentsCount{{count}} fulfillments(first:5){{{FIELDS}}}
  fulfillmentOrders(first:5){{nodes{{id status lineItems(first:5){{nodes{{id totalQuantity remainingQuantity}}}}
  fulfillments(first:5){{nodes{{id}}}}}}}}}}}}"""
TRACKING = {"number": "JJD0007000000000001", "url": "https://inpost.example/JJD0007000000000001", "company": "InPost"}


@pytest.fixture
def sale(shop):
    return next(sale for sale in shop.sales.values() if len(sale.lines) == 2)


@pytest.fixture
def send(ask, sale):
    def send(**said: object) -> dict:
        lines = [{"fulfillmentOrderId": f"gid://shopify/FulfillmentOrder/{sale.fulfilments[0].id}"}]
        return ask(CREATE, f={"lineItemsByFulfillmentOrder": lines, "trackingInfo": TRACKING} | said)["data"]["fulfillmentCreate"]

    return send


@pytest.fixture
def read(ask, sale):
    return lambda: ask(READ, id=f"gid://shopify/Order/{sale.id}")["data"]["order"]


@pytest.fixture
def notified(client):
    return lambda: client.get("/_sandbox/shopify/notifications").json()["notifications"]


class TestSending:
    def test_the_whole_of_it(self, send, read, sale):
        before = read()
        made = send()["fulfillment"]
        after = read()

        assert (made["status"], made["displayStatus"], made["trackingInfo"]) == ("SUCCESS", "FULFILLED", [TRACKING])
        assert made["totalQuantity"] == sum(line.quantity for line in sale.lines)
        assert (before["displayFulfillmentStatus"], after["displayFulfillmentStatus"]) == ("UNFULFILLED", "FULFILLED")
        assert [one["id"] for one in after["fulfillments"]] == [made["id"]]
        (order,) = after["fulfillmentOrders"]["nodes"]
        assert (order["status"], order["fulfillments"]["nodes"]) == ("CLOSED", [{"id": made["id"]}])
        assert all(line["totalQuantity"] and not line["remainingQuantity"] for line in order["lineItems"]["nodes"])

    def test_some_of_it(self, send, read, sale):
        piece = sale.fulfilments[0].pieces[0]
        one = {"id": f"gid://shopify/FulfillmentOrderLineItem/{piece.id}", "quantity": piece.total}
        lines = {"fulfillmentOrderId": f"gid://shopify/FulfillmentOrder/{sale.fulfilments[0].id}", "fulfillmentOrderLineItems": [one]}
        first = send(lineItemsByFulfillmentOrder=[lines])["fulfillment"]
        between = read()
        rest = send()["fulfillment"]

        assert [item["lineItem"]["sku"] for item in first["fulfillmentLineItems"]["nodes"]] == [piece.line.sku]
        assert between["displayFulfillmentStatus"] == "PARTIALLY_FULFILLED"
        assert between["fulfillmentOrders"]["nodes"][0]["status"] == "IN_PROGRESS"
        assert len(rest["fulfillmentLineItems"]["nodes"]) == 1
        assert read()["displayFulfillmentStatus"] == "FULFILLED"

    def test_twice_is_refused_in_the_recorded_words(self, send, sale):
        send()
        again = send()

        assert again["fulfillment"] is None
        message = f"Fulfillment order {sale.fulfilments[0].id} has an unfulfillable status= closed."
        assert again["userErrors"] == [{"field": ["fulfillment"], "message": message}]

    def test_nothing_is_sent_around_a_hold(self, send, read, sandbox, sale):
        sandbox(f"/orders/{sale.number}", hold={})

        assert "unfulfillable status= on_hold" in send()["userErrors"][0]["message"]
        assert read()["fulfillments"] == []

    def test_a_cancelled_order_is_not_sent(self, send, sandbox, sale):
        sandbox(f"/orders/{sale.number}", cancel=True)

        assert send()["fulfillment"] is None

    @pytest.mark.parametrize("quantity", [0, 9])
    def test_more_or_less_than_there_is(self, send, sale, quantity):
        one = {"id": f"gid://shopify/FulfillmentOrderLineItem/{sale.fulfilments[0].pieces[0].id}", "quantity": quantity}
        lines = {"fulfillmentOrderId": f"gid://shopify/FulfillmentOrder/{sale.fulfilments[0].id}", "fulfillmentOrderLineItems": [one]}

        assert send(lineItemsByFulfillmentOrder=[lines])["userErrors"][0]["message"] == (
            "Invalid fulfillment order line item quantity requested."
        )

    def test_an_unknown_one_nothing_and_two_orders_at_once(self, send, shop, sale):
        other = next(one for one in shop.sales.values() if one is not sale)
        ids = [f"gid://shopify/FulfillmentOrder/{one.fulfilments[0].id}" for one in (sale, other)]

        assert send(lineItemsByFulfillmentOrder=[{"fulfillmentOrderId": "gid://shopify/FulfillmentOrder/1"}])["userErrors"]
        assert send(lineItemsByFulfillmentOrder=[])["userErrors"]
        assert send(lineItemsByFulfillmentOrder=[{"fulfillmentOrderId": one} for one in ids])["userErrors"]

    def test_a_field_that_is_none_is_refused(self, ask, sale):
        lines = [{"fulfillmentOrderId": f"gid://shopify/FulfillmentOrder/{sale.fulfilments[0].id}"}]
        answer = ask(CREATE, f={"lineItemsByFulfillmentOrder": lines, "carrier": "InPost"})

        assert answer["errors"][0]["extensions"]["problems"][0]["explanation"] == "Field is not defined on FulfillmentInput"

    def test_webhooks_tell_of_it(self, send, sale):
        from partners.sandbox.shopify.rest import order_payload

        send()
        said = order_payload(sale, "ORDERS_UPDATED")

        assert said["fulfillment_status"] == "fulfilled"
        assert [one["tracking_number"] for one in said["fulfillments"]] == [TRACKING["number"]]


class TestWritingToCustomers:
    def test_only_where_it_was_asked_for(self, send, notified):
        send(notifyCustomer=False)

        assert notified() == []

    def test_once_for_the_parcel_and_once_for_a_correction(self, send, ask, notified, sale):
        made = send(notifyCustomer=True)["fulfillment"]["id"]
        ask(FOLLOW, id=made, t={"number": "JJD2", "url": "https://inpost.example/JJD2"}, n=True)
        ask(FOLLOW, id=made, t={"number": "JJD3"}, n=False)
        told = [{name: one[name] for name in ("order", "kind", "number", "url")} for one in notified()]

        assert told == [
            {"order": sale.number, "kind": "shipment", "number": TRACKING["number"], "url": TRACKING["url"]},
            {"order": sale.number, "kind": "tracking", "number": "JJD2", "url": "https://inpost.example/JJD2"},
        ]
        assert all(one["at"] for one in notified())

    def test_a_refused_one_is_not_told(self, send, sandbox, notified, sale):
        sandbox(f"/orders/{sale.number}", hold={})
        send(notifyCustomer=True)

        assert notified() == []


class TestFollowing:
    def test_under_another_number(self, send, ask, read):
        made = send()["fulfillment"]["id"]
        changed = ask(FOLLOW, id=made, t={"numbers": ["A1", "A2"], "urls": ["https://a.example/1", "https://a.example/2"]})

        assert changed["data"]["fulfillmentTrackingInfoUpdate"]["userErrors"] == []
        assert [one["number"] for one in read()["fulfillments"][0]["trackingInfo"]] == ["A1", "A2"]

    def test_of_what_was_never_sent(self, ask):
        answer = ask(FOLLOW, id="gid://shopify/Fulfillment/1", t={"number": "A1"})["data"]["fulfillmentTrackingInfoUpdate"]

        assert answer == {"fulfillment": None, "userErrors": [{"field": ["fulfillmentId"], "message": "Fulfillment does not exist."}]}


class TestReporting:
    @pytest.fixture
    def report(self, send, ask):
        made = send()["fulfillment"]["id"]
        return lambda **said: ask(REPORT, e={"fulfillmentId": made} | said)["data"]["fulfillmentEventCreate"]

    def test_the_latest_to_have_happened_shows(self, report, read):
        report(status="DELIVERED", happenedAt="2026-11-25T12:00:00Z", message="Collected")
        report(status="IN_TRANSIT", happenedAt="2026-11-24T12:00:00Z")
        (one,) = read()["fulfillments"]

        assert (one["displayStatus"], one["deliveredAt"], one["inTransitAt"]) == (
            "DELIVERED",
            "2026-11-25T12:00:00Z",
            "2026-11-24T12:00:00Z",
        )
        assert [event["status"] for event in one["events"]["nodes"]] == ["IN_TRANSIT", "DELIVERED"]

    def test_now_unless_it_says_when(self, report):
        event = report(status="READY_FOR_PICKUP")["fulfillmentEvent"]

        assert event["happenedAt"] == event["createdAt"]

    def test_of_what_was_never_sent(self, ask):
        answer = ask(REPORT, e={"fulfillmentId": "gid://shopify/Fulfillment/1", "status": "DELIVERED"})["data"]["fulfillmentEventCreate"]

        assert answer["fulfillmentEvent"] is None
        assert answer["userErrors"][0]["field"] == ["fulfillmentEvent", "fulfillmentId"]

    @pytest.mark.parametrize(
        "said", [{"status": "LOST"}, {}, {"status": "DELIVERED", "happenedAt": "yesterday"}, {"status": "DELIVERED", "where": "x"}]
    )
    def test_what_the_schema_does_not_know(self, ask, send, said):
        made = send()["fulfillment"]["id"]

        assert ask(REPORT, e={"fulfillmentId": made} | said)["errors"]


def test_the_recorded_life_of_a_parcel(ask, shared, sale):
    """Made, reported on, read, followed elsewhere: the documents of the recording, and the same shapes."""
    life = recorded(shared, "recorded_fulfillment_tracking_events_2026-04.json")
    one = next(piece for piece in sale.fulfilments[0].pieces)
    lines = {
        "fulfillmentOrderId": f"gid://shopify/FulfillmentOrder/{sale.fulfilments[0].id}",
        "fulfillmentOrderLineItems": [{"id": f"gid://shopify/FulfillmentOrderLineItem/{one.id}", "quantity": 1}],
    }
    create = life["setup"]["fulfillmentCreate"]
    said = create["variables"] | {"fulfillment": create["variables"]["fulfillment"] | {"lineItemsByFulfillmentOrder": [lines]}}
    made = ask(create["query"], **said)
    number = made["data"]["fulfillmentCreate"]["fulfillment"]["id"]
    event = life["fulfillmentEventCreate"]
    told = ask(event["query"], fulfillmentEvent=event["variables"]["fulfillmentEvent"] | {"fulfillmentId": number})
    read = ask(life["detailRead"]["query"], orderId=f"gid://shopify/Order/{sale.id}", fulfillmentId=number)
    follow = life["fulfillmentTrackingInfoUpdate"]
    followed = ask(follow["query"], **follow["variables"] | {"fulfillmentId": number})

    for ours, theirs in ((made, create), (told, event), (read, life["detailRead"]), (followed, follow)):
        assert "errors" not in ours
        assert shape(ours["data"]) == shape(theirs["response"]["data"])
    shown = read["data"]["fulfillment"]
    theirs = life["detailRead"]["response"]["data"]["fulfillment"]
    assert [shown[name] for name in ("displayStatus", "inTransitAt", "estimatedDeliveryAt")] == [
        theirs[name] for name in ("displayStatus", "inTransitAt", "estimatedDeliveryAt")
    ]
