"""ACS's order API: two ways in, strict about what it takes, honest about how often it took it."""

import httpx
import pytest

from partners.sandbox import acs
from tests.partners.sandbox.conftest import BASIC, at_acs, get, order, put


def stand(client: httpx.Client, number: str, **facts: str) -> None:
    client.post(f"/_sandbox/acs/orders/{number}", json=facts).raise_for_status()


class TestWaysIn:
    def test_basic_and_account_code(self, client, world):
        answer = put(client, order(world))

        assert (answer.status_code, answer.text) == (200, "Accepted")
        assert answer.headers["Content-Type"].startswith("text/plain")

    def test_subscription_key_at_the_newer_address_needs_no_account_code(self, client, world):
        body = order(world)
        del body["AccountCode"]
        headers = {"Ocp-Apim-Subscription-Key": acs.KEY}

        assert client.put("/acs/orders/LS-10001.json", json=body, headers=headers).text == "Accepted"
        assert client.get("/acs/orders/LS-10001.json", headers=headers).json()["OrderNumber"] == "LS-10001"

    @pytest.mark.parametrize(
        "options",
        [{}, {"auth": ("lockstep", "wrong")}, {"headers": {"Authorization": "Basic ???"}}, {"headers": {"Authorization": "Bearer x"}}],
    )
    def test_wrong_credentials_are_refused(self, client, world, options):
        assert client.get("/acs/orders/LS-10001", **options).status_code == 401
        assert client.put("/acs/orders/LS-10001", json=order(world), **options).status_code == 401
        assert at_acs(client) == {}

    def test_the_key_of_one_way_does_not_open_the_other(self, client):
        assert client.get("/acs/orders/LS-10001.json", auth=BASIC).status_code == 401
        assert client.get("/acs/orders/LS-10001", headers={"Ocp-Apim-Subscription-Key": acs.KEY}).status_code == 401

    @pytest.mark.parametrize("code", ["OTHER", "", None])
    def test_wrong_account_code_is_refused(self, client, world, code):
        assert put(client, order(world, AccountCode=code)).status_code == 401


class TestStrictness:
    @pytest.mark.parametrize(
        ("other", "sentence"),
        [
            ({"Country": "GB"}, "Unknown field: Country"),
            ({"OrderNumber": "LS-10001", "OrderDate": ""}, "Missing field: OrderDate"),
            ({"DeliveryService": None}, "Missing field: DeliveryService"),
            ({"OrderDate": "23/11/2026"}, "OrderDate must be YYYY-MM-DD"),
            ({"EventDate": "2026-02-30"}, "EventDate must be YYYY-MM-DD"),
            ({"EventDate": None}, "EventDate must be YYYY-MM-DD"),
            ({"FirstName": "x" * 51}, "FirstName must be text of at most 50 characters"),
            ({"MobilePhone": 7712102030}, "MobilePhone must be text of at most 20 characters"),
            ({"DeliveryCharge": "free"}, "DeliveryCharge must be an amount"),
            ({"OrderCancelled": "yes"}, "OrderCancelled must be true or false"),
            ({"OrderItems": []}, "OrderItems must be a list of objects"),
            ({"OrderItems": ["DRE-0001-8"]}, "OrderItems must be a list of objects"),
        ],
    )
    def test_a_header_field_that_is_not_as_agreed(self, client, world, other, sentence):
        answer = put(client, order(world, **other))

        assert (answer.status_code, answer.text) == (400, sentence)
        assert answer.headers["Content-Type"].startswith("text/plain")
        assert at_acs(client) == {}

    @pytest.mark.parametrize(
        ("other", "sentence"),
        [
            ({"GarmentSKU": "XXX-1"}, "SKU not known: XXX-1"),
            ({"Colour": "red"}, "Unknown field: Colour"),
            ({"LineItemId": ""}, "LineItemId must be unique within the order"),
            ({"IsHire": "no"}, "IsHire must be true or false"),
            ({"ItemQuantity": 0}, "ItemQuantity must be a whole number of at least 1"),
            ({"ItemQuantity": True}, "ItemQuantity must be a whole number of at least 1"),
            ({"ItemPrice": "NaN pounds"}, "ItemPrice must be an amount"),
            ({"Measurement1": 10}, "Measurement1 must be text of at most 50 characters"),
        ],
    )
    def test_a_line_that_is_not_as_agreed(self, client, world, other, sentence):
        body = order(world)
        answer = put(client, body | {"OrderItems": [body["OrderItems"][0] | other]})

        assert (answer.status_code, answer.text) == (400, sentence)

    def test_line_ids_must_differ(self, client, world):
        body = order(world)

        assert put(client, body | {"OrderItems": body["OrderItems"] * 2}).text == "LineItemId must be unique within the order"

    def test_the_number_in_the_body_is_the_number_in_the_address(self, client, world):
        answer = client.put("/acs/orders/LS-10002", json=order(world), auth=BASIC)

        assert (answer.status_code, answer.text) == (400, "OrderNumber differs from the address")

    @pytest.mark.parametrize(
        ("content", "sentence"), [(b"{", "Body is not JSON"), (b"\xff", "Body is not JSON"), (b"[]", "Body is not an object")]
    )
    def test_a_body_that_is_no_order(self, client, content, sentence):
        answer = client.put("/acs/orders/LS-10001", content=content, auth=BASIC)

        assert (answer.status_code, answer.text) == (400, sentence)

    def test_other_addresses_and_methods(self, client):
        assert client.get("/acs/stock", auth=BASIC).status_code == 404
        assert client.delete("/acs/orders/LS-10001", auth=BASIC).status_code == 405
        assert get(client, "LS-99999").status_code == 404

    def test_a_sku_can_be_made_unknown_and_known(self, client, world):
        sku = world.products[0].sku
        client.post("/_sandbox/acs/skus", json={"forget": [sku]})
        assert put(client, order(world)).text == f"SKU not known: {sku}"

        client.post("/_sandbox/acs/skus", json={"know": [sku]})
        assert put(client, order(world)).text == "Accepted"


