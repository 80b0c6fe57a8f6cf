"""What ACS's answer says of picking and packing. The fields are assumed, so none of them makes an order unreadable."""

import pytest

from partners.acs.fields import from_acs

LINES = [
    {"LineItemId": "1", "GarmentSKU": "DRS-0012-10", "ItemQuantity": 2, "QuantityPicked": 1},
    {"LineItemId": "2", "GarmentSKU": "TUX-1", "ItemQuantity": 1},
]
PACKED = {"PackedLength": 380, "PackedWidth": 300, "PackedHeight": 75, "PackedWeight": 1240}


def read(**facts: object):
    body = {"OrderNumber": "LS-1", "Status": "Packed", "OrderItems": LINES} | facts
    return from_acs(body, locker_field="Misc1", size_field="Misc2", raw=b"")


def test_the_packed_parcel_is_read_in_mm_and_g():
    assert read(**PACKED).packed == {"length_mm": 380, "width_mm": 300, "height_mm": 75, "weight_g": 1240}


def test_only_the_lines_acs_speaks_of_say_how_much_was_picked():
    assert read().picked == {"1": 1}


@pytest.mark.parametrize("value", [None, "", "wide", 0, -1, 12.5, 5_001, True, [380]])
def test_a_packed_side_that_cannot_be_used_is_as_if_it_were_not_said(value):
    assert read(**PACKED | {"PackedLength": value}).packed == {"width_mm": 300, "height_mm": 75, "weight_g": 1240}


@pytest.mark.parametrize("value", [None, "", "one", -1, 1.5, True, {}])
def test_a_picked_quantity_that_cannot_be_used_is_as_if_it_were_not_said(value):
    assert read(OrderItems=[LINES[0] | {"QuantityPicked": value}]).picked == {}


def test_an_answer_without_these_fields_is_an_order_like_any_other():
    there = read(OrderItems=[LINES[1]])

    assert (there.packed, there.picked) == ({}, {})
