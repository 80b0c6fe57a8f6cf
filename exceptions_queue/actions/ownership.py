"""Rules that hand out cases: kept in order, looked at before they are switched on, run again on what is open."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.core.cache import cache
from django.db import transaction
from django.db.models import Case, F, OuterRef, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce

from exceptions_queue import audit, jobs
from exceptions_queue.actions import counts
from exceptions_queue.actions.bulk import NO_LONGER, may_still
from exceptions_queue.actions.undoing import HAND_OVER_BACK
from exceptions_queue.audit import Actor
from exceptions_queue.catalogue import CATALOGUE
from exceptions_queue.models import AuditEntry, BulkItem, BulkJob, ExceptionCase, OwnershipRule
from exceptions_queue.rules import Facts, Rule, first_match
from exceptions_queue.states import CaseState, Owner

KIND, RING = "ownership", "exceptions_queue.tasks.drain_bulk"
_KEY, _KEPT_S = "ownership-rules", 30  # other processes follow a change within half a minute
_CONDITIONS = ("name", "code", "channel", "locker_prefix", "min_value_pence", "owner")
_FIELDS = (*_CONDITIONS, "assignee_id")
_HANDED_OVER = "case handed over"


def standing() -> list[Rule]:
    """The rules that are switched on, first asked first; read at most every half a minute per process."""
    found = cache.get(_KEY)
    if found is None:
        found = read()
        cache.set(_KEY, found, _KEPT_S)
    return [Rule(*row) for row in found]


def read() -> list[tuple[Any, ...]]:
    """The rules as they stand. Whoever has left gets no case: it is the whole desk's then."""
    rows = OwnershipRule.objects.filter(enabled=True).order_by("position", "id")
    here = Case(When(assignee__is_active=True, then=F("assignee_id")))
    return list(rows.values_list(*_CONDITIONS, here))


def save_rule(rule: OwnershipRule, *, actor: Actor, at: datetime) -> OwnershipRule:
    """Write a rule; a new one is asked last. It decides for cases that open from now on."""
    with transaction.atomic():
        if not rule.pk:
            last = OwnershipRule.objects.order_by("-position").values_list("position", flat=True).first()
            rule.position = (last or 0) + 1
        rule.save()
        after = {name: getattr(rule, name) for name in (*_FIELDS, "enabled")}
        audit.record("ownership rule saved", rule, actor=actor, at=at, after=after)
        transaction.on_commit(forget)
    return rule


def drop_rule(rule: OwnershipRule, *, actor: Actor, at: datetime) -> None:
    with transaction.atomic():
        audit.record("ownership rule deleted", rule, actor=actor, at=at)
        rule.delete()
        transaction.on_commit(forget)


def move_up(rule: OwnershipRule, *, actor: Actor, at: datetime) -> bool:
    """Ask a rule before its neighbour from now on; False for the first."""
    with transaction.atomic():
        rules = list(OwnershipRule.objects.select_for_update().order_by("position", "id"))
        place = next((place for place, each in enumerate(rules) if each.pk == rule.pk), 0)
        if place == 0:
            return False
        rules[place - 1], rules[place] = rules[place], rules[place - 1]
        for position, each in enumerate(rules, start=1):
            each.position = position
        OwnershipRule.objects.bulk_update(rules, ["position"])
        audit.record("ownership rule moved up", rule, actor=actor, at=at)
        transaction.on_commit(forget)
    return True


def forget() -> None:
    cache.delete(_KEY)


def decide(rules: Sequence[Rule], facts: Facts, *, owner: str) -> tuple[str, int | None]:
    """(desk, assignee) of a case: by the first rule that matches, else the desk that its code names and nobody."""
    rule = first_match(rules, facts)
    return (rule.owner, rule.assignee_id) if rule else (owner, None)


# --- on what is open ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Effect:
    """What the rules would change on open cases: how many, and from which desk to which."""

    total: int
    moves: list[tuple[str, str, int]]
    ids: list[int]