class TestKeeping:
    def test_what_was_put_is_read_back_with_its_status(self, client, world):
        put(client, order(world))
        read = get(client).json()

        assert {name: read[name] for name in order(world)} == order(world)
        assert (read["Status"], read["TrackingNumber"]) == ("Acknowledged", "")
        assert read["StatusDate"].endswith("Z")

    def test_putting_again_amends_and_is_counted(self, client, world):
        put(client, order(world))
        put(client, order(world, FirstName="Augusta"))
        put(client, order(world, FirstName="Augusta"))
        kept = at_acs(client)["LS-10001"]

        assert get(client).json()["FirstName"] == "Augusta"
        assert (kept["creations"], kept["puts"], kept["repeats"]) == (1, 3, 1)

    @pytest.mark.parametrize("status", [status for status in acs.STATUSES if status not in ("Acknowledged", "Cancelled")])
    def test_once_picking_has_begun_an_amendment_is_accepted_and_ignored(self, client, world, status):
        put(client, order(world))
        stand(client, "LS-10001", Status=status)

        assert put(client, order(world, FirstName="Augusta")).text == "Accepted"
        assert put(client, order(world, OrderCancelled=True)).text == "Accepted"
        read = get(client).json()
        assert (read["FirstName"], read["Status"]) == ("Ada", status)

    @pytest.mark.parametrize(
        ("status", "shown"),
        [
            ("Pick Confirmed", ("UK00000000", "x")),
            ("Packed", ("UK00000000", "x")),
            ("Despatched", ("UK10000000", None)),
            ("Cancelled", ("UK10000000", None)),
        ],
    )
    def test_a_late_field_is_taken_until_the_parcel_has_left_and_nothing_beside_it(self, client, world, status, shown):
        put(client, order(world))
        stand(client, "LS-10001", Status=status)

        put(client, order(world, OrderCancelled=status == "Cancelled", Misc3="x", Misc1="UK00000000", FirstName="Augusta"))

        read = get(client).json()
        assert (read["Misc1"], read.get("Misc3"), read["FirstName"]) == (*shown, "Ada")

    def test_cancelled_in_time_is_cancelled_and_may_come_again(self, client, world):
        put(client, order(world))
        put(client, order(world, OrderCancelled=True))
        assert get(client).json()["Status"] == "Cancelled"

        put(client, order(world))
        assert get(client).json()["Status"] == "Acknowledged"
        assert at_acs(client)["LS-10001"]["creations"] == 2

    def test_the_warehouse_moves_on_with_a_tracking_number(self, client, world):
        put(client, order(world))
        stand(client, "LS-10001", Status="Despatched", TrackingNumber="JD0002")
        stand(client, "LS-10001", Status="Eaten by a goat")

        assert (get(client).json()["Status"], get(client).json()["TrackingNumber"]) == ("Eaten by a goat", "JD0002")

    def test_an_order_that_is_not_there_cannot_move_on(self, client):
        assert client.post("/_sandbox/acs/orders/LS-1", json={"Status": "Picking"}).status_code == 404

    def test_the_request_id_comes_back(self, client, world):
        answer = put(client, order(world), headers={"X-Request-Id": "abc-1"})

        assert answer.headers["X-Request-Id"] == "abc-1"
