"""Once a minute everything that must not wait is looked at and said; fewer orders than usual too."""

from datetime import timedelta

import pytest
import time_machine

from config.tasks import tell_people
from exceptions_queue.models import Alert, AlertMessage
from exceptions_queue.states import AlertKind
from orders.actions.volume import is_few, watch_volume
from partners.models import Heartbeat
from tests.orders.builders import make_order
from tests.partners.builders import make_feed, make_run

pytestmark = pytest.mark.django_db


def test_a_late_feed_is_told_over_the_log_and_its_end_too(noon):
    feed = make_feed(last_good_at=noon - timedelta(hours=1))
    make_run(feed, noon - timedelta(hours=1))
    with time_machine.travel(noon, tick=False) as clock:
        tell_people()
        clock.shift(timedelta(minutes=10))
        tell_people()
        feed.last_good_at = noon + timedelta(minutes=10)
        feed.save()
        clock.shift(timedelta(minutes=1))
        tell_people()

    assert list(AlertMessage.objects.order_by("pk").values_list("step", "state")) == [("raised", "sent"), ("over", "sent")]
    assert Heartbeat.objects.get(name="alerts").beat_at == noon + timedelta(minutes=11)


def test_a_feed_that_fails_says_why(noon):
    make_run(make_feed(last_good_at=noon - timedelta(hours=1)), noon, outcome="failed", why="It cannot be reached.")

    with time_machine.travel(noon, tick=False):
        tell_people()

    assert Alert.objects.get(kind=AlertKind.FAILED).sentence.startswith("It cannot be reached.")


def test_a_silent_hour_that_is_usually_busy_is_told(noon):
    for week in range(1, 5):
        for minute in range(12):
            make_order(placed_at=noon - timedelta(weeks=week, minutes=minute))

    assert watch_volume(at=noon) == 1
    assert Alert.objects.get().sentence.startswith("No order came in the last hour; at this time of the week it is usually 12.")


@pytest.mark.parametrize(
    ("now", "usual", "few"), [(0, 9, False), (0, 10, True), (2, 10, False), (1, 10, True), (19, 100, True), (20, 100, False)]
)
def test_less_than_a_fifth_of_a_busy_hour_is_few(now, usual, few):
    assert is_few(now, usual) is few
