"""One cause, one alert: raised once, told as it grows, over when it is put right; and warnings before a cut-off."""

from datetime import timedelta

import pytest

from exceptions_queue.actions import alerts, channels, concerns
from exceptions_queue.actions.alerts import Concern
from exceptions_queue.models import Alert, AlertChannel, AlertMessage
from exceptions_queue.states import AlertKind
from tests.exceptions_queue.builders import find, make_user, open_many

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture
def channel() -> AlertChannel:
    AlertChannel.objects.all().delete()
    return AlertChannel.objects.create(kind="slack", name="Slack", position=-2)


def steps(channel: AlertChannel) -> list[str]:
    return list(channel.messages.order_by("pk").values_list("step", flat=True))


def test_five_thousand_failures_of_one_cause_are_one_alert_three_updates_and_an_end(channel, noon):
    for minute, number in enumerate((10, 60, 400, 2_500, 5_000, 5_000)):
        open_many(number, at=noon)
        concerns.watch_cases(at=noon + minute * 10 * MINUTE)
        alerts.tell(at=noon + minute * 10 * MINUTE + 5 * MINUTE)
    later = noon + timedelta(hours=2)

    find({pk: {} for pk in range(1, 5_001)}, at=later)
    concerns.watch_cases(at=later)
    alerts.tell(at=later)
    alerts.tell(at=later + MINUTE)

    assert Alert.objects.count() == 1
    assert steps(channel) == ["raised", "grew", "grew", "grew", "over"]
    assert channel.messages.get(step="over").text == "It is put right. At worst it concerned 5,000."


def test_few_cases_of_one_cause_are_no_alert(channel, noon):
    open_many(concerns.MANY - 1, at=noon)

    assert concerns.watch_cases(at=noon) == 0


def test_one_case_of_the_integration_admin_is_an_alert(channel, noon):
    find({1: {"INT-DOWN": {"partner": "acs", "fault": "down"}}}, at=noon)

    assert concerns.watch_cases(at=noon) == 1


def test_one_case_of_a_closed_or_full_locker_is_an_alert_for_the_desk_that_serves_the_customer(channel, noon):
    closed = {"field": "locker_id", "fault": "NonOperating", "locker": "UK1"}
    find({1: {"LOC-CLOSED": closed}, 2: {"LOC-FULL": {"field": "locker_id", "fault": "overloaded", "locker": "UK2"}}}, at=noon)

    assert concerns.watch_cases(at=noon) == 2
    assert set(Alert.objects.values_list("owner", "count")) == {("cx", 1)}


def test_seven_causes_are_seven_alerts_that_lead_to_their_cases(channel, noon):
    for n in range(7):
        found = {pk: {"VAL-MOB-FORMAT": {"field": "mobile", "fault": f"fault{n}"}} for pk in range(n * 10 + 1, n * 10 + 7)}
        find(found, at=noon)

    concerns.watch_cases(at=noon)

    assert Alert.objects.count() == 7
    assert all("cause=VAL-MOB-FORMAT" in url for url in Alert.objects.values_list("url", flat=True))


def test_looking_twice_changes_nothing_and_says_nothing_twice(channel, noon):
    open_many(9, at=noon)
    concerns.watch_cases(at=noon)
    alerts.tell(at=noon + 5 * MINUTE)

    concerns.watch_cases(at=noon + 6 * MINUTE)
    again = alerts.tell(at=noon + 6 * MINUTE)

    assert (again, steps(channel), Alert.objects.count()) == (0, ["raised"], 1)


def test_a_channel_hears_only_of_its_desks(channel, noon):
    channel.desks = ["warehouse"]
    channel.save()
    open_many(9, at=noon)
    concerns.watch_cases(at=noon)

    assert alerts.tell(at=noon + 5 * MINUTE) == 0


def test_a_channel_may_wait_longer_than_others(channel, noon):
    channel.delays = {"cases": 30}
    channel.save()
    open_many(9, at=noon)
    concerns.watch_cases(at=noon)

    assert alerts.tell(at=noon + 29 * MINUTE) == 0
    assert alerts.tell(at=noon + 30 * MINUTE) == 1


