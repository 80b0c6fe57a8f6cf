"""PUT and GET of one order at ACS."""

import json
from dataclasses import replace

import pytest

from partners.acs.records import differences
from partners.errors import Denied, Rejected, UnknownOutcome, Unreadable
from tests.partners.acs.fake_acs import LINE, ORDER, FakeAcs, client_of
from tests.partners.fake_web import FakeWeb, always


@pytest.fixture
def acs() -> FakeAcs:
    return FakeAcs()


@pytest.fixture
def web(acs: FakeAcs) -> FakeWeb:
    return FakeWeb(acs.reply)


def test_an_order_that_was_put_reads_back_the_same(web):
    client = client_of(web)

    answer = client.put_order(ORDER)
    there = client.get_order(ORDER.number)

    assert (answer.status, answer.text) == (200, "Accepted")
    assert differences(ORDER, there) == ()
    assert (there.number, there.status_raw, there.status_at.isoformat()) == ("LS-10001", "Acknowledged", "2026-11-20T10:00:00+00:00")
    assert [asked.path for asked in web.asked] == ["/api/orders/LS-10001"] * 2


def test_an_order_acs_does_not_know_is_none(web):
    assert client_of(web).get_order("LS-404") is None


def test_putting_twice_is_one_order_that_was_amended(acs, web):
    client = client_of(web)
    client.put_order(ORDER)
    client.put_order(replace(ORDER, city="York"))

    assert len(acs.orders) == 1
    assert client.get_order(ORDER.number).content.city == "York"


def test_the_newer_host_is_spoken_to_with_a_key(web):
    client = client_of(web, key="the-key")
    client.put_order(ORDER)

    assert client.get_order(ORDER.number).number == "LS-10001"
    assert {asked.path for asked in web.asked} == {"/api/orders/LS-10001.json"}
    assert not any("authorization" in asked.headers for asked in web.asked)


def test_a_refused_password_is_a_matter_of_credentials(web):
    with pytest.raises(Denied):
        client_of(web, word="wrong").get_order("LS-1")


def test_a_refusal_is_told_in_acs_own_words(web):
    with pytest.raises(Rejected) as refused:
        client_of(web).put_order(replace(ORDER, lines=(replace(LINE, sku="NOPE-1"),)))
    assert refused.value.sentence == "SKU not known: NOPE-1"


def test_a_refusal_does_not_repeat_the_customer():
    said = b'{"detail": "Byron, Ada of 1 High Street, Leeds LS1 4AB (+447700900123, ADA@example.com): service 24 unknown"}'
    web = always(400, said, Content_Type="application/json")

    with pytest.raises(Rejected) as refused:
        client_of(web).put_order(ORDER)

    told = str(refused.value) + repr(refused.value.fields)
    assert "service 24 unknown" in told
    assert [name for name in ("Byron", "Ada", "ADA", "High Street", "Leeds", "LS1", "7700900123", "@") if name in told] == []


@pytest.mark.parametrize("text", ["Accepted", "ERROR: object reference not set", ""])
def test_what_a_200_says_proves_nothing_either_way(text):
    assert client_of(always(200, text.encode(), Content_Type="text/plain")).put_order(ORDER).text == text


def test_a_lost_answer_to_a_put_is_unknown():
    with pytest.raises(UnknownOutcome):
        client_of(always(500)).put_order(ORDER)


def test_a_web_page_in_acs_place_does_not_mean_that_an_order_is_not_there():
    with pytest.raises(Unreadable, match="ACS_API_URL"):
        client_of(always(404, b"<html>", Content_Type="text/html")).get_order("LS-1")


@pytest.mark.parametrize("number", ["A/B", "#1001", "LS 1", "é?x=1", "..."])
def test_a_number_stays_one_part_of_the_address(acs, web, number):
    client = client_of(web)
    if number == "...":
        with pytest.raises(Rejected):
            client.get_order(number)
        return
    client.put_order(replace(ORDER, number=number))
    assert client.get_order(number).number == number
    assert all(asked.query == "" for asked in web.asked)


def test_the_connection_test_asks_for_an_order_nobody_has(web):
    assert "accepts our credentials" in client_of(web).check()
    assert [asked.method for asked in web.asked] == ["GET"]


def test_what_is_sent_has_only_confirmed_names_and_nothing_empty(web):
    client_of(web).put_order(ORDER)
    body = json.loads(web.asked[0].body)

    assert body == {
        "AccountCode": "LSTEP",
        "OrderNumber": "LS-10001",
        "OrderCancelled": False,
        "OrderDate": "2026-11-20",
        "DispatchDate": "2026-11-24",
        "FirstName": "Ada",
        "LastName": "Byron",
        "MobilePhone": "+447700900123",
        "Email": "ada@example.com",
        "Delivery_Address1": "1 High Street",
        "Delivery_City": "Leeds",
        "Delivery_Postcode": "LS1 4AB",
        "DeliveryService": "24",
        "DeliveryAgent": "INPOST",
        "Misc1": "UK00001234",
        "Misc2": "A",
        "OrderItems": [
            {"LineItemId": "1", "GarmentSKU": "DRS-0012-10", "IsHire": False, "ItemPrice": "84.00", "ItemQuantity": 1, "Measurement1": "10"}
        ],
    }
