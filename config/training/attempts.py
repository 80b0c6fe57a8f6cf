"""Take a case for an exercise, and have its result checked."""

from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q

from config.models import ExerciseAttempt
from config.training.exercises import Exercise
from config.training.results import why_not
from exceptions_queue.audit import record
from exceptions_queue.models import ExceptionCase
from exceptions_queue.states import CaseState

# So long a case that somebody took is left to them: an exercise takes minutes, and who went home comes back to another case.
THEIRS_FOR = timedelta(hours=2)


class Refused(Exception):
    """`sentence` says why not, and what to do."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


def begin(exercise: Exercise, *, person: User, at: datetime) -> ExerciseAttempt:
    """Take the most urgent open case of the exercise's code that is nobody else's, or another one than before.

    Raises Refused where it is passed already, is another role's, or there is no such case.
    """
    if not set(person.groups.values_list("name", flat=True)) & exercise.roles:
        raise Refused(f"This exercise is for the {exercise.whose}: your role may not do what it asks.")
    with transaction.atomic():
        attempt = ExerciseAttempt.objects.select_for_update().filter(person=person, exercise=exercise.key).first()
        if attempt and attempt.passed_at:
            raise Refused("You have passed this exercise already.")
        case = _case_for(exercise, person=person, at=at, before=attempt.case_id if attempt else None)
        if case is None:
            raise Refused("The sandbox has no open case of this kind any more. Go on with another exercise.")
        taken = {"case": case, "began_at": at}
        return ExerciseAttempt.objects.update_or_create(person=person, exercise=exercise.key, passed_at=None, defaults=taken)[0]


def _case_for(exercise: Exercise, *, person: User, at: datetime, before: int | None) -> ExceptionCase | None:
    busy = ExerciseAttempt.objects.filter(passed_at=None, began_at__gt=at - THEIRS_FOR, case__isnull=False).exclude(person=person)
    free = ExceptionCase.objects.filter(Q(assignee=None) | Q(assignee=person), code=exercise.code, state=CaseState.OPEN)
    found = free.exclude(pk__in=busy.values("case_id")).order_by("due_at", "id")
    return (found.exclude(pk=before).first() if before else None) or found.first()


def check(exercise: Exercise, *, person: User, at: datetime) -> ExerciseAttempt:
    """Note that the exercise is passed, if its result is there. Raises Refused with what is missing otherwise."""
    with transaction.atomic():
        found = ExerciseAttempt.objects.select_for_update(of=("self",)).select_related("case__closed_by")
        attempt = found.filter(person=person, exercise=exercise.key).first()
        if attempt is None:
            raise Refused("You have not begun this exercise. Take a case first.")
        if attempt.passed_at is None:
            if why := why_not(exercise, attempt.case, person=person, since=attempt.began_at):
                raise Refused(why)
            attempt.passed_at = at
            attempt.save(update_fields=["passed_at"])
            record("exercise passed", attempt, actor=person, at=at, after={"exercise": exercise.key, "case": attempt.case_id})
    return attempt
