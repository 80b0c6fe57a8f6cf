"""How exactly a postcode points somewhere."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lockers.rules.points import outward
from lockers.rules.postcodes import Parts, parts


@pytest.mark.parametrize("written", ["LS1 4AB", "ls14ab", "  Ls1   4aB "])
def test_a_postcode_is_read_however_it_is_written(written):
    assert parts(written) == Parts("LS1 4AB", "LS1 4", "LS1", "LS")


def test_the_first_half_alone_is_a_district():
    assert parts("EC1A") == Parts("", "", "EC1A", "EC")


@pytest.mark.parametrize("written", ["", "LS", "LS1 4", "1 4AB", "🦊", "LS1 4AB LS1 4AB", "D02 X285", "LS١ 4AB", "L\x00S1"])
def test_anything_else_is_none(written):
    assert parts(written) is None


@given(st.text(max_size=12))
def test_it_agrees_with_the_mirrors_own_reading_of_districts(written):
    found = parts(written)
    if found and found.unit:
        assert outward(written) == found.outward
