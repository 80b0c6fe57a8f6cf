"""The desk's cases about lockers, made true for orders that ACS has, and for what no gate looks at before.

Before the release the gate owns LOC-CLOSED and LOC-SIZE and looks every minute. Afterwards nobody looked until the label: a locker
may close between. Evidence is the gate's own, so that the look before the label finds its cases as it left them.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from exceptions_queue import actions as desk
from exceptions_queue import calendars
from exceptions_queue.catalogue import Code
from exceptions_queue.models import ExceptionCase
from exceptions_queue.states import CaseState
from lockers.models import Parcel
from lockers.queries import full_after
from lockers.states import NOT_YET_GONE, ParcelState
from orders.actions.sending.outcomes import card_of
from orders.models import IntegrityFinding, Order
from orders.problems import integrity
from orders.problems.checks import RULES_VERSION
from orders.problems.places import Found
from orders.states import BEFORE_RELEASE, OrderState

ANY_TIME = frozenset({Code.LOC_FULL, Code.LOC_DRIFT})
AFTER_RELEASE = ANY_TIME | {Code.LOC_CLOSED, Code.LOC_SIZE}
BATCH = 500


def look(ids: Collection[int], *, at: datetime) -> int:
    """Make the locker cases of these orders equal the facts; return how many were opened or closed.

    A fixed number of statements per 500 orders, each locked first. A parcel on a closed manifest that still stands at ACS is left
    as it is: its gate was the manifest's.
    """
    ordered, crawl_at = sorted(ids), full_after() if ids else None
    return sum(_look(ordered[start : start + BATCH], crawl_at, at=at) for start in range(0, len(ordered), BATCH))


def look_again(*, at: datetime) -> int:
    """Look again at every order with such a case, so that what was put right closes within the minute."""
    open_cases = desk.subjects_with_open_case(Order, only=AFTER_RELEASE)
    any_time = desk.subjects_with_open_case(Order, only=ANY_TIME)
    standing = Order.objects.filter(Q(pk__in=any_time) | Q(~Q(state__in=BEFORE_RELEASE), pk__in=open_cases))
    return look(list(standing.values_list("pk", flat=True)), at=at)


def unlike_findings() -> set[int]:
    """Orders whose open cases are not what the live findings say: released meanwhile, looked at by another gate, or ended."""
    subject = ContentType.objects.get_for_model(Order)
    live = IntegrityFinding.objects.filter(ended_run__isnull=True)
    cases = ExceptionCase.objects.filter(subject_type=subject, code__in=_values(AFTER_RELEASE))
    answered = cases.filter(Q(state__in=(CaseState.OPEN, CaseState.WAIVED)) | Q(state=CaseState.CLOSED, lapsed_at__isnull=True))
    ours = Q(code__in=_values(ANY_TIME)) | Q(code__in=_values(AFTER_RELEASE), order__state=OrderState.RELEASED)
    untold = live.filter(ours).exclude(Exists(answered.filter(subject_id=OuterRef("order_id"), code=OuterRef("code"))))
    stale = cases.filter(state=CaseState.OPEN).exclude(Exists(live.filter(order_id=OuterRef("subject_id"), code=OuterRef("code"))))
    return {*untold.values_list("order_id", flat=True), *stale.values_list("subject_id", flat=True)}


def _values(codes: Iterable[Code]) -> list[str]:
    return sorted(str(code) for code in codes)


def _look(ids: Sequence[int], crawl_at: datetime | None, *, at: datetime) -> int:
    with transaction.atomic():
        orders = {order.pk: order for order in Order.objects.select_for_update().filter(pk__in=ids).order_by("pk")}
        found = integrity.find(list(orders), full_after=crawl_at)
        on_its_way = _on_a_closed_manifest(orders.values())
        due = calendars.default_clock(at=at).packed_due(at=at) if found else None
        done = 0
        for scope, before in ((ANY_TIME, True), (AFTER_RELEASE, False)):
            these = [o for o in orders.values() if (o.state in BEFORE_RELEASE) is before and o.number not in on_its_way]
            findings = [_finding(order, found.get(order.pk, {}), scope, None if before else due) for order in these]
            result = desk.reconcile_many(Order, findings, scope=scope, at=at)
            done += result.opened + result.closed
    return done


def _finding(order: Order, found: Found, scope: frozenset[Code], due: calendars.Due | None) -> desk.Finding:
    card = replace(card_of(order), rules_version=RULES_VERSION)
    card = replace(card, due_at=due.due_at, cutoff_at=due.cutoff_at) if due else card
    return desk.Finding(order.pk, {code: evidence for code, evidence in found.items() if code in scope}, card)


def _on_a_closed_manifest(orders: Iterable[Order]) -> set[str]:
    """Whose parcel is on a closed manifest and not with InPost yet."""
    waiting = Parcel.objects.filter(state=ParcelState.MANIFESTED, handed_over_at__isnull=True, carriage__in=NOT_YET_GONE)
    numbers = [order.number for order in orders if order.state == OrderState.RELEASED]
    return set(waiting.filter(order_number__in=numbers).values_list("order_number", flat=True))
