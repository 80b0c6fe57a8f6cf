"""Due times: exact on both clock changes, over Christmas and New Year, and on Scotland's own holidays."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exceptions_queue.calendars import Clock, Day, clock_of, default_site, release_due
from exceptions_queue.models import Site, SiteDay

LONDON = ZoneInfo("Europe/London")
ANY_INSTANT = st.integers(int(datetime(2024, 1, 1, tzinfo=UTC).timestamp()), int(datetime(2031, 1, 1, tzinfo=UTC).timestamp())).map(
    lambda seconds: datetime.fromtimestamp(seconds, tz=UTC)
)
ACS = Clock(order_cutoff=time(12), collection_at=time(17, 30))


def local(text):
    """An instant written as London shows it."""
    return datetime.fromisoformat(text).replace(tzinfo=LONDON).astimezone(UTC)


@pytest.mark.parametrize(
    ("now", "due"),
    [
        ("2026-06-09 09:00", "2026-06-09 12:00"),  # an ordinary Tuesday
        ("2026-06-09 11:59", "2026-06-09 12:00"),
        ("2026-06-09 12:00", "2026-06-10 12:00"),  # at the cut-off it is too late for today
        ("2026-06-12 15:00", "2026-06-16 12:00"),  # over a weekend and Scotland's World Cup Monday
        ("2026-03-27 13:00", "2026-03-30 12:00"),  # the clocks go forward on the 29th
        ("2026-10-23 13:00", "2026-10-26 12:00"),  # the clocks go back on the 25th
        ("2026-12-24 13:00", "2026-12-29 12:00"),  # Christmas on Friday, Boxing Day kept on Monday the 28th
        ("2026-12-31 13:00", "2027-01-05 12:00"),  # 1 January, the weekend, and 2 January kept on Monday the 4th
        ("2025-12-31 13:00", "2026-01-05 12:00"),  # 1 and 2 January on Thursday and Friday
        ("2026-11-27 13:00", "2026-12-01 12:00"),  # St Andrew's day on Monday the 30th
        ("2026-08-01 09:00", "2026-08-04 12:00"),  # Scotland's early August Monday
        ("2026-04-03 09:00", "2026-04-06 12:00"),  # Good Friday closes, Easter Monday is not a Scottish holiday
    ],
)
def test_due_is_the_next_order_cut_off(now, due):
    answer = ACS.release_due(at=local(now))

    assert answer.due_at == local(due)
    assert answer.cutoff_at == local(due.replace("12:00", "17:30"))


def test_noon_in_london_is_another_instant_in_summer_and_winter():
    assert ACS.release_due(at=local("2026-03-26 09:00")).due_at.hour == 12
    assert ACS.release_due(at=local("2026-03-30 09:00")).due_at.hour == 11


def test_english_holidays_differ():
    england = Clock(order_cutoff=time(12), collection_at=time(17, 30), bank_holidays="ENG")

    assert england.release_due(at=local("2026-01-01 09:00")).due_at == local("2026-01-02 12:00")
    assert england.release_due(at=local("2026-04-03 09:00")).due_at == local("2026-04-07 12:00")


def test_a_day_of_its_own_wins_over_week_and_holidays():
    days = {
        date(2026, 12, 5): Day(closed=False, order_cutoff=time(9)),  # a Saturday worked at peak
        date(2026, 12, 7): Day(closed=True),
        date(2026, 12, 8): Day(closed=False, collection_at=time(15)),
    }
    clock = Clock(order_cutoff=time(12), collection_at=time(17, 30), days=days)

    assert clock.release_due(at=local("2026-12-04 13:00")).due_at == local("2026-12-05 09:00")
    after = clock.release_due(at=local("2026-12-05 10:00"))
    assert (after.due_at, after.cutoff_at) == (local("2026-12-08 12:00"), local("2026-12-08 15:00"))


def test_after_the_pick_the_lead_time_counts_back_from_the_collection():
    assert ACS.packed_due(at=local("2026-06-09 13:00")).due_at == local("2026-06-09 13:30")
    assert ACS.packed_due(at=local("2026-06-09 17:30")).cutoff_at == local("2026-06-10 17:30")


def test_a_site_that_never_works_still_gives_a_due_time():
    never = Clock(order_cutoff=time(12), collection_at=time(17, 30), working_days="")

    assert never.release_due(at=local("2026-06-09 13:00")).due_at == local("2026-08-08 12:00")


@given(ANY_INSTANT)
def test_due_is_always_ahead_on_a_working_day_and_nothing_works_between(at):
    due = ACS.release_due(at=at)

    there = due.due_at.astimezone(LONDON)
    assert at < due.due_at < due.cutoff_at
    assert (there.hour, there.minute) == (12, 0)
    assert ACS.works_on(there.date())
    today = at.astimezone(LONDON).date()
    between = [today + timedelta(days=n) for n in range(1, (there.date() - today).days)]
    assert not any(ACS.works_on(day) for day in between)


@given(ANY_INSTANT, st.timedeltas(timedelta(), timedelta(days=20)))
def test_due_never_goes_back_as_time_goes_on(at, later):
    assert ACS.release_due(at=at).due_at <= ACS.release_due(at=at + later).due_at


@pytest.mark.django_db
def test_the_default_site_is_acs_and_its_special_days_are_read(django_assert_num_queries):
    site = default_site()
    SiteDay.objects.create(site=site, on=date(2026, 6, 9), closed=True, note="Stocktake")

    with django_assert_num_queries(1):
        due = release_due(site, at=local("2026-06-09 09:00"))

    assert site.key == "acs"
    assert due.due_at == local("2026-06-10 12:00")
    assert clock_of(site, at=local("2026-07-09 09:00")).days == {}


@pytest.mark.django_db
def test_without_any_site_the_default_times_hold():
    Site.objects.all().delete()

    assert release_due(None, at=local("2026-06-09 09:00")).due_at == local("2026-06-09 12:00")


@pytest.mark.parametrize(
    ("now", "count", "since"),
    [
        ("2026-06-12 10:00", 4, "2026-06-08 10:00"),  # from Monday to Friday four working days have passed
        ("2026-06-13 10:00", 4, "2026-06-08 10:00"),  # and no more by Saturday
        ("2026-12-29 10:00", 2, "2026-12-23 10:00"),  # Christmas and its Monday do not count
        ("2026-06-12 10:00", 0, "2026-06-12 10:00"),
    ],
)
def test_working_days_before_count_no_day_on_which_nothing_moves(now, count, since):
    assert ACS.working_days_before(count, at=local(now)) == local(since)


def test_working_days_before_end_at_the_horizon_of_a_site_that_never_works():
    closed = Clock(order_cutoff=time(12), collection_at=time(17, 30), working_days="")
    assert closed.working_days_before(3, at=local("2026-06-12 10:00")) == local("2026-06-12 10:00") - timedelta(days=60)
