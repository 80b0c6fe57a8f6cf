"""When a line of an order counts as short."""

import pytest

from orders.rules.picking import PICKED, Wanted, missing_garments, short_lines

TWO, ONE = Wanted("1", "DRS", 2), Wanted("2", "TUX", 1)


@pytest.mark.parametrize("status", sorted(PICKED))
def test_once_acs_has_picked_fewer_than_wanted_is_short(status):
    assert short_lines([TWO, ONE], {"1": 1, "2": 1}, status) == [{"line_id": "1", "sku": "DRS", "wanted": 2, "picked": 1}]


@pytest.mark.parametrize("status", ["", "acknowledged", "picking", "cancelled", "unknown"])
def test_before_that_it_has_only_not_been_picked_yet(status):
    assert short_lines([TWO, ONE], {"1": 0, "2": 0}, status) == []


def test_a_line_acs_says_nothing_of_is_not_short():
    assert short_lines([TWO, ONE], {"2": 0}, "packed") == [{"line_id": "2", "sku": "TUX", "wanted": 1, "picked": 0}]


def test_more_than_wanted_is_not_short():
    assert short_lines([ONE], {"2": 3}, "packed") == []


def test_the_garments_that_lack_are_counted_over_all_lines():
    assert missing_garments(short_lines([TWO, ONE], {"1": 0, "2": 0}, "part_picked")) == 3
