"""When the shop may be told a number: down always, up only when nothing was sold unseen."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.rules import is_too_old, may_be_told

COUNTS = st.integers(min_value=0, max_value=1000)


@pytest.mark.parametrize(
    ("wanted", "shown", "published", "read_after", "may"),
    [
        (5, 5, None, True, False),
        (5, 9, None, False, True),
        (5, 9, 9, False, True),
        (9, 5, 5, False, True),  # our own number still stands
        (9, 5, 6, False, False),  # it sold one that we have not heard of
        (9, 5, 6, True, True),
        (9, 5, None, False, False),
        (9, 5, None, True, True),
    ],
)
def test_up_only_when_nothing_was_sold_unseen(noon, wanted, shown, published, read_after, may):
    read_at = noon + timedelta(seconds=1 if read_after else -1)
    assert may_be_told(wanted=wanted, shown=shown, shown_at=noon, published=published, orders_read_at=read_at) is may


def test_up_never_where_orders_were_never_read(noon):
    assert not may_be_told(wanted=9, shown=5, shown_at=noon, published=None, orders_read_at=None)


@given(wanted=COUNTS, shown=COUNTS, published=st.none() | COUNTS)
def test_down_is_always_told_and_the_same_never(wanted, shown, published):
    now = datetime(2026, 6, 9, tzinfo=UTC)
    may = may_be_told(wanted=wanted, shown=shown, shown_at=now, published=published, orders_read_at=None)
    assert may is (wanted < shown or (wanted > shown and shown == published))


def test_stock_is_too_old_past_the_limit_and_where_there_is_none(noon):
    limit = timedelta(hours=26)
    assert is_too_old(as_of=None, at=noon, limit=limit)
    assert not is_too_old(as_of=noon - limit, at=noon, limit=limit)
    assert is_too_old(as_of=noon - limit - timedelta(seconds=1), at=noon, limit=limit)
