"""What stops a subject: open cases that block, and holds that people place."""

import uuid
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import models, transaction
from django.db.models import Q, Value

from exceptions_queue import audit
from exceptions_queue.actions.outcomes import Refused
from exceptions_queue.audit import Actor
from exceptions_queue.models import ExceptionCase, Hold
from exceptions_queue.states import CaseState

HOLD = "HOLD"


def blocking_codes(subject: models.Model, *, blocks: str = "R") -> set[str]:
    """The codes that stop this subject now, and "HOLD" if a live hold stands. One statement.

    To act on the answer, ask again under the lock of the subject's row.
    """
    return blocking_codes_many(type(subject), [subject.pk], blocks=blocks)[subject.pk]


def blocking_codes_many(model: type[models.Model], ids: Collection[int], *, blocks: str = "R") -> dict[int, set[str]]:
    """`blocking_codes` for many subjects of one model, each with its (perhaps empty) set. One statement."""
    of_these = {"subject_type": ContentType.objects.get_for_model(model), "subject_id__in": list(ids)}
    stopping = Q(*(("blocks__contains", letter) for letter in blocks), _connector=Q.OR)
    cases = ExceptionCase.objects.filter(stopping, state=CaseState.OPEN, **of_these).values_list("subject_id", "code")
    holds = Hold.objects.filter(cleared_at__isnull=True, **of_these).values_list("subject_id", Value(HOLD))
    blocking: dict[int, set[str]] = {pk: set() for pk in ids}
    for subject_id, code in cases.union(holds, all=True):
        blocking[subject_id].add(code)
    return blocking


def open_codes(subject: models.Model) -> set[str]:
    """The codes of every open case of this subject, blocking or not."""
    return set(_open_cases(subject).values_list("code", flat=True))


def open_case(subject: models.Model, code: str) -> ExceptionCase | None:
    """The one open case of this subject with this code."""
    return _open_cases(subject).filter(code=code).first()


def subjects_with_open_case(
    model: type[models.Model], *, only: Iterable[str] | None = None, exclude: Iterable[str] = ()
) -> "models.QuerySet[ExceptionCase, Any]":
    """A subquery of the ids of `model` rows that have an open case, for `pk__in=`; of the codes `only`, without `exclude`."""
    cases = ExceptionCase.objects.filter(subject_type=ContentType.objects.get_for_model(model), state=CaseState.OPEN)
    cases = cases.exclude(code__in=list(exclude)) if exclude else cases
    return (cases if only is None else cases.filter(code__in=list(only))).values("subject_id")


def place_hold(
    subject: models.Model, *, reason: str, exit: str, owner: str, actor: Actor, at: datetime, until: datetime | None = None
) -> Hold:
    """Stop a subject until `exit` is true. Locks the subject's row first; many holds may stand at once.

    Whether the subject can still be held (an order in the air cannot) is for its room to know.
    """
    with transaction.atomic():
        lock(subject)
        hold = Hold.objects.create(
            subject_type=ContentType.objects.get_for_model(subject),
            subject_id=subject.pk,
            subject_label=str(subject)[:200],
            reason=reason[:300],
            exit=exit[:300],
            owner=owner,
            handle=f"lockstep-{uuid.uuid4().hex}",
            placed_by=audit.person(actor),
            placed_at=at,
            until=until,
        )
        after = {"hold": hold.handle, "owner": owner, "until": until and until.isoformat()}
        audit.record("hold placed", subject, actor=actor, at=at, after=after, reason=reason)
    return hold


def clear_hold(hold: Hold, *, actor: Actor, at: datetime, reason: str) -> None:
    """End a hold. Raises Refused when it has ended already."""
    with transaction.atomic():
        standing = Hold.objects.filter(pk=hold.pk, cleared_at__isnull=True)
        if not standing.update(cleared_at=at, cleared_by=audit.person(actor)):
            raise Refused("This hold has ended already.")
        hold.refresh_from_db()
        audit.record("hold cleared", _subject_of(hold), actor=actor, at=at, before={"hold": hold.handle}, reason=reason)


def extend_hold(hold: Hold, *, until: datetime, owner: str, actor: Actor, at: datetime, reason: str) -> None:
    """Give a live hold a new date and an owner. Raises Refused when it has ended already."""
    before = {"hold": hold.handle, "owner": hold.owner, "until": hold.until and hold.until.isoformat()}
    with transaction.atomic():
        if not Hold.objects.filter(pk=hold.pk, cleared_at__isnull=True).update(until=until, owner=owner):
            raise Refused("This hold has ended already.")
        hold.refresh_from_db()
        after = {"hold": hold.handle, "owner": owner, "until": until.isoformat()}
        audit.record("hold extended", _subject_of(hold), actor=actor, at=at, before=before, after=after, reason=reason)


def lock(subject: models.Model) -> None:
    """Lock the subject's row until the transaction ends. SQLite has one writer and needs no lock."""
    type(subject)._base_manager.select_for_update().filter(pk=subject.pk).values_list("pk", flat=True).first()


def _open_cases(subject: models.Model) -> models.QuerySet[ExceptionCase]:
    content_type = ContentType.objects.get_for_model(subject)
    return ExceptionCase.objects.filter(subject_type=content_type, subject_id=subject.pk, state=CaseState.OPEN)


def _subject_of(hold: Hold) -> models.Model:
    """The held row, or the hold itself when the row is gone."""
    model = hold.subject_type.model_class()
    return (model and model._base_manager.filter(pk=hold.subject_id).first()) or hold
