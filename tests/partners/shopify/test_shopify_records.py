"""One order in our words: each field from its place, money to the penny, and never anything but a RecordError."""

import json
from contextlib import suppress
from copy import deepcopy
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partners.errors import RecordError
from partners.shop import PHONES
from partners.shopify.records import decode_order
from tests.partners.shopify.fake_shopify import fulfilment, line, order, page


def decoded(**facts: Any):
    return decode_order(json.dumps(order(1, **facts)).encode())


def money(amount: Any) -> dict[str, Any]:
    return {"shopMoney": {"amount": amount, "currencyCode": "GBP"}}


class TestFields:
    def test_an_order_is_read(self):
        read = decoded(note="Ring twice")

        assert (read.store_id, read.number, read.channel) == ("gid://shopify/Order/1", "LS-1", "web")
        assert read.placed_at == datetime(2026, 11, 23, 9, 14, tzinfo=UTC)
        assert (read.paid_at, read.cancelled_at) == (datetime(2026, 11, 23, 9, 14, 20, tzinfo=UTC), None)
        assert (read.currency, read.total_pence, read.note, read.note_cut) == ("GBP", 8400, "Ring twice", False)
        assert (read.first_name, read.last_name, read.city, read.county, read.postcode, read.country) == (
            "Ada",
            "Byron",
            "Leeds",
            "",
            "LS1 4AB",
            "GB",
        )
        assert (read.service_code, read.service_title) == ("inpost_locker", "InPost Locker")
        assert read.attributes == {"Locker ID": "UK00001234"}
        assert (read.customs_contents, read.customs_value_pence) == ("", None)

    @pytest.mark.parametrize(("name", "number"), [("#1001", "1001"), ("LS-9", "LS-9"), ("# 7", "7"), ("1001-A", "1001-A")])
    def test_the_number_is_the_name_without_its_mark(self, name, number):
        assert decoded(name=name).number == number

    @pytest.mark.parametrize(("source", "channel"), [("web", "web"), (None, "web"), ("pos", "pos"), ("580111", "580111")])
    def test_the_channel_is_where_it_was_bought(self, source, channel):
        assert decoded(sourceName=source).channel == channel

    @pytest.mark.parametrize("status", ["PENDING", "AUTHORIZED", "PARTIALLY_PAID", "VOIDED", "REFUNDED", "EXPIRED", None, "NEW_WORD"])
    def test_what_is_not_wholly_paid_is_not_paid(self, status):
        assert decoded(displayFinancialStatus=status).paid_at is None

    @pytest.mark.parametrize(("status", "how"), [("FULFILLED", "all"), ("PARTIALLY_FULFILLED", "part"), ("RESTOCKED", "back")])
    def test_what_was_shipped_before_we_saw_it_is_left_alone(self, status, how):
        read = decoded(displayFulfillmentStatus=status)
        assert (read.fulfilled, "before Lockstep saw it" in read.leave_alone) == (how, True)

    @pytest.mark.parametrize("status", ["UNFULFILLED", "OPEN", "ON_HOLD", "IN_PROGRESS", "NEW_WORD", None])
    def test_what_still_waits_is_not(self, status):
        read = decoded(displayFulfillmentStatus=status)
        assert (read.fulfilled, read.leave_alone) == ("", "")

    def test_an_order_of_gift_cards_is_left_alone(self):
        assert decoded(lineItems=page(line(1, requiresShipping=False))).leave_alone == "Nothing in it is shipped."

    def test_a_cancelled_order_keeps_the_lines_it_had(self):
        read = decoded(cancelledAt="2026-11-23T09:15:00Z", lineItems=page(line(1, quantity=2, currentQuantity=0)))
        assert ([one.quantity for one in read.lines], read.leave_alone) == ([2], "")

    @pytest.mark.parametrize("status", ["PAID", "PARTIALLY_REFUNDED"])
    def test_what_is_paid_was_so_when_it_was_processed(self, status):
        assert decoded(displayFinancialStatus=status, processedAt="2026-11-20T08:00:00+01:00").paid_at == datetime(
            2026, 11, 20, 7, 0, tzinfo=UTC
        )

    @pytest.mark.parametrize(("amount", "pence"), [("42.5", 4250), ("0.0", 0), ("84", 8400), (19.99, 1999), ("1234567.89", 123456789)])
    def test_money_is_exact(self, amount, pence):
        assert decoded(currentTotalPriceSet=money(amount)).total_pence == pence

    def test_metafields_are_text_by_their_whole_name(self):
        point = '{"provider": "INPOST", "code": "UK00001234"}'
        fields = page({"namespace": "lockers", "key": "point", "type": "json", "value": point})
        assert decoded(metafields=fields).metafields == {"lockers.point": point}

    def test_an_order_that_is_not_shipped_has_no_address(self):
        read = decoded(shippingAddress=None, shippingLine=None, fulfillmentOrders=page())
        assert (read.address1, read.country, read.service_code, read.phones) == ("", "", "", ())


