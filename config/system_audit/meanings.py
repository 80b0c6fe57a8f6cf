"""Codes of ACS's that nobody has given a meaning."""

from collections.abc import Callable

from django.db.models import Count
from django.urls import reverse

from config.system_audit.gaps import Cost, Found, Row, delayed_orders, plural
from config.system_audit.look import Look
from exceptions_queue.catalogue import Code
from inventory.models import Garment
from orders.models import Order
from orders.states import AcsStatus, OrderState
from partners.models import CodeMapping
from partners.queries.mappings import UNTIL_MAPPED
from returns.models import ReturnItem

Kind = CodeMapping.Kind
NAMES = {
    Kind.DELIVERY_METHOD: ("delivery method of the shop's", "delivery methods of the shop's"),
    Kind.ORDER_STATUS: ("order status of ACS's", "order statuses of ACS's"),
    Kind.STOCK_STATUS: ("stock status of ACS's", "stock statuses of ACS's"),
    Kind.GRADE: ("grade of ACS's", "grades of ACS's"),
}


def unmapped(kind: Kind) -> Callable[[Look], Found]:
    """The check of one kind of code: two statements and one for its rows."""

    def find(look: Look) -> Found:
        codes = CodeMapping.objects.filter(partner="acs", kind=kind, target="")
        count = codes.count()
        if not count:
            return Found()
        return Found(
            count=count,
            sentence=f"{plural(count, *NAMES[kind])} {'has' if count == 1 else 'have'} no meaning here. {UNTIL_MAPPED[kind]}",
            costs=(_COSTS[kind](look),),
            rows=lambda start, stop: [_row(code) for code in codes.order_by("-seen_count", "raw")[start:stop]],
            url=f"{reverse('partners:mappings')}?kind={kind.value}",
        )

    return find


def _row(code: CodeMapping) -> Row:
    return Row(code.raw, f"{reverse('partners:mappings')}?kind={code.kind}", f"seen {plural(code.seen_count, 'time')}")


def _held_orders(look: Look) -> Cost:
    return look.delayed(Code.VAL_SERVICE_MAP)


def _unclear_orders(_look: Look) -> Cost:
    cost = delayed_orders(Order.objects.filter(state=OrderState.RELEASED, acs_status=AcsStatus.UNKNOWN))
    return Cost(cost.count, "order whose progress is not known", "orders whose progress is not known", cost.pence)


def _garments(_look: Look) -> Cost:
    kept = Garment.objects.filter(status__kind=Kind.STOCK_STATUS, status__target="", missing_since__isnull=True)
    return Cost(kept.aggregate(many=Count("pk"))["many"], "garment kept off sale", "garments kept off sale")


def _returned(look: Look) -> Cost:
    waiting = ReturnItem.objects.filter(grade__target="", graded_at__gte=look.since)
    return Cost(waiting.count(), "returned garment not decided", "returned garments not decided")


_COSTS = {Kind.DELIVERY_METHOD: _held_orders, Kind.ORDER_STATUS: _unclear_orders, Kind.STOCK_STATUS: _garments, Kind.GRADE: _returned}
