"""Measures are rounded up, whatever the unit, and never become nought."""

import contextlib
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.rules import GRAMS, HEAVIEST_G, LONGEST_MM, MM, NotUsable, country, hs_code, keeps_its_shape, whole

NUMBERS = st.decimals("0.0001", "4.9", places=4).map(str)


@given(NUMBERS, st.sampled_from(sorted(MM)))
def test_a_length_is_never_less_than_what_was_said_nor_a_whole_mm_more(text: str, unit: str):
    exact = Decimal(text) * MM[unit]
    if exact <= LONGEST_MM:
        assert 0 <= whole(text, unit, MM) - exact < 1


@given(NUMBERS, st.sampled_from(sorted(GRAMS)))
def test_a_weight_is_never_less_than_what_was_said_nor_a_whole_gram_more(text: str, unit: str):
    exact = Decimal(text) * GRAMS[unit]
    if exact <= HEAVIEST_G:
        assert 0 <= whole(text, unit, GRAMS) - exact < 1


@given(st.text(max_size=20), st.text(max_size=6))
def test_any_text_is_a_measure_or_a_reason(text: str, unit: str):
    with contextlib.suppress(NotUsable):
        measure = whole(text, unit, MM)
        assert measure is None or 1 <= measure <= LONGEST_MM


@pytest.mark.parametrize(("text", "rigid"), [("yes", True), ("Y", True), ("no", False), (" FALSE ", False), ("soft", False), ("", None)])
def test_rigid_is_yes_no_or_not_said(text: str, rigid: bool | None):
    assert keeps_its_shape(text) is rigid


def test_codes_are_folded():
    assert (country(" gb "), country("uk"), country(""), hs_code("6204.43 00"), hs_code("")) == ("GB", "GB", "", "62044300", "")
