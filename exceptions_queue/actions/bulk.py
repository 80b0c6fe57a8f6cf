"""The acts on many cases that are the desk's own: what each would refuse, and how a batch of it is done in a few statements."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import F, QuerySet

from exceptions_queue import audit
from exceptions_queue.actions import waiting
from exceptions_queue.actions.outcomes import Refused
from exceptions_queue.audit import Actor
from exceptions_queue.jobs import DONE, Outcome, put_job, skipped
from exceptions_queue.models import BulkItem, BulkJob, CaseNote, ExceptionCase
from exceptions_queue.queries.jobs import why_not_undone
from exceptions_queue.states import CaseState, ItemState, Owner

RING = "exceptions_queue.tasks.drain_bulk"
Cases = Sequence[ExceptionCase]
Params = Mapping[str, Any]
CLOSED = "It was closed meanwhile."
NO_LONGER = "Who asked for it may not do that any more."
UNDOABLE = ("assign", "snooze")


@dataclass(frozen=True)
class Act:
    """One kind of act: the permission it takes, why it leaves a case alone ("" for none), and how it is done and told."""

    verb: str
    permission: str
    leave: Callable[[ExceptionCase, Params, datetime], str]
    do: Callable[[Cases, Params, datetime], None]
    before: Callable[[ExceptionCase], dict[str, Any]] = lambda case: {}


@dataclass(frozen=True)
class DryRun:
    """What a job would do: how many cases in all, how many it would change, and the first it would leave alone, with why."""

    total: int
    would: int
    left: list[tuple[int, str, str]]


def dry_run(kind: str, *, cases: QuerySet[ExceptionCase], params: Params, at: datetime, shown: int = 20) -> DryRun:
    """One statement, streamed; nothing is written."""
    act, total, would, left = ACTS[kind], 0, 0, list[tuple[int, str, str]]()
    for case in cases.order_by("due_at", "pk").iterator(chunk_size=2000):
        total += 1
        why = _why_left(act, case, params, at)
        would += not why
        if why and len(left) < shown:
            left.append((case.pk, case.subject_label, why))
    return DryRun(total, would, left)


def done_by(items: Sequence[BulkItem], job: BulkJob, at: datetime) -> dict[int, Outcome]:
    """Do a batch of one of the desk's own acts. Constant statements: lock, change, tell the audit log.

    Nothing, when who asked for it has left or lost the permission since.
    """
    act = ACTS[job.kind]
    if not may_still(job, act.permission):
        return {item.pk: skipped(NO_LONGER) for item in items}
    locked = _lock(item.case_id for item in items)
    outcomes, taken = dict[int, Outcome](), list[ExceptionCase]()
    for item in items:
        case = locked[item.case_id]
        why = _why_left(act, case, job.params, at)
        outcomes[item.pk] = skipped(why) if why else Outcome(before=act.before(case) | {"version": case.version + 1})
        if not why:
            taken.append(case)
    if taken:
        act.do(taken, job.params, at)
        _tell(act.verb, taken, job, at)
    return outcomes


def may_still(job: BulkJob, permission: str) -> bool:
    """May who asked for the job do it now, at this batch of it? Whoever was deactivated may nothing."""
    author = User.objects.filter(pk=job.asked_by_id).first() if job.asked_by_id else None
    return author is not None and author.has_perm(permission)


def undo_job(job: BulkJob, *, actor: Actor, at: datetime) -> BulkJob:
    """Ask for a job that puts back what this one did. Raises Refused with why it cannot be, such as a colleague's second click."""
    with transaction.atomic():
        standing = BulkJob.objects.select_for_update().get(pk=job.pk)
        if why := why_not_undone(standing):
            raise Refused(why)
        done = ExceptionCase.objects.filter(pk__in=standing.items.filter(state=ItemState.DONE).values("case_id"))
        return put_job("undo", cases=done, params={}, undoes=standing, actor=actor, at=at, ring=RING)


def undo_items(items: Sequence[BulkItem], job: BulkJob, at: datetime) -> dict[int, Outcome]:
    """Put back what an earlier job changed, case by case where nobody has changed it since and who asks still may."""
    if job.undoes is None or not may_still(job, ACTS[job.undoes.kind].permission):
        return {item.pk: skipped(NO_LONGER) for item in items}
    first = BulkItem.objects.filter(job_id=job.undoes_id, state=ItemState.DONE, case_id__in=[item.case_id for item in items])
    before, locked = dict(first.values_list("case_id", "before")), _lock(item.case_id for item in items)
    outcomes, back = dict[int, Outcome](), list[ExceptionCase]()
    for item in items:
        case, was = locked[item.case_id], dict(before.get(item.case_id) or {})
        if case.state != CaseState.OPEN or case.version != was.pop("version", None):
            outcomes[item.pk] = skipped("Somebody has changed it since.")
            continue
        outcomes[item.pk] = DONE
        _put_back(case, was)
        back.append(case)
    ExceptionCase.objects.bulk_update(back, ["assignee", "snoozed_until", "version"], batch_size=200)
    _tell("bulk act undone", back, job, at)
    return outcomes


