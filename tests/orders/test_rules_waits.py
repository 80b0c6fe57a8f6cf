"""How long a part-ready order may wait, and what each way out costs in time."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exceptions_queue.calendars import Clock, Day
from orders.rules import waits
from orders.rules.waits import Promise

CLOCK = Clock(order_cutoff=time(12), collection_at=time(17, 30), lead_minutes=240, bank_holidays="ENG")
TUESDAY, WEDNESDAY, THURSDAY, FRIDAY, MONDAY = (date(2026, 6, day) for day in (9, 10, 11, 12, 15))
NOTHING = Promise(None, None)


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """London time in June, in UTC."""
    return datetime(2026, 6, day, hour - 1, minute, tzinfo=UTC)


@pytest.mark.parametrize(("service", "days"), [("24", 1), ("48", 2), ("72", 3), ("ND", 1), ("", 1), ("6", 1)])
def test_transit_follows_the_service(service: str, days: int):
    assert waits.transit_days(service) == days


@pytest.mark.parametrize(("left", "transit", "there"), [(TUESDAY, 1, WEDNESDAY), (TUESDAY, 2, THURSDAY), (FRIDAY, 1, MONDAY)])
def test_a_weekend_brings_nothing(left: date, transit: int, there: date):
    assert waits.arrives_on(CLOCK, left, transit) == there


@pytest.mark.parametrize(
    ("promised", "transit", "last"),
    [
        (Promise(THURSDAY, None), 1, WEDNESDAY),
        (Promise(THURSDAY, None), 2, TUESDAY),
        (Promise(MONDAY, None), 1, FRIDAY),
        (Promise(date(2026, 6, 14), None), 1, THURSDAY),  # a Sunday is served from Friday's arrival
        (Promise(None, FRIDAY), 1, FRIDAY),
        (Promise(None, date(2026, 6, 14)), 1, FRIDAY),
        (NOTHING, 1, WEDNESDAY),  # the second collection from the day the wait began
    ],
)
def test_the_last_day_keeps_the_promise(promised: Promise, transit: int, last: date):
    assert waits.last_day(CLOCK, promised, transit=transit, opened_on=TUESDAY) == last


def test_an_event_is_promised_for_the_day_before():
    assert waits.promise(deliver_on=None, event_on=FRIDAY, dispatch_on=None) == Promise(THURSDAY, None)
    assert waits.promise(deliver_on=TUESDAY, event_on=FRIDAY, dispatch_on=MONDAY) == Promise(TUESDAY, MONDAY)


def test_the_latest_safe_time_is_the_cut_off_before_release_and_the_lead_before_the_collection_after_it():
    assert waits.latest_safe(CLOCK, TUESDAY, before_release=True) == at(9, 12)
    assert waits.latest_safe(CLOCK, TUESDAY, before_release=False) == at(9, 13, 30)


@pytest.mark.parametrize(("ready", "day"), [(at(9, 13, 30), TUESDAY), (at(9, 13, 31), WEDNESDAY), (at(12, 18), MONDAY)])
def test_what_is_ready_in_time_makes_the_day_s_collection(ready: datetime, day: date):
    assert waits.next_leaving(CLOCK, ready, before_release=False) == day


def test_the_first_deadline_is_never_after_the_latest_safe_time():
    assert waits.first_deadline(CLOCK, at(9, 14), at(11, 13, 30), before_release=False) == at(10, 13, 30)
    assert waits.first_deadline(CLOCK, at(9, 14), at(9, 13, 30), before_release=False) == at(9, 13, 30)


@pytest.mark.parametrize(("now", "why"), [(at(9, 9), ""), (at(9, 10), "deadline"), (at(10, 11, 31), "slack"), (at(10, 13, 30), "too_late")])
def test_why_a_wait_is_overdue(now: datetime, why: str):
    assert waits.overdue(at=now, deadline_at=at(9, 10), latest_safe_at=at(10, 13, 30)) == why


def test_each_way_says_when_it_is_there_and_what_it_costs():
    ways = waits.offers(CLOCK, Promise(WEDNESDAY, None), at=at(9, 9), ready_at=at(11, 10), before_release=False, transit=1, home_transit=2)

    assert [(way.key, way.arrives_on, way.days_late, way.days_lost) for way in ways] == [
        ("wait", FRIDAY, 2, 2),
        ("split", WEDNESDAY, 0, 0),
        ("home", THURSDAY, 1, 1),
    ]
    assert waits.suggested(ways, is_overdue=False) == "home"


def test_waiting_is_suggested_while_it_keeps_the_promise():
    ways = waits.offers(CLOCK, Promise(FRIDAY, None), at=at(9, 9), ready_at=at(10, 10), before_release=False, transit=1, home_transit=1)

    assert waits.suggested(ways, is_overdue=True) == "wait"


def test_without_a_promise_waiting_is_suggested_until_it_is_overdue():
    ways = waits.offers(CLOCK, NOTHING, at=at(9, 9), ready_at=at(10, 10), before_release=False, transit=1, home_transit=1)

    assert [waits.suggested(ways, is_overdue=overdue) for overdue in (False, True)] == ["wait", "home"]


def test_christmas_week_moves_the_last_day_before_the_holidays():
    assert waits.last_day(CLOCK, Promise(date(2026, 12, 29), None), transit=1, opened_on=TUESDAY) == date(2026, 12, 24)


@pytest.mark.parametrize("day", [date(2026, 3, 30), date(2026, 10, 26)])
def test_the_nights_the_clocks_change_do_not_move_the_local_cut_off(day: date):
    local = waits.latest_safe(CLOCK, day, before_release=True).astimezone(ZoneInfo("Europe/London"))

    assert (local.hour, local.date()) == (12, day)


def test_a_site_that_never_works_still_gets_an_answer():
    shut = Clock(order_cutoff=time(12), collection_at=time(17, 30), working_days="", days={TUESDAY: Day(closed=True)})

    assert waits.next_leaving(shut, at(9, 9), before_release=False) > FRIDAY


@given(
    st.integers(0, 700 * 24 * 60).map(lambda minutes: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)),
    st.integers(1, 3),
    st.booleans(),
    st.integers(0, 20),
)
def test_whoever_is_whole_by_the_latest_safe_time_is_there_as_promised(now: datetime, transit: int, before: bool, ahead: int):
    promised = Promise(now.date() + timedelta(days=ahead), None)
    last = waits.last_day(CLOCK, promised, transit=transit, opened_on=now.date())
    safe_at = waits.latest_safe(CLOCK, last, before_release=before)

    leaves = waits.next_leaving(CLOCK, safe_at, before_release=before)

    assert leaves == last
    assert waits.arrives_on(CLOCK, leaves, transit) <= promised.on
    too_late = waits.next_leaving(CLOCK, safe_at + timedelta(minutes=1), before_release=before)
    assert waits.arrives_on(CLOCK, too_late, transit) > promised.on
