"""Where alerts go, said by an admin: refused with a sentence where it makes no sense, tested with a button, quiet for a time."""

from datetime import timedelta

import pytest
import time_machine

from exceptions_queue.models import AlertChannel, AlertMessage, AuditEntry, Maintenance
from tests.exceptions_queue.builders import make_user

pytestmark = pytest.mark.django_db
WAITS = {f"wait_{kind}": "5" for kind in ("cases", "cutoff", "late", "failed", "low_volume", "heartbeat")}


@pytest.fixture(autouse=True)
def at_noon(noon, settings):
    settings.EMAIL_URL, settings.EMAIL_FROM, settings.SLACK_WEBHOOK_URL = "smtp://mail.test", "desk@shop.test", ""
    with time_machine.travel(noon, tick=False):
        yield


@pytest.fixture
def ines(client):
    client.force_login(make_user("ines", "view_alert", "change_alertchannel", "add_maintenance", role="integration"))
    return client


def test_what_is_not_connected_says_what_must_be_set(ines):
    page = ines.get("/settings/channels/").content.decode()

    assert "SLACK_WEBHOOK_URL must be set" in page
    assert 'action="/settings/channels/email/save/"' in page


def test_a_channel_comes_into_being_when_it_is_saved(ines):
    ines.post("/settings/channels/email/save/", {**WAITS, "enabled": "on", "to": "lead@shop.test, cx@shop.test", "desks": ["cx"]})

    mail = AlertChannel.objects.get(kind="email")
    assert (mail.enabled, mail.to, mail.desks, mail.delays["late"]) == (True, "lead@shop.test, cx@shop.test", ["cx"], 5)
    assert "lead@shop.test" not in str(AuditEntry.objects.get(verb="alert channel saved").after)


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"to": ""}, "Say to whom"),
        ({"to": "nobody"}, "Enter a valid email address"),
        ({"wait_late": "-1"}, "greater than or equal to 0"),
        ({"desks": ["kitchen"]}, "Select a valid choice"),
    ],
)
def test_what_makes_no_sense_is_refused_with_a_sentence(ines, wrong, sentence):
    answer = ines.post("/settings/channels/email/save/", {**WAITS, "enabled": "on", "to": "lead@shop.test", **wrong})

    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert not AlertChannel.objects.filter(kind="email").exists()


def test_saving_a_broken_channel_tries_it_again(ines, noon):
    AlertChannel.objects.create(kind="email", name="E-mail", to="a@shop.test", broken_at=noon, broken_why="550")

    ines.post("/settings/channels/email/save/", {**WAITS, "enabled": "on", "to": "a@shop.test"})

    assert AlertChannel.objects.get(kind="email").broken_at is None


def test_a_test_is_written_and_rung_for(ines):
    ines.post("/settings/channels/console/test/")

    message = AlertMessage.objects.get()
    assert (message.step, message.text) == ("test", "ines tested this channel. Nothing is wrong.")


def test_a_channel_that_is_not_set_up_is_not_tested(ines):
    answer = ines.post("/settings/channels/slack/test/", follow=True)

    assert "Set the channel up and save it first." in answer.content.decode()
    assert not AlertMessage.objects.exists()


def test_a_kind_that_does_not_exist_is_not_found(ines):
    assert ines.post("/settings/channels/pigeon/save/", WAITS).status_code == 404


def test_a_quiet_time_is_set_and_ended(ines, noon):
    ines.post("/settings/channels/quiet/", {"starts_at": "2026-06-09T11:00", "ends_at": "2026-06-09T14:00", "why": "Moving racks"})
    window = Maintenance.objects.get()

    ines.post(f"/settings/channels/quiet/{window.pk}/end/")

    window.refresh_from_db()
    assert window.ends_at == noon
    assert list(AuditEntry.objects.order_by("pk").values_list("verb", flat=True)) == ["quiet time set", "quiet time ended"]


@pytest.mark.parametrize("ends", ["2026-06-09T10:00", "2026-06-30T10:00", "soon"])
def test_a_quiet_time_ends_in_the_future_and_within_a_week(ines, ends):
    answer = ines.post("/settings/channels/quiet/", {"starts_at": "2026-06-09T11:00", "ends_at": ends, "why": "x"})

    assert answer.status_code == 422
    assert not Maintenance.objects.exists()


def test_who_may_only_look_changes_nothing(client, noon):
    client.force_login(make_user("tom", "view_alert"))
    window = Maintenance.objects.create(starts_at=noon, ends_at=noon + timedelta(hours=1), why="x")

    assert client.get("/settings/channels/").status_code == 200
    for path in ("email/save/", "console/test/", "quiet/", f"quiet/{window.pk}/end/"):
        assert client.post(f"/settings/channels/{path}").status_code == 403
