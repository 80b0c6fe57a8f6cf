"""Reading the assumed answer, comparing it with what was sent, and keeping an order in an intent."""

import json
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partners.acs.fields import from_acs, to_acs
from partners.acs.records import AcsOrder, OutboundLine, OutboundOrder, differences, from_payload, to_payload
from partners.errors import RecordError
from tests.partners.acs.fake_acs import LINE, ORDER

SPARE = {"locker_field": "Misc1", "size_field": "Misc2"}


def sent(**changes: Any) -> dict[str, Any]:
    return to_acs(ORDER, account_code="LSTEP", **SPARE) | changes


def read(body: Any) -> AcsOrder:
    return from_acs(body, raw=b"", **SPARE)


WORDS = st.text(st.characters(categories=["L", "N", "P", "Zs"]), max_size=30).map(lambda text: " ".join(text.split()))
CODES = st.text("ABCXYZ0123456789-", min_size=1, max_size=20)
DAYS = st.none() | st.dates(min_value=date(2000, 1, 1))
LINES = st.builds(
    OutboundLine,
    line_id=CODES,
    sku=CODES,
    is_hire=st.booleans(),
    price_pence=st.integers(0, 10**7),
    quantity=st.integers(0, 100),
    measurements=st.lists(CODES, max_size=2).map(tuple),
)
ORDERS = st.builds(
    OutboundOrder,
    **dict.fromkeys(("first_name", "last_name", "mobile", "email", "address1", "address2", "city", "county", "postcode"), WORDS),
    **dict.fromkeys(("ordered_on", "dispatch_on", "deliver_on", "event_on", "return_on"), DAYS),
    **dict.fromkeys(("number", "service", "agent", "comments", "locker_id"), CODES),
    parcel_size=st.sampled_from(["", "A", "B", "C"]),
    cancelled=st.booleans(),
    lines=st.lists(LINES, max_size=4).map(tuple),
)


class TestReading:
    @given(ORDERS)
    def test_what_was_sent_reads_back_without_a_difference(self, order):
        body = json.loads(json.dumps(to_acs(order, account_code="X", **SPARE)))
        assert differences(order, read(body)) == ()

    @pytest.mark.parametrize(
        ("body", "path"),
        [
            ([], "$"),
            (sent(OrderNumber=None), "$.OrderNumber"),
            (sent(OrderNumber=True), "$.OrderNumber"),
            (sent(FirstName={}), "$.FirstName"),
            (sent(DispatchDate="24/11/2026"), "$.DispatchDate"),
            (sent(OrderCancelled="perhaps"), "$.OrderCancelled"),
            (sent(OrderItems=None), "$.OrderItems"),
            (sent(OrderItems=[7]), "$.OrderItems[0]"),
            (sent(OrderItems=[{"LineItemId": "1", "GarmentSKU": "X", "ItemQuantity": 1.5}]), "$.OrderItems[0].ItemQuantity"),
            (sent(OrderItems=[{"LineItemId": "1", "GarmentSKU": "X", "ItemPrice": "NaN"}]), "$.OrderItems[0].ItemPrice"),
        ],
    )
    def test_what_cannot_be_read_is_named_with_its_path(self, body, path):
        with pytest.raises(RecordError) as error:
            read(body)
        assert error.value.path == path

    def test_one_customer_of_acs_writes_the_sku_in_another_case(self):
        assert read(sent(OrderItems=[{"LineItemId": "1", "GarmentSku": "X-1"}])).content.lines[0].sku == "X-1"

    @pytest.mark.parametrize("status", ["Pick Confirmed", "Something new", "", None, 7])
    def test_a_status_is_kept_as_it_is_written(self, status):
        assert read(sent(Status=status)).status_raw == ("" if status is None else str(status))

    @pytest.mark.parametrize("stamp", ["yesterday", "2026-11-20 10:00", None, {}, ""])
    def test_a_time_in_an_unknown_form_does_not_hide_the_order(self, stamp):
        assert read(sent(StatusDate=stamp)).status_at is None

    def test_fields_nobody_told_us_about_are_passed_over(self):
        assert read(sent(Warehouse={"Bay": 7})).number == "LS-10001"


class TestDifferences:
    @pytest.mark.parametrize(
        ("change", "names"),
        [
            ({}, ()),
            ({"MobilePhone": "+447700900124"}, ("mobile",)),
            ({"Misc1": "UK00009999", "Misc2": "B"}, ("locker_id", "parcel_size")),
            ({"OrderCancelled": True}, ("cancelled",)),
            ({"OrderItems": []}, ("lines",)),
            ({"DispatchDate": "2026-11-25"}, ("dispatch_on",)),
            ({"OrderNumber": "LS-2"}, ("number",)),
            ({"OrderDate": "2026-11-21", "Comments": "seen"}, ()),
            ({"FirstName": "  Ada ", "Delivery_Address1": "1  High Street"}, ()),
        ],
    )
    def test_are_named_in_our_words(self, change, names):
        assert differences(ORDER, read(sent(**change))) == names

    def test_lines_have_no_order_and_accents_no_spelling(self):
        other = replace(LINE, line_id="2", sku="TUX-1")
        order = replace(ORDER, lines=(LINE, other), last_name="Zoe\u0308")
        there = read(to_acs(replace(order, lines=(other, LINE), last_name="Zoë"), account_code="", **SPARE))
        assert differences(order, there) == ()

    def test_a_line_sent_twice_is_not_the_same_as_once(self):
        twice = replace(ORDER, lines=(LINE, replace(LINE, line_id="2")))
        assert differences(twice, read(sent())) == ("lines",)


@given(ORDERS)
def test_an_order_survives_its_intent(order):
    assert from_payload(json.loads(json.dumps(to_payload(order)))) == order
