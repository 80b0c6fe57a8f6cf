"""A hold and a release of one order at the same moment, ten thousand times by night and less often before: it is never both."""

import os
import random
import threading

import pytest
from django.db import connections
from django.utils import timezone

from exceptions_queue.models import Hold
from orders.actions import TooLate, hold, sending
from orders.models import Order, OrderLine
from orders.states import OrderState
from partners import outbox
from partners.models import Intent
from tests.orders.builders import NOON, make_order, make_shopfloor

ORDERS, SEEDS = 2_000 if os.environ.get("NIGHTLY") else 400, (1, 2, 3, 4, 5)


def many_ready_orders(count: int) -> list[int]:
    """Orders that only wait to be claimed, each with its intent, made set by set."""
    model = make_order()
    columns = {f.name: getattr(model, f.name) for f in Order._meta.concrete_fields if f.name not in ("id", "number", "state")}
    orders = Order.objects.bulk_create(Order(**columns, number=f"R-{place}", state=OrderState.READY) for place in range(count))
    OrderLine.objects.bulk_create(OrderLine(order=order, line_id="1", sku="DRS-0012-10", quantity=1) for order in orders)
    Intent.objects.bulk_create(
        Intent(
            kind=sending.KIND,
            business_id=order.number,
            op_key=f"test:{order.number}",
            payload={},
            payload_hash="",
            next_at=NOON,
            created_by="test",
            created_at=NOON,
        )
        for order in orders
    )
    return [order.pk for order in orders]


class Releases(threading.Thread):
    """A worker that drains the outbox; what it would have put to ACS is noted instead of sent."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.sent: set[str] = set()

    def run(self) -> None:
        def send(intent: Intent) -> outbox.Receipt:
            self.sent.add(intent.business_id)
            return outbox.Receipt(remote_id=intent.business_id)

        steps = {
            "lock": sending.lock_order,
            "may_send": sending.claim,
            "settled": sending.settled,
            "failed": sending.failed,
            "deferred": sending.deferred,
        }
        try:
            while outbox.drain(sending.KIND, send=send, clock=timezone.now, **steps) or self.some_are_left():
                pass
        finally:
            connections.close_all()

    def some_are_left(self) -> bool:
        """A drain passes over an order that somebody is at; it comes back for it."""
        return Intent.objects.exclude(state__in=Intent.ENDED).exists()


class Holds(threading.Thread):
    """An agent who holds orders in an order of their own."""

    def __init__(self, ids: list[int]) -> None:
        super().__init__(daemon=True)
        self.ids, self.held, self.late = ids, set(), set()

    def run(self) -> None:
        try:
            for pk in self.ids:
                self.hold(pk)
        finally:
            connections.close_all()

    def hold(self, pk: int) -> None:
        try:
            self.held.add(hold(Order(pk=pk), reason="Fraud check", exit="Checked", actor="agent", at=timezone.now()).order.number)
        except TooLate:
            self.late.add(pk)


@pytest.mark.postgres
@pytest.mark.timeout(600)
@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.django_db(transaction=True)
def test_no_order_is_both_held_and_sent(seed, settings):
    settings.MODES = dict.fromkeys(settings.MODES, "live")
    make_shopfloor()
    ids = many_ready_orders(ORDERS)
    # The releases go from the front and the agent from anywhere, so that they meet at every stage of each other.
    random.Random(seed).shuffle(ids)  # noqa: S311 - a seeded order, not a secret
    releases, holds = Releases(), Holds(ids)

    for worker in (releases, holds):
        worker.start()
    for worker in (releases, holds):
        worker.join()

    released = set(Order.objects.filter(state=OrderState.RELEASED).values_list("number", flat=True))
    held = set(Order.objects.filter(pk__in=Hold.objects.values("subject_id")).values_list("number", flat=True))
    assert not held & (released | releases.sent)
    assert (held, len(held) + len(holds.late)) == (holds.held, ORDERS)
    assert released == releases.sent
