"""Two admins at the same moment: somebody always stays who can let people in, and a link works once."""

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from config.people import acts
from tests.config.people import load_roles, make_person
from tests.postgres import Race

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def loaded():
    load_roles()


def test_two_admins_who_end_each_others_access_leave_one(race: Race):
    people = [make_person("ines", "integration"), make_person("omar", "integration")]

    def end(place: int) -> None:
        acts.end_access(people[place], actor=people[1 - place], at=timezone.now(), reason="Left")

    assert sorted(race(end, [0, 1])) == ["Refused", "ok"]
    assert User.objects.filter(is_active=True).count() == 1


def test_a_link_used_twice_at_once_sets_one_password(race: Race):
    ines = make_person("ines", "integration")
    _, secret = acts.invite(acts.Newcomer("Zoë", "O'Neil", "z@example.com", ["cx"]), actor=ines, at=timezone.now(), reason="x")
    invitation = acts.open_invitation(secret, at=timezone.now())

    outcomes = race(lambda password: acts.accept(invitation, password=password, at=timezone.now()), ["a-long-secret-1", "a-long-secret-2"])

    assert sorted(outcomes) == ["Refused", "ok"]


def test_one_address_is_invited_once(race: Race):
    ines = make_person("ines", "integration")

    def invite(name: str) -> None:
        acts.invite(acts.Newcomer(name, "Doe", "same@example.com", ["cx"]), actor=ines, at=timezone.now(), reason="x")

    assert sorted(race(invite, ["Ann", "Bob", "Cat"])) == ["Refused", "Refused", "ok"]
