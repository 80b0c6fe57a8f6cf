"""Two admins save words at the same moment."""

import pytest
from django.contrib.auth.models import User

from orders.actions.wording import save_words
from orders.models import MessageTemplate
from orders.rules.templates import PUT_RIGHT
from tests.orders.builders import NOON
from tests.postgres import Race

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres]


def test_of_two_who_save_at_once_the_database_takes_one(race: Race):
    people = [User.objects.create_user(name) for name in ("ines", "otto")]

    outcomes = race(
        lambda n: save_words(PUT_RIGHT, subject=f"Of {people[n]}", body="[link]", version=0, actor=people[n], at=NOON), range(2)
    )

    assert sorted(outcomes) == ["Refused", "ok"]
    assert list(MessageTemplate.objects.values_list("version", flat=True)) == [1]
