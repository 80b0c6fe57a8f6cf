"""The exercises as one person sees them: how far they are, what is open in the sandbox, and what comes next."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import User
from django.db.models import Sum

from config.models import ExerciseAttempt
from config.training.exercises import EXERCISES, Exercise
from config.training.results import why_not
from exceptions_queue.models import CaseCount
from exceptions_queue.queries import words
from exceptions_queue.states import CaseState


@dataclass(frozen=True)
class Line:
    """One exercise in the list. `passed` and `begun` are "" where it is not; `open` counts the open cases of its code."""

    exercise: Exercise
    open: int
    mine: bool
    begun: str = ""
    passed: str = ""
    full: str = ""

    @property
    def to_do(self) -> bool:
        """Can this person take a case of it now?"""
        return self.mine and not self.passed and bool(self.open)


def lines(person: User, *, at: datetime) -> list[Line]:
    """All exercises. Three statements, whatever the sandbox holds and whoever else trains."""
    attempts = {each.exercise: each for each in ExerciseAttempt.objects.filter(person=person)}
    counted = CaseCount.objects.filter(code__in=[each.code.value for each in EXERCISES]).values_list("code").order_by()
    open_now, roles = dict(counted.annotate(Sum("open_count"))), set(person.groups.values_list("name", flat=True))
    return [_line(each, attempts.get(each.key), open_now, roles, at) for each in EXERCISES]


def _line(exercise: Exercise, attempt: ExerciseAttempt | None, open_now: Mapping[str, int], roles: set[str], at: datetime) -> Line:
    line = Line(exercise, open_now.get(exercise.code.value, 0), bool(roles & exercise.roles))
    if attempt is None:
        return line
    when = attempt.passed_at or attempt.began_at
    said = {"passed" if attempt.passed_at else "begun": words.moment(when, at), "full": words.full(when)}
    return Line(line.exercise, line.open, line.mine, **said)


def after(shown: list[Line], key: str) -> Line | None:
    """The next exercise that this person can begin, in the order of the list, round its end."""
    place = next(number for number, line in enumerate(shown) if line.exercise.key == key)
    return next((line for line in shown[place + 1 :] + shown[:place] if line.to_do), None)


@dataclass(frozen=True)
class Case:
    """The case a person took. `missing` is "" where the result is there; `pk` None where the case can pass the exercise no more."""

    pk: int | None
    label: str
    missing: str


def case_of(exercise: Exercise, *, person: User) -> Case | None:
    """The case of this person's attempt; None where they have not begun. Looks, and writes nothing. Three statements at most."""
    found = ExerciseAttempt.objects.select_related("case__closed_by").filter(person=person, exercise=exercise.key)
    attempt = found.first()
    if attempt is None:
        return None
    case = attempt.case
    missing = why_not(exercise, case, person=person, since=attempt.began_at)
    lost = case is None or (bool(missing) and case.state != CaseState.OPEN)
    return Case(None if lost or case is None else case.pk, case.subject_label if case else "", missing)
