"""Which month some letters name."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from returns.rules.months import month_of, name_of, next_month

MONTHS = st.dates(date(2000, 1, 1), date(2999, 11, 30)).map(lambda day: day.replace(day=1))


@given(MONTHS)
def test_a_month_is_found_by_its_name(month: date):
    assert month_of(name_of(month)) == month


@given(MONTHS)
def test_the_day_before_the_next_month_is_in_this_one(month: date):
    assert ((next_month(month) - timedelta(days=1)).replace(day=1), next_month(month).day) == (month, 1)


@pytest.mark.parametrize(
    "text", ["2026-13", "2026-00", "2026-6", "26-06", "1999-12", "2026-06-01", " 2026-06", "2026-06\n", "２０２６-06", "", "\x00"]
)
def test_what_names_no_month_is_none(text: str):
    assert month_of(text) is None
