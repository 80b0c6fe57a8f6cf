"""Another locker for an order that ACS has: may ACS still be asked, and what its answer means."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django_q.tasks import async_task

from exceptions_queue import actions as desk
from exceptions_queue.audit import record
from exceptions_queue.catalogue import Code
from lockers.models import Parcel
from lockers.states import ParcelState
from orders.actions.integrity import cases
from orders.actions.sending.content import KIND
from orders.actions.sending.edited import look, take
from orders.actions.sending.outcomes import card_of, reconcile_outcome
from orders.models import Order
from orders.problems import find_many
from orders.problems.packed import as_packed
from orders.problems.places import OF_THE_LOCKER
from orders.rules.stage import GIVEN_AWAY
from orders.states import AcsStatus, OrderState
from partners.acs.records import AcsOrder, differences, from_payload
from partners.errors import PartnerError
from partners.models import Intent

ELSEWHERE = "elsewhere"  # in the payload: only the locker is to change
PICKED = (AcsStatus.PICK_CONFIRMED, AcsStatus.PACKED)
LABELS_RING = "orders.tasks.ask_for_labels"
UNCONFIRMED = frozenset({Code.ORD_UNCONFIRMED})
SYSTEM = "system:release"


def may_go_elsewhere(order: Order) -> bool:
    """ACS takes another locker until the parcel is given away: it stands in a spare field, which nobody reads before."""
    if order.store_cancelled_at or order.acs_status in GIVEN_AWAY:
        return False
    return not Parcel.objects.filter(order_number=order.number, state=ParcelState.MANIFESTED).exists()


def went_elsewhere(order: Order, payload: Mapping[str, Any], *, at: datetime) -> None:
    """ACS shows the new locker: so do we. What was wrong with the old one is over, and a label is asked for where it is picked.

    What the shop says of everything else stays to be looked at: only its word on the locker counts as dealt with.
    """
    take(order, payload["take"])
    order.shop_when_sent = order.shop_when_sent | payload["shop"]
    order.acs_locker_id = str(payload["take"]["locker_id"])
    order.save(update_fields=["shop_when_sent", "acs_locker_id"])
    record("locker changed at ACS", order, actor=SYSTEM, at=at, after=dict(payload["take"]))
    reconcile_outcome(order, {}, at=at)
    look_at_place(order, at=at)
    if order.acs_status in PICKED:
        async_task(LABELS_RING)


def look_at_place(order: Order, *, at: datetime) -> None:
    """Make the cases about the locker of one order equal what is wrong with it now."""
    verdicts, batch = find_many([order.pk], at=at)
    if not verdicts:
        return
    found = as_packed(verdicts[0], order.acs_packed, batch)
    here = {code: evidence for code, evidence in found.items() if code in OF_THE_LOCKER}
    desk.reconcile(order, scope=OF_THE_LOCKER, found=here, card=card_of(order), at=at)
    cases.look([order.pk], at=at)  # and what no gate looks at: a locker that is full, three that name different ones


def did_not_go(order: Order, intent: Intent, error: PartnerError, *, at: datetime) -> None:
    """ACS refused, or shows another locker than it was asked for: a case, which stops the manifest until a person decides."""
    fields = sorted(getattr(error, "fields", {}) or {})[:10]
    asked = str(intent.payload["take"]["locker_id"])
    reconcile_outcome(order, {Code.ORD_UNCONFIRMED: {"field": "locker_id", "fault": ELSEWHERE, "fields": fields, "locker": asked}}, at=at)


def adopt_elsewhere(read: Iterable[tuple[Order, AcsOrder]], *, at: datetime) -> int:
    """ACS shows by now the locker that it did not show when it was asked for: then so do we. One statement where none is awaited."""
    shown = {order.pk: there for order, there in read}
    awaited = Order.objects.filter(pk__in=desk.subjects_with_open_case(Order, only=UNCONFIRMED), state=OrderState.RELEASED)
    return sum(_adopt(pk, shown[pk], at=at) for pk in awaited.filter(pk__in=shown).values_list("pk", flat=True))


def _adopt(pk: int, there: AcsOrder, *, at: datetime) -> bool:
    with transaction.atomic():
        order = Order.objects.select_for_update().get(pk=pk)
        last = last_elsewhere(order)
        if last is None or last.state != Intent.State.DEAD or differences(from_payload(last.payload["order"]), there):
            return False
        went_elsewhere(order, last.payload, at=at)
        look([order.pk], at=at)
    return True


def last_elsewhere(order: Order) -> Intent | None:
    """The last thing that ACS was asked about the order, where that is another locker."""
    asked = Intent.objects.filter(kind=KIND, business_id=order.number).exclude(state=Intent.State.CANCELLED).order_by("-revision").first()
    return asked if asked is not None and asked.payload.get(ELSEWHERE) else None
