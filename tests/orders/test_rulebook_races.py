"""Two people publish a setting at the same moment."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User

from orders.actions import replaying
from orders.actions.rulebook import publish
from orders.models import RuleReplay, RuleSetting
from orders.rules.settings import BY_KEY
from tests.orders.builders import NOON
from tests.postgres import Race

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres]


def test_of_two_who_publish_at_once_the_database_takes_one(race: Race):
    people = [User.objects.create_user(name) for name in ("ines", "martin")]
    seen = [
        replaying.ask(BY_KEY[key], value, days=30, actor=person, clock=lambda: NOON)
        for (key, value), person in zip([("packing_g", 100), ("hire_days", 2)], people, strict=True)
    ]

    outcomes = race(lambda n: publish(seen[n], reason="Now", actor=people[n], at=NOON), range(2))

    assert sorted(outcomes) == ["Refused", "ok"]
    assert list(RuleSetting.objects.values_list("version", flat=True)) == [1]


def test_two_workers_do_one_replay_once(race: Race):
    RuleReplay.objects.create(key="packing_g", value=100, base_version=0, days=30, asked_at=NOON)

    outcomes = race(lambda _: replaying.work_off(clock=lambda: NOON + timedelta(minutes=1)), range(3))

    assert outcomes == ["ok"] * 3
    assert RuleReplay.objects.values_list("state", "attempts").get() == ("done", 1)
