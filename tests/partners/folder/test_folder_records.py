"""One order file: read in our words, or refused with where and why."""

from contextlib import suppress
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partners.errors import RecordError
from partners.folder.records import decode_order
from partners.shop import StoreOrder
from tests.partners.folder.shop import raw

WRONG = [
    ({"id": ...}, "$.id: is missing"),
    ({"name": ""}, "$.name: is missing"),
    ({"name": "x" * 65}, "$.name: is longer than 64 characters"),
    ({"placedAt": "2026-11-20 09:14"}, "$.placedAt: has no time zone"),
    ({"placedAt": None}, "$.placedAt: must be an instant such as 2026-11-23T09:14:00Z"),
    ({"updatedAt": "2126-01-01T00:00:00Z"}, "$.updatedAt: is more than ten years away"),
    ({"currency": "pounds"}, "$.currency: must be a code such as GBP"),
    ({"total": "NaN"}, "$.total: must be an amount such as 84.00"),
    ({"total": "-1"}, "$.total: is not a possible amount"),
    ({"total": True}, "$.total: must be an amount such as 84.00"),
    ({"note": {"a": 1}}, "$.note: must be text"),
    ({"email": ["a"]}, "$.email: must be text"),
    ({"phones": {}}, "$.phones: must be a list of objects"),
    ({"phones": ["07700"]}, "$.phones: must be a list of objects"),
    ({"shipTo": "Leeds"}, "$.shipTo: must be an object"),
    ({"shipTo__countryCode": "IRL"}, "$.shipTo.countryCode: must be a code such as GB"),
    ({"shipTo__countryCode": "United Kingdom"}, "$.shipTo.countryCode: must be a code such as GB"),
    ({"attributes": []}, "$.attributes: must be an object"),
    ({"lines": {}}, "$.lines: must be a list of at most 500 lines"),
    ({"lines": [{}] * 501}, "$.lines: must be a list of at most 500 lines"),
    ({"lines": [7]}, "$.lines[0]: must be an object"),
    ({"lines__0__sku": None}, "$.lines[0].sku: is missing"),
    ({"lines__0__quantity": 1.9}, "$.lines[0].quantity: must be a whole number"),
    ({"lines__0__quantity": True}, "$.lines[0].quantity: must be a whole number"),
    ({"lines__0__quantity": -1}, "$.lines[0].quantity: must be between 0 and 10000"),
    ({"lines__0__hire": "maybe"}, "$.lines[0].hire: must be true or false"),
    ({"lines__0__measurements": "10"}, "$.lines[0].measurements: must be a list"),
    ({"fulfilled": "some"}, "$.fulfilled: must be part, all or back, or absent where nothing was sent"),
    ({"customs__value": "many"}, "$.customs.value: must be an amount such as 84.00"),
]


def test_the_order_of_the_documentation():
    order = decode_order(raw())

    assert (order.store_id, order.number, order.total_pence, order.customs_value_pence) == ("5001", "LS-10001", 8400, 8400)
    assert order.paid_at == datetime(2026, 11, 20, 9, 14, 20, tzinfo=UTC)
    assert order.phones == (("shipping", "07700 900123"), ("customer", ""))
    assert (order.city, order.postcode, order.country, order.service_code) == ("Leeds", "LS1 4AB", "GB", "inpost_locker")
    assert order.attributes == {"Locker ID": "UK00001234", "Dispatch Date": "2026-11-24"}
    assert order.metafields["lockers.point"]["code"] == "UK00001234"
    assert (order.fulfilled, order.leave_alone) == ("", "")
    (line,) = order.lines
    assert (line.sku, line.quantity, line.unit_price_pence, line.is_hire, line.measurements) == ("DRS-0012-10", 1, 8400, False, ("10",))


@pytest.mark.parametrize(
    "absent", ["total", "lines", "customs", "note", "email", "phones", "shipTo", "service", "attributes", "metafields"]
)
def test_what_the_shop_may_not_have_may_be_absent_or_null(absent):
    assert decode_order(raw(**{absent: ...})) == decode_order(raw(**{absent: None}))


@pytest.mark.parametrize(("changes", "said"), WRONG, ids=[said for _, said in WRONG])
def test_what_is_wrong_is_named_with_its_path_and_its_order(changes, said):
    with pytest.raises(RecordError) as error:
        decode_order(raw(**changes))

    assert str(error.value) == said
    assert error.value.key == ("LS-10001" if "name" not in changes else str(changes["name"])[:64])


def test_a_line_id_twice_is_refused():
    line = {"id": "1", "sku": "A", "quantity": 1}
    with pytest.raises(RecordError, match="same line id twice"):
        decode_order(raw(lines=[line, line]))


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"null", b"\xff\xfe", b"[" * 100_000, b'{"total": 1e999}', b"1" * 5_000, b'{"id": NaN}', b"\xef\xbb\xbf{}"]
)
def test_what_is_no_json_object_is_refused(body):
    with pytest.raises(RecordError) as error:
        decode_order(body)
    assert error.value.path == "$"


def test_a_note_of_ten_megabytes_is_cut_and_says_so():
    order = decode_order(raw(note="x" * 10_000_000))
    assert (len(order.note), order.note_cut) == (5_000, True)
    assert not decode_order(raw(note="x" * 5_000)).note_cut


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Ada\x00", "Ada"),
        ("👩‍👧", "👩‍👧"),
        ("\u202eadA", "\u202eadA"),
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
        ('=HYPERLINK("http://x")', '=HYPERLINK("http://x")'),
        ("Zoe\u0308", "Zoë"),
    ],
)
def test_what_shoppers_type_is_kept_as_text(typed, kept):
    order = decode_order(raw(shipTo__firstName=typed, attributes={typed: typed}))

    assert order.first_name == kept
    assert order.attributes == {kept: kept}


def test_attributes_are_made_fit_to_store():
    order = decode_order(
        raw(attributes={"n": 10**30, "deep": {"a": {"b": {"c": {"d": {"e": 1}}}}}, "list": ["\x00x", None, 1.5, True], "big": "x" * 9_999})
    )

    assert order.attributes["n"] is None
    assert order.attributes["list"] == ["x", None, 1.5, True]
    assert len(order.attributes["big"]) == 2_000


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
FIELDS = [
    "id",
    "name",
    "placedAt",
    "total",
    "note",
    "phones",
    "shipTo",
    "service",
    "attributes",
    "lines",
    "customs",
    "lines__0__quantity",
    "shipTo__zip",
]


@given(st.sampled_from(FIELDS), JSON)
def test_anything_at_all_is_an_order_or_a_reason(field, value):
    with suppress(RecordError):
        assert isinstance(decode_order(raw(**{field: value})), StoreOrder)


@pytest.mark.parametrize(("said", "why"), [("all", "had shipped it"), ("PART", "had shipped a part"), ("back", "had put it back")])
def test_what_others_sent_before_we_came_is_left_alone(said, why):
    order = decode_order(raw(fulfilled=said))

    assert order.fulfilled == said.lower()
    assert why in order.leave_alone


def test_a_cancelled_order_needs_no_leaving_alone():
    assert decode_order(raw(fulfilled="back", cancelledAt="2026-11-21T09:14:00Z")).leave_alone == ""
