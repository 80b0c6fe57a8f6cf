"""After many orders went to other lockers: write to their customers, all at once, each once and only while it is so."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from django.db.models import Min, QuerySet

from exceptions_queue import jobs
from exceptions_queue.audit import Actor
from exceptions_queue.jobs import Outcome, failed, skipped
from exceptions_queue.models import BulkItem, BulkJob, ExceptionCase
from exceptions_queue.states import ItemState
from orders.actions.messages import put
from orders.actions.messages.judging import read_world
from orders.actions.messages.sending import FIRST, on_their_way, why_not_send
from orders.models import CustomerMessage, Order

KIND = "tell_customers"
RING = "orders.tasks.drain_bulk"
PERMISSION = "orders.send_customermessage"
OCCASION = CustomerMessage.Occasion.LOCKER_CHANGED
NOTHING = "There is no draft for it any more: it was sent, or is not needed."


def messages_of(job: BulkJob) -> QuerySet[CustomerMessage]:
    """Every message about another locker to the customers of the orders that the job has changed, what waits first."""
    done = BulkItem.objects.filter(job=job, state=ItemState.DONE).values("case__subject_id")
    return (
        CustomerMessage.objects.filter(order__in=done, occasion=OCCASION).select_related("order").order_by("state", "order_id", "revision")
    )


def reasons(messages: Sequence[CustomerMessage], *, at: datetime) -> dict[int, str]:
    """Why each draft cannot be sent now, "" where it can. Four statements for any number."""
    world, busy = read_world([row.order for row in messages], at=at), on_their_way(messages)
    return {row.pk: why_not_send(row, row.order, world) or (FIRST if row.pk in busy else "") for row in messages}


def ask_to_tell(job: BulkJob, *, actor: Actor, at: datetime) -> BulkJob:
    """A job that sends the drafts of another job's orders: one item for each order."""
    done = BulkItem.objects.filter(job=job, state=ItemState.DONE)
    firsts = done.values("case__subject_id").annotate(first=Min("case_id")).order_by().values("first")
    cases = ExceptionCase.objects.filter(pk__in=firsts)
    return jobs.put_job(KIND, cases=cases, params={"ring": RING, "of": job.pk}, actor=actor, at=at, ring=RING)


def do(items: Sequence[BulkItem], job: BulkJob, at: datetime) -> Mapping[int, Outcome]:
    """Look at each draft once more and hand it over. Who asked must still be allowed to."""
    if job.asked_by is None or not job.asked_by.has_perm(PERMISSION):
        return dict.fromkeys((item.pk for item in items), failed("Who asked for this may no longer do it."))
    orders, drafts = _lock({item.case.subject_id for item in items})
    why = reasons(list(drafts.values()), at=at)
    put([row for row in drafts.values() if not why[row.pk]], orders, actor=job.asked_by, at=at)
    said = {pk: why[row.pk] for pk, row in drafts.items()}
    return {item.pk: _outcome(said.get(item.case.subject_id, NOTHING)) for item in items}


def _outcome(why: str) -> Outcome:
    return skipped(why) if why else Outcome(why="Handed to the mail server.")


def _lock(ids: Iterable[int]) -> tuple[dict[int, Order], dict[int, CustomerMessage]]:
    """The orders, then their drafts, by order id."""
    orders = {order.pk: order for order in Order.objects.filter(pk__in=list(ids)).order_by("pk").select_for_update()}
    drafts = CustomerMessage.objects.filter(order__in=orders, occasion=OCCASION, state=CustomerMessage.State.DRAFT)
    found = {row.order_id: row for row in drafts.select_for_update().order_by("pk")}
    for row in found.values():
        row.order = orders[row.order_id]
    return orders, found
