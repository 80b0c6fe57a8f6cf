"""A newcomer's link: one use, 72 hours, and its secret in no log, no referrer and no cache."""

from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.models import User
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from config.models import Access
from config.people.acts import LINK_LASTS, Newcomer, invite
from exceptions_queue.models import AuditEntry
from tests.config.people import PASSWORD, load_roles, make_person, sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def loaded():
    cache.clear()
    load_roles()


@pytest.fixture
def ines():
    return make_person("ines", "integration")


@pytest.fixture
def invited(ines):
    who = Newcomer("Zoë", "O'Neil", "zoe@example.com", ["cx"])
    return invite(who, actor=ines, at=timezone.now(), reason="New")


def choose(client, secret, password=PASSWORD, again=""):
    return client.post("/welcome/", {"token": secret, "password": password, "again": again or password})


def log_in(client, name, password=PASSWORD):
    return client.post("/account/login/", {"login": name, "password": password})


def test_the_newcomer_chooses_a_password_and_signs_in(invited, client):
    user, secret = invited
    assert "You will sign in as" in client.get(f"/welcome/{secret}/").content.decode()

    answer = choose(client, secret)

    assert answer["Location"] == "/account/login/"
    assert "Sign in as zoe.oneil" in client.get("/account/login/").content.decode()
    assert log_in(client, "zoe.oneil")["Location"] == "/"
    assert client.get("/queue/").status_code == 200
    assert AuditEntry.objects.get(verb="invitation accepted").actor_label == user.username


def test_opening_the_link_uses_nothing_up(invited, client):
    _, secret = invited

    for _ in range(30):
        assert client.get(f"/welcome/{secret}/").status_code == 200

    assert choose(client, secret).status_code == 302


def test_it_works_once(invited, client):
    user, secret = invited
    choose(client, secret)

    answer = choose(Client(), secret, "another-long-password")

    user.refresh_from_db()
    assert (answer.status_code, user.check_password(PASSWORD)) == (410, True)
    assert "This link has ended" in client.get(f"/welcome/{secret}/").content.decode()


def test_it_ends_after_72_hours(invited, client):
    _, secret = invited
    with time_machine.travel(timezone.now() + LINK_LASTS + timedelta(seconds=1), tick=False):
        assert "This link has ended" in client.get(f"/welcome/{secret}/").content.decode()
        assert choose(client, secret).status_code == 410
    assert not User.objects.get(username="zoe.oneil").is_active


def test_a_newer_link_ends_the_older(invited, ines, client):
    user, old = invited

    sign_in(ines).post(f"/settings/people/{user.pk}/link/", {"reason": "It got lost"})

    assert choose(client, old).status_code == 410


@pytest.mark.parametrize("secret", ["x", "", "ü" * 40, "%00", "a" * 5000])
def test_a_secret_nobody_made_opens_nothing(client, secret):
    assert choose(client, secret).status_code == 410
    assert client.get(f"/welcome/{secret or 'x'}/").status_code == (404 if secret == "%00" else 200)


@pytest.mark.parametrize(
    ("password", "again", "sentence"),
    [
        ("short", "", "at least 12"),
        ("1q2w3e4r5t6y", "", "too common"),
        ("zoe.oneil-12345", "", "too similar"),
        (PASSWORD, "something-else-12", "The two passwords differ."),
        ("", "x", "required"),
    ],
)
def test_a_poor_password_is_refused_in_words_and_the_link_stays_good(invited, client, password, again, sentence):
    _, secret = invited

    answer = choose(client, secret, password, again)

    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert choose(client, secret).status_code == 302


def test_the_secret_is_told_to_no_log_no_cache_and_no_other_site(invited, client, caplog):
    _, secret = invited
    with caplog.at_level("DEBUG"):
        opened = client.get(f"/welcome/{secret}/")
        choose(client, secret, "short")
        choose(client, secret)
        client.get(f"/welcome/{secret}/")

    assert secret not in caplog.text
    assert PASSWORD not in caplog.text
    assert opened["Cache-Control"] == "no-store"
    assert opened["Referrer-Policy"] == "strict-origin"


def test_trying_again_and_again_is_slowed_down(client):
    codes = [choose(client, "guess").status_code for _ in range(12)]

    assert codes == [410] * 10 + [429] * 2


def test_nobody_is_let_in_by_the_form_alone(invited, client):
    _, secret = invited
    choose(client, secret, "short")

    assert client.get("/queue/").status_code == 302


def test_only_the_password_is_taken_from_what_is_sent(invited, client):
    user, secret = invited

    client.post(
        "/welcome/",
        {"token": secret, "password": PASSWORD, "again": PASSWORD, "is_superuser": "on", "username": "root", "roles": "integration"},
    )

    user.refresh_from_db()
    assert (user.is_superuser, user.username, list(user.groups.values_list("name", flat=True))) == (False, "zoe.oneil", ["cx"])


def test_before_the_first_day_the_right_password_is_not_enough(ines, client):
    tomorrow = timezone.localdate() + timedelta(days=1)
    user, secret = invite(
        Newcomer("Max", "Early", "max@example.com", ["cx"], starts_on=tomorrow), actor=ines, at=timezone.now(), reason="x"
    )
    choose(client, secret)

    answer = log_in(client, user.username)

    assert answer["Location"] == "/account/inactive/"
    assert "You have no access today" in client.get("/account/inactive/").content.decode()
    assert client.get("/queue/").status_code == 302
    Access.objects.update(starts_on=timezone.localdate())
    assert log_in(client, user.username)["Location"] == "/"
