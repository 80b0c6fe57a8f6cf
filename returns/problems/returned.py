"""What is wrong with what came back, and with what did not? By sets."""

from collections.abc import Collection
from datetime import date, datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from orders.models import Order, OrderLine
from orders.states import AcsStatus, OrderState
from partners.models import SyncRun
from returns.models import Return, ReturnItem

FEED = "acs.returns"
LONDON = ZoneInfo("Europe/London")

Evidence = dict[str, Any]


class Found(NamedTuple):
    """A return with what is wrong with it."""

    acs_id: str
    order_number: str
    evidence: Evidence


def unmatched(only: Collection[int] | None = None) -> dict[int, Found]:
    """The returns whose order nobody knows. One statement."""
    rows = _of(Return.objects.filter(order=None), only).values_list("pk", "acs_id", "order_number")
    return {
        pk: Found(acs_id, "", {"field": "order_number", "fault": "unknown_order" if number else "no_order", "return": acs_id})
        for pk, acs_id, number in rows
    }


def ungraded(arrived_before: datetime, only: Collection[int] | None = None) -> dict[int, Found]:
    """The returns that arrived before then and have a garment without a grade, or no garment at all yet. One statement."""
    waiting = ReturnItem.objects.filter(raw_grade="").values("ret")
    empty = ~Exists(ReturnItem.objects.filter(ret=OuterRef("pk")))
    rows = _of(Return.objects.filter(Q(pk__in=waiting) | empty, arrived_at__lt=arrived_before), only)
    counted = rows.annotate(open=Count("items", filter=Q(items__raw_grade="")))
    return {
        pk: Found(acs_id, number or "", {"field": "grade", "fault": "ungraded", "return": acs_id, "count": count})
        for pk, acs_id, number, count in counted.values_list("pk", "acs_id", "order__number", "open")
    }


def _of(rows: QuerySet[Return], only: Collection[int] | None) -> QuerySet[Return]:
    return rows if only is None else rows.filter(pk__in=only)


def known_since() -> date | None:
    """From which day on returns are mirrored: nothing that was due before is called overdue. None where none was ever read.

    Two statements.
    """
    first = Return.objects.order_by("arrived_at").values_list("arrived_at", flat=True).first()
    ran = SyncRun.objects.filter(feed__name=FEED, outcome=SyncRun.Outcome.OK).order_by("started_at")
    began = [when for when in (first, ran.values_list("started_at", flat=True).first()) if when]
    return min(began).astimezone(LONDON).date() if began else None


def overdue(due_before: date, since: date) -> dict[int, tuple[Order, Evidence]]:
    """The hire orders that left, were due back before `due_before` (and not before `since`), with a garment still out. One statement."""
    hired = OrderLine.objects.filter(order=OuterRef("pk"), is_hire=True).order_by().values("order").annotate(n=Sum("quantity")).values("n")
    back = ReturnItem.objects.filter(ret__order=OuterRef("pk")).order_by().values("ret__order").annotate(n=Count("pk")).values("n")
    out = Order.objects.filter(
        is_hire=True,
        return_on__gte=since,
        return_on__lt=due_before,
        state__in=(OrderState.RELEASED, OrderState.CLOSED),
        acs_status=AcsStatus.DESPATCHED,
    )
    counted = out.annotate(hired=Coalesce(Subquery(hired), 0), back=Coalesce(Subquery(back), 0)).filter(hired__gt=F("back"))
    return {order.pk: (order, _overdue(order)) for order in counted}


def _overdue(order: Any) -> Evidence:
    missing = order.hired - order.back
    return {"field": "return_on", "fault": "part" if order.back else "nothing", "due": order.return_on.isoformat(), "count": missing}
