"""The days a report is about, those before them, and what is said of a range that makes no sense."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis.strategies import dates, integers

from config.reports.period import LONGEST, Period, presets, read, usual

TODAY = date(2026, 6, 9)


def test_without_a_question_it_is_the_last_thirty_days():
    assert read({}, TODAY) == (Period(date(2026, 5, 11), TODAY), "")
    assert usual(TODAY).length == 30


@pytest.mark.parametrize(
    ("asked", "days"),
    [
        ({"from": "2026-06-01", "to": "2026-06-07"}, Period(date(2026, 6, 1), date(2026, 6, 7))),
        ({"from": " 2026-06-01 "}, Period(date(2026, 6, 1), TODAY)),
        ({"to": "2026-03-31"}, Period(date(2026, 3, 2), date(2026, 3, 31))),
        ({"from": "2024-06-10", "to": "2026-06-09"}, Period(date(2024, 6, 10), TODAY)),
    ],
)
def test_one_or_both_days_may_be_given(asked, days):
    assert read(asked, TODAY) == (days, "")


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"from": "yesterday"}, "The first day is not a date. Write it like 2026-06-09."),
        ({"to": "2026-02-30"}, "The last day is not a date. Write it like 2026-06-09."),
        ({"from": "2026-06-02", "to": "2026-06-01"}, "The first day, 2 June 2026, comes after the last, 1 June 2026. Swap them."),
        ({"from": "2019-01-01", "to": "2026-06-09"}, "A report covers at most five years. Choose a first day nearer to the last."),
        ({"from": "0001-01-01"}, "The first day lies outside what the desk can know. Choose one of this decade."),
        ({"to": "9999-12-31"}, "The last day lies outside what the desk can know. Choose one of this decade."),
    ],
)
def test_a_range_that_makes_no_sense_is_said_and_the_usual_one_taken(asked, said):
    assert read(asked, TODAY) == (usual(TODAY), said)


@pytest.mark.parametrize(
    ("day", "starts_at", "hours"),
    [
        (date(2026, 3, 29), datetime(2026, 3, 29, 0, tzinfo=UTC), 23),
        (date(2026, 10, 25), datetime(2026, 10, 24, 23, tzinfo=UTC), 25),
        (date(2026, 6, 9), datetime(2026, 6, 8, 23, tzinfo=UTC), 24),
    ],
)
def test_a_day_on_which_the_clocks_change_has_its_own_length(day, starts_at, hours):
    one = Period(day, day)

    assert one.starts_at.astimezone(UTC) == starts_at
    assert one.ends_at.astimezone(UTC) - one.starts_at.astimezone(UTC) == timedelta(hours=hours)


@given(dates(date(2012, 1, 1), date(2040, 1, 1)), integers(1, LONGEST))
def test_the_days_before_are_as_many_and_touch_the_first(last, length):
    asked = Period(last - timedelta(days=length - 1), last)

    assert asked.before.length == asked.length == len(asked.days) == length
    assert asked.before.ends_at == asked.starts_at


def test_presets_end_today_but_for_the_last_month():
    ready = presets(TODAY)

    assert ready["7 days"] == Period(date(2026, 6, 3), TODAY)
    assert ready["Last month"] == Period(date(2026, 5, 1), date(2026, 5, 31))


@pytest.mark.parametrize(
    ("days", "said"),
    [
        (Period(TODAY, TODAY), "9 June 2026"),
        (Period(date(2026, 5, 11), TODAY), "11 May to 9 June 2026"),
        (Period(date(2025, 12, 30), date(2026, 1, 5)), "30 December 2025 to 5 January 2026"),
    ],
)
def test_a_period_in_words(days, said):
    assert days.in_words == said
