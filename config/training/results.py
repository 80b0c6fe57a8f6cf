"""Is the result of an exercise there? Read from the case and from the audit log: who did what, and never where anybody clicked."""

from datetime import datetime

from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.db.models import QuerySet

from config.training.exercises import Exercise
from exceptions_queue.models import AuditEntry, ExceptionCase
from exceptions_queue.queries import words
from exceptions_queue.states import CaseState
from inventory.models import Product

ANOTHER = "Take another case."
OF_ORDER, OF_PRODUCT = "order corrected", "product corrected"


def why_not(exercise: Exercise, case: ExceptionCase | None, *, person: User, since: datetime) -> str:
    """Why the exercise is not passed by what became of this case since the person took it; "" where it is.

    `case` comes with `closed_by`. Two statements at most, none while the case is open.
    """
    if case is None:
        return f"The case is no longer in the sandbox. {ANOTHER}"
    if case.state == CaseState.OPEN:
        return f"The case is still open. {exercise.demand}"
    if case.closed_at is None or case.closed_at < since:
        return f"The case was closed before you took it. {ANOTHER}"
    if case.state != exercise.ends:
        return _otherwise(exercise, case)
    if exercise.ends == CaseState.WAIVED:
        return "" if case.closed_by_id == person.pk else f"{_who(case)} waived it, not you. {ANOTHER}"
    return _not_by(exercise, case, person, since=since, until=case.closed_at)


def _otherwise(exercise: Exercise, case: ExceptionCase) -> str:
    """The case is closed, but not as the exercise asks."""
    if case.state == CaseState.CURED:
        return f"The case closed by itself before anybody waived it. {ANOTHER}"
    how = "waived" if case.state == CaseState.WAIVED else "closed by hand"
    return f"The case was {how}, and the exercise asks for something else: {exercise.demand} {ANOTHER}"


def _not_by(exercise: Exercise, case: ExceptionCase, person: User, *, since: datetime, until: datetime) -> str:
    """Why this cure is not the person's: the last who saved what the exercise is about must have been they."""
    saved = _acts(exercise, case, until).filter(at__gte=since, at__lte=until).order_by("-at", "-id")
    last = next((entry for entry in saved[:50] if exercise.saved & entry.after.keys()), None)
    if last is None:
        return f"The case closed, and not because anybody saved what the exercise asks for. {ANOTHER}"
    if last.actor_id_text != str(person.pk):
        return f"{last.actor_label} put it right, not you. {ANOTHER}"
    return ""


def _acts(exercise: Exercise, case: ExceptionCase, until: datetime) -> QuerySet[AuditEntry]:
    """What was saved on the case's order, or on the products that its evidence names.

    An order is checked again in the same breath, at the same instant; what waits for a product within a minute.
    """
    if not exercise.of_product:
        acts = AuditEntry.objects.filter(subject_type=case.subject_type_id, subject_id=case.subject_id, verb=OF_ORDER)
        return acts.filter(at=until)
    products = Product.objects.filter(sku__in=case.evidence.get("skus") or [case.evidence.get("sku", "")])
    kind = ContentType.objects.get_for_model(Product)
    return AuditEntry.objects.filter(subject_type=kind, subject_id__in=products.values("pk"), verb=OF_PRODUCT)


def _who(case: ExceptionCase) -> str:
    return words.name_of(case.closed_by) if case.closed_by else "Lockstep"
