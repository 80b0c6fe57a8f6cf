"""Take the customer out of orders: what was sold, for how much, when and why it was let go stay; who bought it does not."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from django.contrib.contenttypes.models import ContentType

from exceptions_queue.actions.erasing import take_out
from exceptions_queue.audit import Actor, record_many
from exceptions_queue.models import Hold
from exceptions_queue.rules.erasing import GONE, Traces
from orders.models import Consolidation, CustomerLink, CustomerMessage, GateDecision, Order, OrderLine
from orders.queries.erasing import KIND
from orders.rules.erasing import ERASED, PERSONAL, POSTCODE, asked_without_person, standing_without_person, without_person
from partners import outbox
from partners.models import Intent

State = CustomerMessage.State
WRITTEN = [
    *PERSONAL,
    POSTCODE,
    *("shop", "shop_when_sent", "attributes", "note", "customer_key", "contents_key", "erased_at", "version"),
]
AT_ONCE = 200


def lock(order_numbers: Collection[str]) -> list[Order]:
    """Lock those of the orders that still have a customer, in id order as everybody does, so that no sync writes them meanwhile."""
    rows = Order.objects.filter(number__in=list(order_numbers), erased_at__isnull=True)
    return list(rows.select_for_update().order_by("pk"))


def erase(order_numbers: Collection[str], *, traces: Traces, at: datetime, actor: Actor) -> dict[str, int]:
    """Take the customers out of these orders and of everything that hangs on them; return how many rows of each kind.

    Writes one audit row an order, without a value. Decisions keep their verdicts and lose their inputs, so they cannot be replayed.
    Mirroring leaves the order without its customer from now on. A second time there is nothing to do. Inside a transaction.
    """
    orders = lock(order_numbers)
    ids = [order.pk for order in orders]
    for order in orders:
        _forget(order, at)
    Order.objects.bulk_update(orders, WRITTEN, batch_size=AT_ONCE)
    record_many("customer erased", [(Order, order.pk, order.number) for order in orders], actor=actor, at=at)
    return {
        "orders": len(orders),
        "lines": OrderLine.objects.filter(order_id__in=ids).exclude(measurements=[]).update(measurements=[]),
        "messages": _messages(ids, at),
        "links": CustomerLink.objects.filter(order_id__in=ids, used_at__isnull=True, revoked_at__isnull=True).update(revoked_at=at),
        "decisions": GateDecision.objects.filter(order_id__in=ids).update(inputs={ERASED: at.isoformat()}),
        "waits": Consolidation.objects.filter(order_id__in=ids).exclude(consent="").update(consent=GONE),
        "asked_of_acs": _intents([order.number for order in orders], at),
        "holds": _holds(ids, traces),
    }


def _forget(order: Order, at: datetime) -> None:
    used = without_person({name: getattr(order, name) for name in (*PERSONAL, POSTCODE)})
    for name, value in used.items():
        setattr(order, name, value)
    order.shop = without_person(order.shop)
    order.shop_when_sent = standing_without_person(order.shop_when_sent)
    order.attributes, order.note, order.customer_key, order.contents_key = {}, "", "", ""
    order.erased_at, order.version = at, order.version + 1


def _messages(ids: Sequence[int], at: datetime) -> int:
    """That they were told, when and by whom stays. What was not sent yet is not sent any more."""
    theirs = CustomerMessage.objects.filter(order_id__in=ids)
    theirs.filter(state__in=[State.DRAFT, State.QUEUED]).update(state=State.DROPPED, ended_at=at)
    return theirs.update(subject=GONE, body=GONE, facts={})


def _intents(numbers: Sequence[str], at: datetime) -> int:
    """What waits to be sent is withdrawn; what was sent keeps its goods. Content and hash go together."""
    asked = Intent.objects.filter(kind=KIND, business_id__in=numbers)
    asked.filter(state=Intent.State.READY).update(state=Intent.State.CANCELLED, ended_at=at)
    rows: list[Any] = list(asked.only("payload"))
    for intent in rows:
        intent.payload = asked_without_person(intent.payload)
        intent.payload_hash = outbox.payload_hash(intent.payload)
    Intent.objects.bulk_update(rows, ["payload", "payload_hash"], batch_size=AT_ONCE)
    return len(rows)


def _holds(ids: Sequence[int], found: Traces) -> int:
    theirs = Hold.objects.filter(subject_type=ContentType.objects.get_for_model(Order), subject_id__in=ids)
    return take_out(theirs, ["reason", "exit"], found)
