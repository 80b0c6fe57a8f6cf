"""Where what InPost names is put right."""

import pytest

from lockers.rules.remedies import place_of
from partners.inpost.shipments import _FIELDS


@pytest.mark.parametrize(
    ("field", "words", "fix"),
    [
        ("recipient.phone", "the mobile", "orders:correct-mobile"),
        ("recipient.firstName", "the name", "orders:correct-name"),
        ("parcels[0].customsClearance.contents[1].description", "the customs facts", "orders:add-customs"),
        ("parcels.0.weight.amount", "the parcel's weight", ""),
        ("sender.phone", "our own sender's data", ""),
        ("surprise", "surprise", ""),
        ("", "", ""),
    ],
)
def test_the_longest_known_beginning_decides(field, words, fix):
    assert (place_of(field).words, place_of(field).fix) == (words, fix)


def test_every_field_that_the_client_explains_has_its_place():
    assert [field for field in _FIELDS if place_of(field).words == field] == []
