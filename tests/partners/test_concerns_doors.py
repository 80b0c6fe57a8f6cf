"""An alarm when InPost's webhooks stop while parcels move, and when all of them are refused; over when they come again."""

from datetime import timedelta

import pytest

from exceptions_queue.models import Alert
from partners.actions.concerns import watch
from partners.models import Feed, SyncRun, WebhookDoor

pytestmark = pytest.mark.django_db


def standing() -> list[str]:
    return sorted(Alert.objects.filter(closed_at__isnull=True, title__startswith="InPost's webhooks").values_list("title", flat=True))


def asked(noon, *, changed: int, **ago: int) -> None:
    feed, _ = Feed.objects.get_or_create(name="inpost.tracking")
    SyncRun.objects.create(feed=feed, outcome="ok", started_at=noon - timedelta(**ago), finished_at=noon, seen=changed, changed=changed)


@pytest.mark.parametrize(("hours", "changed", "alarms"), [(3, 5, 1), (3, 4, 0), (1, 50, 0)])
def test_webhooks_that_stop_while_parcels_move_are_told_of(noon, hours, changed, alarms):
    WebhookDoor.objects.create(source="inpost", accepted_at=noon - timedelta(hours=hours))
    asked(noon, changed=changed, minutes=10)

    watch(at=noon)

    assert len(standing()) == alarms


def test_the_alarm_ends_when_they_come_again(noon):
    WebhookDoor.objects.create(source="inpost", accepted_at=noon - timedelta(hours=3))
    asked(noon, changed=9, minutes=10)
    watch(at=noon)
    WebhookDoor.objects.update(accepted_at=noon)

    watch(at=noon)

    assert standing() == []


def test_a_door_that_never_opened_is_silent_without_an_alarm(noon):
    asked(noon, changed=9, minutes=10)

    watch(at=noon)

    assert standing() == []


def test_five_refusals_in_a_row_are_told_of(noon):
    WebhookDoor.objects.create(source="inpost", accepted_at=noon, refused_in_a_row=5, refused=5, refused_at=noon)

    watch(at=noon)

    assert standing() == ["InPost's webhooks are refused"]
