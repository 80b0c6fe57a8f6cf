"""Two admins who save the same page at the same moment, and one reader who answers twice."""

import pytest
from django.utils import timezone

from exceptions_queue.actions import reference as acts
from exceptions_queue.models import ReferenceFeedback, ReferenceNote
from tests.exceptions_queue.builders import make_user
from tests.postgres import Race

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("seen", [0, 1])
def test_two_who_save_at_once_make_one_version_and_the_other_is_told(race: Race, seen):
    people = [make_user("ida"), make_user("omar")]
    if seen:
        acts.write_words("VAL-NAME", "First", seen=0, actor=people[0], at=timezone.now())

    outcomes = race(lambda who: acts.write_words("VAL-NAME", f"Of {who}", seen=seen, actor=who, at=timezone.now()), people)

    assert sorted(outcomes) == ["SavedMeanwhile", "ok"]
    assert ReferenceNote.objects.get(version=seen + 1).text == f"Of {people[outcomes.index('ok')]}"
    assert ReferenceNote.objects.count() == seen + 1


def test_two_presses_at_once_are_one_answer(race: Race):
    priya = make_user("priya")

    outcomes = race(lambda enough: acts.say_enough("VAL-NAME", enough=enough, sentence="", actor=priya, at=timezone.now()), [True, False])

    assert outcomes == ["ok", "ok"]
    assert ReferenceFeedback.objects.count() == 1
