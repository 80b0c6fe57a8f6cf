"""From what is to be said to who has heard it: each way out by itself, and the next one where a channel is dead."""

from datetime import datetime, timedelta

import pytest

from exceptions_queue.actions import alerts
from exceptions_queue.actions.alerts import Concern
from exceptions_queue.models import AlertChannel, AlertMessage
from exceptions_queue.states import AlertKind, MessageState
from partners import alerting, connect
from partners.models import Heartbeat, Intent
from partners.queries import telling
from tests.partners.fake_web import FakeWeb, always, one_by_one
from tests.partners.partner import Clock

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def connected(settings) -> None:
    settings.SANDBOX = True
    settings.SLACK_WEBHOOK_URL, settings.TEAMS_WEBHOOK_URL = "http://slack.test/hook", "http://teams.test/flow"
    AlertChannel.objects.all().delete()


def make_channel(kind: str, position: int = 0, **columns: object) -> AlertChannel:
    return AlertChannel.objects.create(kind=kind, name=kind.capitalize(), position=position, **columns)


def raise_one(at: datetime, key: str = "feed:a") -> None:
    alerts.make_equal(AlertKind.LATE, [Concern(key, "A is late", "Since noon.", url="/sync/")], at=at)
    alerts.tell(at=at + HOUR)


def send(at: datetime, **webs: FakeWeb) -> dict[str, int]:
    with connect.use({name: web.transport for name, web in webs.items()}):
        return alerting.send(clock=Clock(at))


def test_every_channel_hears_it_once(noon, settings):
    settings.DESK_URL = "https://desk.test"
    for kind in ("slack", "teams", "console"):
        make_channel(kind)
    slack, teams = always(200, b"ok"), always(202)
    raise_one(noon)

    for _ in range(2):
        send(noon + HOUR, slack=slack, teams=teams)

    assert (len(slack.asked), len(teams.asked)) == (1, 1)
    assert b"https://desk.test/sync/" in slack.asked[0].body
    assert set(AlertMessage.objects.values_list("state", flat=True)) == {MessageState.SENT}


def test_a_channel_that_makes_us_wait_delays_no_other(noon):
    make_channel("slack"), make_channel("teams")
    raise_one(noon)

    teams = always(202)
    send(noon + HOUR, slack=always(429, b"", Retry_After="600"), teams=teams)

    assert len(teams.asked) == 1
    assert AlertMessage.objects.get(channel__kind="slack").state == MessageState.QUEUED


def test_what_had_to_wait_goes_later(noon):
    make_channel("slack")
    raise_one(noon)
    slack = one_by_one((500, {}, b"rollup_error"), (200, {}, b"ok"))

    send(noon + HOUR, slack=slack)
    send(noon + 2 * HOUR, slack=slack)

    assert AlertMessage.objects.get().state == MessageState.SENT


def test_a_dead_channel_gets_a_banner_and_its_message_goes_to_the_next(noon):
    make_channel("slack", -2)
    make_channel("console", 0, desks=["finance"], delays={"late": 1440})
    raise_one(noon)

    send(noon + HOUR, slack=always(410, b"channel_is_archived"))

    refused, instead = AlertMessage.objects.order_by("pk")
    assert (refused.state, instead.state, instead.instead_of) == (MessageState.FAILED, MessageState.SENT, "Slack")
    assert [banner.kind for banner in telling.trouble(noon + HOUR)] == ["bad"]


def test_a_dead_channel_is_not_asked_again_until_somebody_saves_it(noon):
    make_channel("slack")
    slack = always(410, b"channel_is_archived")
    raise_one(noon)
    send(noon + HOUR, slack=slack)

    raise_one(noon + HOUR, key="feed:b")
    send(noon + 3 * HOUR, slack=slack)

    assert len(slack.asked) == 1


def test_one_message_is_one_intent_however_often_it_is_queued(noon):
    make_channel("slack")
    raise_one(noon)

    assert [alerting.queue(at=noon + HOUR) for _ in range(2)] == [1, 0]
    assert Intent.objects.filter(kind="alert-slack").count() == 1


def test_a_channel_whose_settings_are_missing_waits_without_harm(noon, settings):
    settings.SLACK_WEBHOOK_URL = ""
    make_channel("slack")
    raise_one(noon)

    outcomes = send(noon + HOUR)

    assert outcomes == {"later": 1}


def test_who_looks_for_alerts_no_more_is_told_by_a_banner(noon):
    Heartbeat.objects.create(name=telling.TELLER, beat_at=noon)

    assert telling.trouble(noon + timedelta(minutes=9)) == []
    assert "Nobody has looked for alerts since" in telling.trouble(noon + timedelta(minutes=11))[0].sentence