def effect() -> Effect:
    """Look at every open case that no person has taken or handed over, and change nothing. One statement, streamed, and the rules."""
    rules, moves, ids, total = [Rule(*row) for row in read()], Counter[tuple[str, str]](), list[int](), 0
    for case in _free().iterator(chunk_size=2000):
        total += 1
        owner, assignee_id = _wanted(rules, case)
        if (owner, assignee_id) != (case.owner, None):
            moves[case.owner, owner] += 1
            ids.append(case.pk)
    told = [(Owner(frm).label, Owner(to).label, count) for (frm, to), count in moves.most_common()]
    return Effect(total, told, ids)


def rerun(*, actor: Actor, at: datetime) -> BulkJob:
    """Apply the rules to what is open and neither taken nor handed over by a person, as a bulk job."""
    return jobs.put_job(KIND, cases=_free(), params={}, actor=actor, at=at, ring=RING)


def apply_items(items: Sequence[BulkItem], job: BulkJob, at: datetime) -> dict[int, jobs.Outcome]:
    """Give each case to whom the rules name now. What somebody took or handed over meanwhile is left as it is."""
    if not may_still(job, "exceptions_queue.assign_exceptioncase"):
        return {item.pk: jobs.skipped(NO_LONGER) for item in items}
    rules, deltas, outcomes = [Rule(*row) for row in read()], Counter[counts.Key](), dict[int, jobs.Outcome]()
    ids = [item.case_id for item in items]
    cases = {case.pk: case for case in ExceptionCase.objects.filter(pk__in=ids).order_by("pk").select_for_update()}
    moved: dict[tuple[str, int | None], list[ExceptionCase]] = {}
    placed = set(_placed(ExceptionCase.objects.filter(pk__in=ids)).filter(placed=_HANDED_OVER).values_list("pk", flat=True))
    for item in items:
        case = cases[item.case_id]
        wanted = _wanted(rules, case)
        if case.state != CaseState.OPEN or case.assignee_id is not None:
            outcomes[item.pk] = jobs.skipped("Somebody took it, or it was closed.")
        elif case.pk in placed:
            outcomes[item.pk] = jobs.skipped("A person gave it to this desk.")
        elif wanted == (case.owner, None):
            outcomes[item.pk] = jobs.skipped("It is where it belongs.")
        else:
            moved.setdefault(wanted, []).append(case)
            deltas.update({(case.owner, case.code): -1})
            deltas.update({(wanted[0], case.code): 1})
    for (owner, assignee_id), some in moved.items():
        rows = ExceptionCase.objects.filter(pk__in=[case.pk for case in some])
        rows.update(owner=owner, assignee_id=assignee_id, version=F("version") + 1)
    counts.adjust(deltas)
    told = [(ExceptionCase, case.pk, str(case)) for some in moved.values() for case in some]
    audit.record_many("case given by rule", told, actor=job.asked_by or "system:ownership", at=at, after={"job": job.pk})
    return outcomes


def _free() -> QuerySet[Any]:
    """Open cases that no person has taken or given to a desk: a rule never goes over a person's head."""
    free = ExceptionCase.objects.filter(state=CaseState.OPEN, assignee__isnull=True)
    return _placed(free).exclude(placed=_HANDED_OVER)


def _placed(cases: QuerySet[ExceptionCase]) -> QuerySet[Any]:
    """With what a person did last about each case's desk: gave it to one, took that back, or nothing ("")."""
    of_case = ContentType.objects.get_for_model(ExceptionCase)
    acts = AuditEntry.objects.filter(subject_type=of_case, subject_id=OuterRef("pk"), verb__in=[_HANDED_OVER, HAND_OVER_BACK])
    return cases.annotate(placed=Coalesce(Subquery(acts.order_by("-id").values("verb")[:1]), Value("")))


def _wanted(rules: Sequence[Rule], case: ExceptionCase) -> tuple[str, int | None]:
    kind = CATALOGUE.get(case.code)
    facts = Facts(case.code, case.channel, case.locker_id, case.value_pence)
    return decide(rules, facts, owner=kind.owner.value if kind else case.owner)
