"""A dry run streams and writes nothing; a batch is done under the orders' locks, in a fixed number of statements."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.contrib.contenttypes.models import ContentType
from django.db.models import QuerySet, prefetch_related_objects

from exceptions_queue import actions as desk
from exceptions_queue.audit import Actor, record_many
from exceptions_queue.jobs import DONE, Do, Outcome, failed, skipped
from exceptions_queue.models import BulkItem, BulkJob, ExceptionCase
from exceptions_queue.states import CaseState
from lockers.actions import lock_live
from lockers.models import Parcel
from orders.actions import messages
from orders.actions.bulk import telling
from orders.actions.bulk.plans import KINDS, Params, Plan, Plans
from orders.actions.reassigning import ask_acs, standing_of
from orders.actions.review import review_many
from orders.actions.sending import KIND, OUTCOME_SCOPE, card_of, look
from orders.models import Order
from orders.queries.nearby import Choice
from orders.states import BEFORE_RELEASE, OrderState
from partners.models import Intent

RING = "orders.tasks.drain_bulk"
AT_ONCE = 500
MOST_SHOWN, MOST_GOING, MOST_TRIED = 20, 100, 5_000
ORDER_GONE = Plan(why="The order is gone.")
GONE = "It is in the air to ACS or there already."


@dataclass(frozen=True)
class Run:
    """What a job would do: how many cases it was asked of and looked at, how many orders it would change, the first it would not.

    `going`: the first that would go to another locker, and to which.
    """

    total: int
    looked_at: int
    would: int
    left: list[tuple[int, str, str]]
    going: list[tuple[int, str, Choice]]


def dry_run(kind: str, *, cases: QuerySet[ExceptionCase], params: Params) -> Run:
    """Look at the first 5,000 cases, the most urgent first, 500 at a time."""
    would, looked_at = 0, 0
    left, going = list[tuple[int, str, str]](), list[tuple[int, str, Choice]]()
    for some in _parts(cases.order_by("due_at", "pk")[:MOST_TRIED]):
        plans = _plans_of(kind, some, params)
        looked_at += len(some)
        would += sum(not plans[case.pk].why for case in some)
        left += [(case.pk, case.subject_label, plans[case.pk].why) for case in some if plans[case.pk].why][: MOST_SHOWN - len(left)]
        going += [(case.pk, case.subject_label, choice) for case in some if (choice := plans[case.pk].choice)][: MOST_GOING - len(going)]
    return Run(cases.count(), looked_at, would, left, going)


def _parts(cases: Iterable[ExceptionCase]) -> Iterable[Sequence[ExceptionCase]]:
    rows = list(cases)
    return (rows[start : start + AT_ONCE] for start in range(0, len(rows), AT_ONCE))


def _plans_of(kind: str, cases: Sequence[ExceptionCase], params: Params) -> dict[int, Plan]:
    """What each case's order would get, or why it would be left alone."""
    meant = _meant(kind, cases)
    orders = list(Order.objects.filter(pk__in={case.subject_id for case in cases if not meant[case.pk]}))
    plans = _plans(kind, orders, params)
    return {case.pk: Plan(why=meant[case.pk]) if meant[case.pk] else plans.get(case.subject_id, ORDER_GONE) for case in cases}


def _meant(kind: str, cases: Sequence[ExceptionCase]) -> dict[int, str]:
    of_orders, codes = ContentType.objects.get_for_model(Order).pk, KINDS[kind].codes
    return {case.pk: _why_not_meant(case, of_orders, codes) for case in cases}


def _why_not_meant(case: ExceptionCase, of_orders: int, codes: frozenset[str]) -> str:
    if case.state != CaseState.OPEN:
        return "It was closed meanwhile."
    return "" if case.subject_type_id == of_orders and case.code in codes else "This is not its fix."


def _plans(kind: str, orders: Sequence[Order], params: Params) -> Plans:
    """Checking again is good for any order; the others change only what has not left."""
    if kind == "recheck":
        return KINDS[kind].plan(orders, params)
    ours = [order for order in orders if _is_ours(order) or (KINDS[kind].at_acs and order.state == OrderState.RELEASED)]
    left = {order.pk: Plan(why=GONE) for order in orders}
    return left | (KINDS[kind].plan(ours, params) if ours else {})


def _is_ours(order: Order) -> bool:
    return order.state in BEFORE_RELEASE and order.release_claimed_at is None


