"""Tell the shop that a parcel has left, with its number and where to follow it, so that the shop tells the customer. Once."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery

from lockers.models import Parcel
from lockers.states import LIVE, Carriage
from orders.actions import milestones
from orders.models import Order
from orders.queries.parcels import FULFILMENT as KIND
from orders.states import AcsStatus, OrderState
from partners import connect, outbox
from partners.errors import Conflict
from partners.models import Intent

RING = "orders.tasks.tell_shop"
SYSTEM = "system:shop"
AT_ONCE = 500
STAYED = (Carriage.NOT_TAKEN, Carriage.CANCELLED)
REFUSED_FOR = timedelta(hours=1)
MOST_TIMES = 14 * 24  # for an order that has ended: two weeks of hours


def queue_fulfilments(*, at: datetime) -> int:
    """One intent per order whose parcel has left and whose number the shop does not show yet, or shows another of ours."""
    if connect.mode("store") != "live":
        return 0
    return queue_for(Order.objects.filter(state=OrderState.RELEASED), at=at) + queue_for(closed_and_refused(), at=at)


def queue_for(orders: QuerySet[Order], *, at: datetime) -> int:
    """The same for these orders, whatever their state, at most 500. They are locked before it is asked what was asked for, so that
    two processes never write the same intent. Those asked for longest ago come first, and before them those never asked for: what the
    shop refuses keeps nobody waiting."""
    last = Intent.objects.filter(kind=KIND, business_id=OuterRef("number")).order_by("-revision").values("created_at")[:1]
    waiting = left_untold(orders).order_by(Subquery(last).asc(nulls_first=True), "pk")
    ids = list(waiting.values_list("pk", flat=True)[:AT_ONCE])
    if not ids:
        return 0
    with transaction.atomic():
        locked = list(Order.objects.select_for_update().filter(pk__in=ids).order_by("pk").values_list("pk", flat=True))
        untold = list(left_untold(Order.objects.filter(pk__in=locked)).order_by("pk"))
        asked = _asked([order.number for order in untold])
        due = [order for order in untold if _is_due(order, asked.get(order.number), at)]
        for order in due:
            _queue(order, revision=asked[order.number].revision + 1 if order.number in asked else 1, at=at)
    return len(due)


def left_untold(orders: QuerySet[Order]) -> QuerySet[Order]:
    """Those whose live parcel InPost has in hand, or ACS has despatched, annotated with `number_now`. What the courier did not take
    has not left, whatever ACS says."""
    live = Parcel.objects.filter(order_number=OuterRef("number"), state__in=LIVE).exclude(tracking_number="").exclude(carriage__in=STAYED)
    despatched = orders.annotate(
        number_now=Subquery(live.values("tracking_number")[:1]), left_at=Subquery(live.values("handed_over_at")[:1])
    )
    left = Q(left_at__isnull=False) | Q(acs_status=AcsStatus.DESPATCHED)
    return despatched.filter(left, number_now__isnull=False, store_cancelled_at__isnull=True).exclude(shop_tracking=F("number_now"))


def closed_and_refused() -> QuerySet[Order]:
    """Orders collected before the shop would take the number: it is asked again as for those on their way, for two weeks at most, and
    not where it shows somebody else's."""
    asked = Intent.objects.filter(kind=KIND, business_id=OuterRef("number"))
    in_vain = asked.filter(Q(error_class=Conflict.__name__) | Q(revision__gte=MOST_TIMES))
    return Order.objects.filter(Exists(asked), ~Exists(in_vain), state=OrderState.CLOSED, shop_told_at__isnull=True)


def _asked(numbers: list[str]) -> dict[str, Intent]:
    """The last thing asked of the shop for each order. One statement."""
    return {intent.business_id: intent for intent in Intent.objects.filter(kind=KIND, business_id__in=numbers).order_by("revision")}


def _is_due(order: Order, last: Intent | None, at: datetime) -> bool:
    """Not while it is being asked; what the shop has refused is asked again after an hour, or at once for another number."""
    if last is None or last.state == Intent.State.DONE:
        return True
    if last.state not in Intent.ENDED:
        return False
    return last.payload["tracking"] != _number(order) or last.ended_at is None or last.ended_at < at - REFUSED_FOR


def _queue(order: Order, *, revision: int, at: datetime) -> None:
    tracking = _number(order)
    payload = {"store_id": order.store_id, "tracking": tracking, "url": address_of(tracking), "instead_of": order.shop_tracking}
    outbox.put(kind=KIND, business_id=order.number, payload=payload, revision=revision, actor=SYSTEM, at=at, ring=RING)


def _number(order: Order) -> str:
    return str(getattr(order, "number_now", ""))


def address_of(tracking: str) -> str:
    """Where the customer can follow the parcel."""
    return str(settings.INPOST_FOLLOW_URL).replace("{number}", tracking)


def send(intent: Intent) -> outbox.Receipt:
    """The shop's state is read first, so an unclear outcome may simply be asked for again: what stands there is success."""
    asked = intent.payload
    remote_id, changed = connect.store().ship(
        intent.business_id, store_id=asked["store_id"], tracking=asked["tracking"], url=asked["url"], instead_of=asked["instead_of"]
    )
    return outbox.Receipt(remote_id=remote_id[:120], already=not changed)


def settled(intent: Intent, receipt: outbox.Receipt, at: datetime) -> None:
    """The shop shows the number; from now on it may be told how far the parcel is."""
    told = {"shop_tracking": intent.payload["tracking"], "shop_fulfilment_id": receipt.remote_id[:64], "shop_told_at": at}
    told_now = Order.objects.filter(number=intent.business_id)
    told_now.update(**told)
    milestones.queue_for(told_now, at=at)