class TestPhones:
    def test_each_of_the_places_is_named_and_in_order(self):
        there = fulfilment(1) | {"destination": {"phone": "4"}, "deliveryMethod": {"additionalInformation": {"phone": "1"}}}
        read = decoded(
            phone="5",
            shippingAddress={"phone": "3"},
            shippingLine={"phone": "2"},
            billingAddress={"phone": "7"},
            customer={"defaultPhoneNumber": {"phoneNumber": "6"}},
            fulfillmentOrders=page(there),
        )
        assert read.phones == tuple(zip(PHONES, "1234567", strict=True))

    def test_of_several_fulfilments_the_first_number_counts(self):
        nodes = [fulfilment(n) | {"destination": {"phone": phone}} for n, phone in enumerate((None, "07700 900001", "07700 900002"))]
        read = decoded(shippingAddress=None, fulfillmentOrders=page(*nodes))
        assert read.phones == (("destination", "07700 900001"),)


class TestLines:
    def one(self, **facts: Any):
        (read,) = decoded(lineItems=page(line(5, **facts))).lines
        return read

    def test_a_line_is_read(self):
        read = self.one(quantity=3, currentQuantity=2, discountedUnitPriceSet=money("19.99"))
        assert (read.line_id, read.sku, read.name, read.quantity, read.unit_price_pence) == ("5", "DRS-5", "Midi dress", 2, 1999)
        assert (read.is_hire, read.measurements) == (False, ())

    def test_what_was_taken_out_and_what_is_not_shipped_is_no_line(self):
        read = decoded(lineItems=page(line(1, currentQuantity=0, sku=None), line(2, requiresShipping=False, sku=None), line(3)))
        assert [one.line_id for one in read.lines] == ["3"]

    @pytest.mark.parametrize(("name", "value", "hired"), [("_hire", "true", 1), ("Hire", "Yes", 1), ("Hire", "no", 0), ("_hire", "", 0)])
    def test_hire_is_what_the_line_says(self, name, value, hired):
        assert self.one(customAttributes=[{"key": name, "value": value}]).is_hire is bool(hired)

    def test_a_word_that_is_neither_yes_nor_no_is_refused_by_name(self):
        with pytest.raises(RecordError, match=r"nodes\[0\]\.customAttributes\._hire: must be yes or no") as refused:
            self.one(customAttributes=[{"key": "_hire", "value": "perhaps"}])
        assert refused.value.key == "LS-1"

    def test_measurements_are_parted(self):
        assert self.one(customAttributes=[{"key": "Measurements", "value": "44; 32,, 15.5"}]).measurements == ("44", "32", "15.5")


WRONG = [
    ({"id": None}, "$.id"),
    ({"name": "#"}, "$.name"),
    ({"updatedAt": "yesterday"}, "$.updatedAt"),
    ({"createdAt": None}, "$.createdAt"),
    ({"currencyCode": "POUND"}, "$.currencyCode"),
    ({"currentTotalPriceSet": money("a lot")}, "$.currentTotalPriceSet.shopMoney.amount"),
    ({"note": ["x"]}, "$.note"),
    ({"phone": {"number": 1}}, "$.phone"),
    ({"shippingAddress": []}, "$.shippingAddress"),
    ({"customAttributes": [1]}, "$.customAttributes"),
    ({"lineItems": page(line(1), line(1))}, "$.lineItems"),
    ({"lineItems": page(line(1, sku=None))}, "$.lineItems.nodes[0].sku"),
    ({"lineItems": page(line(1, currentQuantity=-1))}, "$.lineItems.nodes[0].currentQuantity"),
    ({"lineItems": page(*(line(n) for n in range(501)))}, "$.lineItems"),
    ({"metafields": page({"namespace": [], "key": "x"})}, "$.metafields.nodes[0].namespace"),
]


@pytest.mark.parametrize(("facts", "path"), WRONG, ids=[f"{path} {number}" for number, (_, path) in enumerate(WRONG)])
def test_what_is_wrong_is_named_with_its_place(facts, path):
    with pytest.raises(RecordError) as refused:
        decoded(**facts)
    assert refused.value.path == path


@pytest.mark.parametrize("raw", [b"", b"{", b"[]", b"null", b"\xff", b'"' + b"x" * 10, b"[" * 100_000, b'{"id": 1e999}'])
def test_bytes_that_are_no_order_are_refused(raw):
    with pytest.raises(RecordError):
        decode_order(raw)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
WHOLE = order(
    1,
    customer={"defaultPhoneNumber": {"phoneNumber": "1"}},
    billingAddress={"phone": "2"},
    metafields=page({"namespace": "a", "key": "b", "value": "c"}),
    lineItems=page(line(1, customAttributes=[{"key": "_hire", "value": "yes"}])),
)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path] * bool(path) + [deeper for name, item in items for deeper in places(item, (*path, name))]


@given(st.sampled_from(places(WHOLE)), JSON)
def test_whatever_stands_in_any_place_is_read_or_refused(place, value):
    body = deepcopy(WHOLE)
    inner = body
    for step in place[:-1]:
        inner = inner[step]
    inner[place[-1]] = value
    with suppress(RecordError):
        assert decode_order(json.dumps(body).encode()).number


@given(JSON)
def test_any_json_is_read_or_refused(value):
    with pytest.raises(RecordError):
        decode_order(json.dumps(value).encode())