def do(items: Sequence[BulkItem], job: BulkJob, at: datetime) -> Mapping[int, Outcome]:
    """Do a batch. Who asked must still be allowed to; every order is checked again afterwards, as by the single fix."""
    if job.asked_by is None or not job.asked_by.has_perm(KINDS[job.kind].permission):
        return dict.fromkeys((item.pk for item in items), failed("Who asked for this may no longer do it."))
    meant = _meant(job.kind, [item.case for item in items])
    orders = _lock({item.case.subject_id for item in items if not meant[item.case_id]})
    at_acs = [order for order in orders.values() if KINDS[job.kind].at_acs and order.state == OrderState.RELEASED]
    parcels = lock_live([order.number for order in at_acs]) if at_acs else {}  # before anything is decided about them
    plans = _plans(job.kind, list(orders.values()), job.params)
    _change([order for pk, order in orders.items() if plans[pk].values and _is_ours(order)], plans, job, at=at)
    _ask_acs([order for order in at_acs if plans[order.pk].choice], plans, parcels, job, at=at)
    blocking = _check([pk for pk in orders if not plans[pk].why], actor=job.asked_by, at=at)
    return {item.pk: _outcome(meant[item.case_id], plans.get(item.case.subject_id, ORDER_GONE), blocking, item) for item in items}


def _outcome(meant: str, plan: Plan, blocking: Mapping[int, set[str]], item: BulkItem) -> Outcome:
    if meant or plan.why:
        return skipped(meant or plan.why)
    still = len(blocking.get(item.case.subject_id, ()))
    stops = f"{still} thing{'' if still == 1 else 's'} still stop{'s' if still == 1 else ''} the order." if still else ""
    goes = f"To locker {plan.choice.point.point_id}: {plan.choice.distance}." if plan.choice else ""
    return Outcome(why=" ".join(filter(None, [goes, stops]))) if goes or stops else DONE


def _ask_acs(orders: Sequence[Order], plans: Plans, parcels: Mapping[str, Parcel], job: BulkJob, *, at: datetime) -> None:
    """The locker of an order that ACS has changes when ACS shows it."""
    if not orders:
        return
    prefetch_related_objects(orders, "lines")
    wanted = {order: choice.point for order in orders if (choice := plans[order.pk].choice)}
    ask_acs(wanted, standing_of(orders, parcels=parcels), actor=_actor(job), at=at, after={"job": job.pk})


def _lock(ids: Iterable[int]) -> dict[int, Order]:
    """In id order, as everybody does who locks several."""
    return {order.pk: order for order in Order.objects.filter(pk__in=list(ids)).order_by("pk").select_for_update()}


def _change(orders: Sequence[Order], plans: Plans, job: BulkJob, *, at: datetime) -> None:
    """Save the values, withdraw what waits with the old content, and close what was about it."""
    if not orders:
        return
    for order in orders:
        for name, value in plans[order.pk].values.items():
            setattr(order, name, value)
        order.version += 1
    fields = sorted({name for order in orders for name in plans[order.pk].values})
    Order.objects.bulk_update(orders, [*fields, "version"], batch_size=AT_ONCE)
    waiting = Intent.objects.filter(kind=KIND, business_id__in=[order.number for order in orders], state=Intent.State.READY)
    waiting.update(state=Intent.State.CANCELLED, ended_at=at)
    subjects = [(Order, order.pk, order.number) for order in orders]
    record_many("order corrected", subjects, actor=_actor(job), at=at, after=dict.fromkeys(fields, "in bulk") | {"job": job.pk})
    findings = [desk.Finding(order.pk, {}, card_of(order)) for order in orders]
    desk.reconcile_many(Order, findings, scope=OUTCOME_SCOPE, at=at)
    if "locker_id" in fields:
        messages.draft_locker_changed(orders, actor=_actor(job), at=at)


def _check(ids: Sequence[int], *, actor: Actor, at: datetime) -> dict[int, set[str]]:
    if not ids:
        return {}
    reviewed = review_many(ids, at=at, actor=actor)
    look(ids, at=at)
    return reviewed.blocking


def _actor(job: BulkJob) -> Actor:
    return job.asked_by or "system:bulk"


DOES: dict[str, Do] = {**dict.fromkeys(KINDS, do), telling.KIND: telling.do}
