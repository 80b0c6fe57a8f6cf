"""Two leads at the same moment: a shift has one successor, and one person hands it over once."""

import pytest
from django.utils import timezone

from config.handover import acts
from config.models import Handover
from exceptions_queue.models import AuditEntry
from tests.config.people import load_roles, make_person
from tests.postgres import Race

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def loaded():
    load_roles()


def test_two_who_accept_at_once_leave_one_successor(race: Race):
    row = acts.hand_over(note="", actor=make_person("callum", "warehouse"), at=timezone.now())
    people = [make_person(name, "cx") for name in ("priya", "ben", "zoe")]

    outcomes = race(lambda who: acts.accept(Handover.objects.get(pk=row.pk), actor=who, at=timezone.now()), people)

    assert sorted(outcomes) == ["Refused", "Refused", "ok"]
    assert Handover.objects.get().accepted_by == people[outcomes.index("ok")]
    assert AuditEntry.objects.filter(verb="shift accepted").count() == 1


def test_accepted_and_taken_back_at_once_is_one_of_them(race: Race):
    callum, priya = make_person("callum", "warehouse"), make_person("priya", "cx")
    row = acts.hand_over(note="", actor=callum, at=timezone.now())
    does = {"accept": (acts.accept, priya), "take back": (acts.take_back, callum)}

    def act(name: str) -> None:
        do, who = does[name]
        do(Handover.objects.get(pk=row.pk), actor=who, at=timezone.now())

    assert sorted(race(act, list(does))) == ["Refused", "ok"]


def test_one_person_who_presses_twice_hands_over_once(race: Race):
    callum = make_person("callum", "warehouse")

    outcomes = race(lambda note: acts.hand_over(note=note, actor=callum, at=timezone.now()), ["a", "b"])

    assert sorted(outcomes) == ["Refused", "ok"]
    assert Handover.objects.count() == 1