def _put_back(case: ExceptionCase, was: dict[str, Any]) -> None:
    if "assignee" in was:
        case.assignee_id = was["assignee"]
    if "snoozed_until" in was:
        case.snoozed_until = datetime.fromisoformat(was["snoozed_until"]) if was["snoozed_until"] else None
    case.version += 1


def _why_left(act: Act, case: ExceptionCase, params: Params, at: datetime) -> str:
    return act.leave(case, params, at) if case.state == CaseState.OPEN else CLOSED


def _lock(ids: Iterable[int]) -> dict[int, ExceptionCase]:
    """In id order, as everybody does who locks several."""
    return {case.pk: case for case in ExceptionCase.objects.filter(pk__in=list(ids)).order_by("pk").select_for_update()}


def _tell(verb: str, cases: Cases, job: BulkJob, at: datetime) -> None:
    rows = [(ExceptionCase, case.pk, str(case)) for case in cases]
    actor = job.asked_by or "system:bulk"
    audit.record_many(verb, rows, actor=actor, at=at, after={"job": job.pk}, reason=str(job.params.get("reason", "")))


def _set(cases: Cases, **columns: Any) -> None:
    ExceptionCase.objects.filter(pk__in=[case.pk for case in cases]).update(version=F("version") + 1, **columns)


# --- the acts -----------------------------------------------------------------------------------------------------------


def _leave_assigned(case: ExceptionCase, params: Params, at: datetime) -> str:
    return "It has this assignee already." if case.assignee_id == params["to"] else ""


def _assign(cases: Cases, params: Params, at: datetime) -> None:
    _set(cases, assignee_id=params["to"])


def _leave_snoozed(case: ExceptionCase, params: Params, at: datetime) -> str:
    until = datetime.fromisoformat(params["until"])
    if until <= at:
        return "The time to come back is past."
    return "That is past its cut-off, and no reason was given." if until > case.due_at and not params.get("reason") else ""


def _snooze(cases: Cases, params: Params, at: datetime) -> None:
    _set(cases, snoozed_until=datetime.fromisoformat(params["until"]))


def _leave_waiting(case: ExceptionCase, params: Params, at: datetime) -> str:
    return "It waits for the customer already." if case.waiting_since else ""


def _wait(cases: Cases, params: Params, at: datetime) -> None:
    for case in cases:
        case.waiting_since, case.waiting_by_id, case.waiting_until = at, params.get("by"), waiting.back_at(case, at=at)
        case.version += 1
    ExceptionCase.objects.bulk_update(cases, ["waiting_since", "waiting_by", "waiting_until", "version"], batch_size=200)


def _note(cases: Cases, params: Params, at: datetime) -> None:
    author = User.objects.filter(pk=int(params["by"])).first()
    CaseNote.objects.bulk_create([CaseNote(case=case, author=author, text=params["text"], written_at=at) for case in cases])


def _leave_owned(case: ExceptionCase, params: Params, at: datetime) -> str:
    return f"It is {Owner(params['owner']).label}'s already." if case.owner == params["owner"] else ""


def _hand_over(cases: Cases, params: Params, at: datetime) -> None:
    waiting.hand_over_many(cases, owner=params["owner"], at=at)


def _never(case: ExceptionCase, params: Params, at: datetime) -> str:
    return ""


ACTS = {
    "assign": Act(
        "case assigned", "exceptions_queue.assign_exceptioncase", _leave_assigned, _assign, lambda case: {"assignee": case.assignee_id}
    ),
    "snooze": Act(
        "case snoozed",
        "exceptions_queue.snooze_exceptioncase",
        _leave_snoozed,
        _snooze,
        lambda case: {"snoozed_until": case.snoozed_until.isoformat() if case.snoozed_until else None},
    ),
    "wait": Act("case waits for the customer", "exceptions_queue.snooze_exceptioncase", _leave_waiting, _wait),
    "note": Act("note added", "exceptions_queue.add_casenote", _never, _note),
    "hand_over": Act("case handed over", "exceptions_queue.assign_exceptioncase", _leave_owned, _hand_over),
}
DOES = dict.fromkeys(ACTS, done_by) | {"undo": undo_items}
