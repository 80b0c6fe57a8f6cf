"""What ACS is to be told, frozen in an intent."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from exceptions_queue.audit import Actor
from lockers.rules import phone
from orders.models import Order, OrderLine
from orders.problems import Batch, Verdict
from orders.rules import edits
from orders.states import Destination, OrderState
from partners import connect, outbox
from partners.acs.records import OutboundLine, OutboundOrder, to_payload
from partners.mappings import fold
from partners.models import Intent

KIND = "acs_release"
RING = "orders.tasks.send_releases"


def queue_releases(verdicts: Sequence[Verdict], batch: Batch, *, at: datetime, actor: Actor) -> int:
    """Write a release intent for each order that is free to go and has none. In observe mode nothing is queued."""
    if not verdicts or connect.mode("acs") != "live":
        return 0
    live = with_live_intents([verdict.order.number for verdict in verdicts])
    ready = {verdict.order.id: verdict for verdict in verdicts if verdict.order.number not in live}
    orders = Order.objects.filter(pk__in=ready, state=OrderState.READY, release_claimed_at__isnull=True, store_cancelled_at__isnull=True)
    for order in orders.prefetch_related("lines"):
        queue(order, outbound(order, batch, size=ready[order.pk].size), at=at, actor=actor)
    return len(orders)


def with_live_intents(numbers: Iterable[str]) -> set[str]:
    """Those of the orders that something is being sent for, or is about to be."""
    live = Intent.objects.filter(kind=KIND, business_id__in=list(numbers)).exclude(state__in=Intent.ENDED)
    return set(live.values_list("business_id", flat=True))


def queue(order: Order, content: OutboundOrder, *, at: datetime, actor: Actor, **more: Any) -> None:
    """Write the intent. `more`: `amend` may overwrite what ACS has, `recall` asks it to stop, `take` are the facts it brings."""
    order.release_revision += 1
    order.save(update_fields=["release_revision"])
    _put([(order, content, more)], at=at, actor=actor)


def queue_many(asked: Sequence[tuple[Order, OutboundOrder, dict[str, Any]]], *, at: datetime, actor: Actor) -> None:
    """The same for many locked orders, each with its own `more`: two statements and one ring."""
    for order, _, _ in asked:
        order.release_revision += 1
    Order.objects.bulk_update([order for order, _, _ in asked], ["release_revision"], batch_size=500)
    _put(asked, at=at, actor=actor)


def _put(asked: Sequence[tuple[Order, OutboundOrder, dict[str, Any]]], *, at: datetime, actor: Actor) -> None:
    wanted = [(order.number, order.release_revision, _payload(order, content) | more) for order, content, more in asked]
    outbox.put_many(kind=KIND, wanted=wanted, actor=actor, at=at, ring=RING)


def _payload(order: Order, content: OutboundOrder) -> dict[str, Any]:
    return {"order": to_payload(content), "amend": False, "shop": edits.digests(order.number, order.shop)}


def outbound(order: Order, batch: Batch, *, size: str) -> OutboundOrder:
    """The order in ACS's terms: service and agent by the mapping, locker and parcel size for the spare fields."""
    method = batch.methods[fold(order.delivery_method)]
    to_locker = method.destination == Destination.LOCKER
    return OutboundOrder(
        number=order.number,
        ordered_on=order.placed_at.date(),
        dispatch_on=order.dispatch_on,
        deliver_on=order.deliver_on,
        event_on=order.event_on,
        return_on=order.return_on,
        first_name=order.first_name,
        last_name=order.last_name,
        mobile=phone.judge(order.mobile).e164 or order.mobile,
        email=order.email,
        address1=order.address1,
        address2=order.address2,
        city=order.city,
        county=order.county,
        postcode=order.postcode,
        service=method.service,
        agent=method.agent,
        comments="",
        locker_id=order.locker_id if to_locker else "",
        parcel_size=size if to_locker else "",
        cancelled=False,
        lines=tuple(_line(line) for line in order.lines.all() if line.quantity),
    )


def _line(line: OrderLine) -> OutboundLine:
    return OutboundLine(
        line_id=line.line_id,
        sku=line.sku,
        is_hire=line.is_hire,
        price_pence=line.unit_price_pence,
        quantity=line.quantity,
        measurements=tuple(str(part) for part in line.measurements),
    )
