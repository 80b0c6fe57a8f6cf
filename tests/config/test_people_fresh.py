"""Letting people in needs a password given in the last ten minutes; what was typed before is done afterwards."""

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache

from tests.config.people import PASSWORD, invitation, load_roles, make_person, roles_of, sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def old_session():
    cache.clear()
    load_roles()
    return sign_in(make_person("ines", "integration", password=PASSWORD), ago_s=601)


def test_an_old_session_is_asked_for_the_password_and_the_act_is_done_afterwards(old_session):
    asked = old_session.post("/settings/people/invite/", invitation())
    assert asked["Location"].startswith("/account/reauthenticate/")
    assert not User.objects.filter(username="zoe.oneil").exists()
    assert "What you were doing goes on afterwards" in old_session.get(asked["Location"]).content.decode()

    answer = old_session.post(asked["Location"], {"password": PASSWORD, "next": "/settings/people/invite/"})

    assert "/welcome/" in answer.content.decode()
    assert User.objects.filter(username="zoe.oneil").exists()


def test_a_wrong_password_does_nothing(old_session):
    priya = make_person("priya", "cx")
    asked = old_session.post(f"/settings/people/{priya.pk}/roles/", {"roles": ["integration"], "seen": ["cx"], "reason": "x"})

    answer = old_session.post(asked["Location"], {"password": "wrong"})

    assert (answer.status_code, roles_of(priya)) == (200, ["cx"])


@pytest.mark.parametrize("act", ["roles", "dates", "deactivate", "link"])
def test_every_act_on_a_person_asks(old_session, act):
    priya = make_person("priya", "cx")

    answer = old_session.post(f"/settings/people/{priya.pk}/{act}/", {"roles": ["viewer"], "seen": ["cx"], "reason": "x"})

    assert answer["Location"].startswith("/account/reauthenticate/")
    assert (roles_of(priya), User.objects.get(pk=priya.pk).is_active) == (["cx"], True)


def test_looking_needs_no_password(old_session):
    assert [old_session.get(f"/settings/people/{page}").status_code for page in ("", "invite/")] == [200, 200]