def test_what_starts_in_a_quiet_time_is_told_after_it_if_it_still_stands(channel, noon):
    priya = make_user("priya")
    channels.add_maintenance(starts_at=noon, ends_at=noon + timedelta(hours=1), why="Moving racks", actor=priya, at=noon)
    open_many(9, at=noon)
    concerns.watch_cases(at=noon)

    assert alerts.tell(at=noon + 30 * MINUTE) == 0
    assert alerts.tell(at=noon + 61 * MINUTE) == 1


def test_a_cause_that_comes_back_is_a_new_alert(channel, noon):
    open_many(9, at=noon)
    concerns.watch_cases(at=noon)
    alerts.tell(at=noon + 5 * MINUTE)
    find({pk: {} for pk in range(1, 10)}, at=noon + 6 * MINUTE)
    concerns.watch_cases(at=noon + 6 * MINUTE)
    alerts.tell(at=noon + 6 * MINUTE)

    open_many(9, at=noon + 7 * MINUTE)
    concerns.watch_cases(at=noon + 7 * MINUTE)
    alerts.tell(at=noon + 12 * MINUTE)

    assert steps(channel) == ["raised", "over", "raised"]


@pytest.mark.parametrize(("left", "said"), [(61, []), (60, [60]), (31, [60]), (30, [30]), (9, [10]), (0, [])])
def test_before_the_order_cut_off_what_is_due_is_told(channel, noon, left, said):
    find({1: {"VAL-MOB-FORMAT": {"field": "mobile", "fault": "landline"}}}, at=noon - timedelta(hours=3))
    cutoff = noon.replace(hour=11, minute=0)  # 12:00 in London

    concerns.watch_cutoffs(at=cutoff - left * MINUTE)

    titles = Alert.objects.filter(kind=AlertKind.CUTOFF, closed_at=None).values_list("title", flat=True)
    assert list(titles) == [f"ACS's order cut-off in {minutes} minutes" for minutes in said]


def test_nothing_is_told_before_a_cut_off_when_nothing_is_due(channel, noon):
    assert concerns.watch_cutoffs(at=noon - 30 * MINUTE) == 0


def test_a_nearer_warning_takes_the_place_of_the_last_without_an_end_being_told(channel, noon):
    find({1: {"VAL-MOB-FORMAT": {"field": "mobile", "fault": "landline"}}}, at=noon - timedelta(hours=3))
    for left in (60, 30, 10):
        at = noon - left * MINUTE
        concerns.watch_cutoffs(at=at)
        alerts.tell(at=at)

    assert steps(channel) == ["raised", "raised", "raised"]


class TestHandOn:
    def test_the_next_channel_gets_what_the_broken_one_refused(self, channel, noon):
        mail = AlertChannel.objects.create(kind="email", name="E-mail", position=-1, desks=["finance"])
        alerts.make_equal(AlertKind.LATE, [Concern("feed:a", "A is late", "Since noon.", owner="cx")], at=noon)
        alerts.tell(at=noon + timedelta(hours=1))
        refused = channel.messages.get()

        handed = alerts.hand_on(refused, why="channel_is_archived", at=noon)

        channel.refresh_from_db()
        assert (channel.broken_at, channel.broken_why) == (noon, "channel_is_archived")
        assert (handed.channel, handed.instead_of, handed.text) == (mail, "Slack", "Since noon.")

    def test_who_has_heard_it_already_does_not_hear_it_twice(self, channel, noon):
        AlertChannel.objects.create(kind="email", name="E-mail", position=-1)
        alerts.make_equal(AlertKind.LATE, [Concern("feed:a", "A is late", "Since noon.")], at=noon)
        alerts.tell(at=noon + timedelta(hours=1))

        assert alerts.hand_on(channel.messages.get(), why="gone", at=noon) is None
        assert AlertMessage.objects.count() == 2

    def test_a_test_message_is_not_handed_on(self, channel, noon):
        AlertChannel.objects.create(kind="console", name="Log", position=0)
        test = channels.send_test(channel, actor=make_user("ines"), at=noon)

        assert alerts.hand_on(test, why="gone", at=noon) is None
