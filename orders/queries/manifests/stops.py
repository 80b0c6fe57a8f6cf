"""What stops orders on their way to the courier: cases, holds, labels that failed, and what was pulled."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.contrib.contenttypes.models import ContentType
from django.db.models import Q, QuerySet

from exceptions_queue.catalogue import Code, sentence
from exceptions_queue.models import ExceptionCase, Hold
from exceptions_queue.states import CaseState
from lockers.models import LabelAttempt, Manifest, Pull
from lockers.queries.labels import latest_attempts
from lockers.queries.manifests import GATE
from lockers.states import AttemptState, Remedy
from orders.models import Order
from orders.rules.manifests import HOLD, SENTENCES, first_reason, in_words, is_case
from orders.states import OrderState

AFTERWARDS = (Code.TRK_NOTTAKEN, Code.TRK_NOSCAN, Code.MAN_UNMATCHED)


@dataclass(frozen=True)
class Stops:
    """What stops orders on their way, by order id, order number or parcel id."""

    cases: Mapping[int, list[tuple[int, str, Any]]]
    held: frozenset[int]
    attempts: Mapping[str, LabelAttempt]
    pulls: Mapping[int, tuple[bool, str]]

    def of(self, order_id: int, number: str, parcel_id: int) -> dict[str, Any]:
        """The reason to name first, how many more there are, and what there is to press."""
        attempt, pulled = self.attempts.get(number), self.pulls.get(parcel_id)
        reasons = [(pk, sentence(code, evidence)) for pk, code, evidence in self.cases.get(order_id, [])]
        reasons += [(0, SENTENCES[HOLD])] if order_id in self.held else []
        if attempt and not any(code == Code.LBL_FAILED for _, code, _ in self.cases.get(order_id, [])):
            reasons.append((0, sentence(Code.LBL_FAILED, {"reasons": [p.get("reason", "") for p in attempt.problems[:1]]})))
        if pulled and (pulled[0] or not reasons):
            reasons.insert(0, (0, pulled[1]))
        case, why = reasons[0] if reasons else (0, "")
        again = attempt.parcel_id if attempt and attempt.state == AttemptState.REFUSED and attempt.remedy != Remedy.FIX_FIRST else 0
        return {"why": why, "case": case, "more": max(0, len(reasons) - 1), "again": again, "pulled": bool(pulled and pulled[0])}


def stops(order_ids: Sequence[int], manifest: Manifest | None) -> Stops:
    """Everything that stands open about these orders. Four statements."""
    about = {"subject_type": ContentType.objects.get_for_model(Order), "subject_id__in": order_ids}
    cases: dict[int, list[tuple[int, str, Any]]] = {}
    open_ones = ExceptionCase.objects.filter(_stopping(), state=CaseState.OPEN, **about).order_by("due_at", "pk")
    for order_id, *case in open_ones.values_list("subject_id", "pk", "code", "evidence"):
        cases.setdefault(order_id, []).append(tuple(case))
    held = Hold.objects.filter(cleared_at__isnull=True, **about).values_list("subject_id", flat=True)
    numbers = Order.objects.filter(pk__in=order_ids).values("number")
    failing = latest_attempts().exclude(remedy="").filter(parcel__order_number__in=numbers)
    return Stops(cases, frozenset(held), {attempt.parcel.order_number: attempt for attempt in failing}, _pulls(manifest))


def _stopping() -> Q:
    return Q(blocks__contains="M") | Q(code__in=AFTERWARDS)


def _pulls(manifest: Manifest | None) -> dict[int, tuple[bool, str]]:
    """By parcel: whether a person pulled it, and why it was pulled."""
    if manifest is None:
        return {}
    rows = manifest.pulls.values_list("parcel_id", "pulled_by", "why", "codes")
    return {pk: (by != GATE, f"Pulled by {by}: {why}" if by != GATE else first_reason(codes)) for pk, by, why, codes in rows}


def troubled(orders: QuerySet[Order], manifest: Manifest | None) -> QuerySet[Order]:
    """Of these orders, those with a case that stops them, a hold, a label that failed, or what the gate pulled last."""
    subject = ContentType.objects.get_for_model(Order)
    cases = ExceptionCase.objects.filter(_stopping(), state=CaseState.OPEN, subject_type=subject).values("subject_id")
    holds = Hold.objects.filter(cleared_at__isnull=True, subject_type=subject).values("subject_id")
    failing = latest_attempts().exclude(remedy="").values("parcel__order_number")
    of_gate = manifest.pulls.values("parcel__order_number") if manifest else []
    wanted = Q(pk__in=cases) | Q(pk__in=holds) | Q(number__in=failing) | Q(number__in=of_gate)
    return orders.filter(wanted, state=OrderState.RELEASED).order_by("acs_status_since", "pk")


class Reason(NamedTuple):
    """One thing that keeps a parcel off, and the open case about it, 0 where there is none."""

    sentence: str
    case: int


def reasons(held: Iterable[tuple[int | None, Sequence[str], Mapping[str, Any]]]) -> list[list[Reason]]:
    """For each (order, codes, evidence by code), the sentences with their cases. One statement."""
    told = list(held)
    about = {"subject_type": ContentType.objects.get_for_model(Order), "subject_id__in": [pk for pk, *_ in told if pk]}
    rows = ExceptionCase.objects.filter(state=CaseState.OPEN, **about).values_list("subject_id", "code", "pk", "evidence")
    open_ones = {(order_id, code): (pk, evidence) for order_id, code, pk, evidence in rows}
    return [[_reason_of(pk, code, found, open_ones) for code in codes] for pk, codes, found in told]


def pulls(manifest: Manifest) -> list[tuple[Pull, list[Reason]]]:
    """What was taken off this manifest, each with its reasons. Three statements."""
    rows = list(manifest.pulls.select_related("parcel").order_by("parcel__order_number", "pk"))
    ids = dict(Order.objects.filter(number__in=[pull.parcel.order_number for pull in rows]).values_list("number", "pk"))
    told = reasons((ids.get(pull.parcel.order_number), pull.codes, {}) for pull in rows)
    return [(pull, why or [Reason(f"Pulled by {pull.pulled_by}: {pull.why}", 0)]) for pull, why in zip(rows, told, strict=True)]


def _reason_of(order_id: int | None, code: str, found: Mapping[str, Any], open_ones: Mapping[tuple[int, str], tuple[int, Any]]) -> Reason:
    case, evidence = open_ones.get((order_id or 0, code), (0, {})) if is_case(code) else (0, {})
    return Reason(in_words(code, found.get(code) or evidence), case)
