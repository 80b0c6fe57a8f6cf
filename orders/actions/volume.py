"""Fewer orders than this hour usually brings: the shop, or our line to it, may be silent without an error."""

from datetime import datetime, timedelta
from statistics import median

from django.db.models import Count, Q
from django.urls import reverse

from exceptions_queue.actions.alerts import Concern, make_equal
from exceptions_queue.states import AlertKind, Owner
from orders.models import Order

HOUR, WEEK, WEEKS = timedelta(hours=1), timedelta(days=7), 4
USUAL_AT_LEAST = 10  # fewer an hour say nothing by staying away
A_FIFTH = 5


def watch_volume(*, at: datetime) -> int:
    """An alert while the last hour brought less than a fifth of what the same hour brought in the last four weeks. One statement."""
    weeks = {f"w{n}": Count("pk", filter=Q(placed_at__gt=at - n * WEEK - HOUR, placed_at__lte=at - n * WEEK)) for n in range(WEEKS + 1)}
    spans = Q()
    for n in range(WEEKS + 1):
        spans |= Q(placed_at__gt=at - n * WEEK - HOUR, placed_at__lte=at - n * WEEK)
    counted = Order.objects.filter(spans).aggregate(**weeks)
    now, usual = counted["w0"], median(counted[f"w{n}"] for n in range(1, WEEKS + 1))
    return make_equal(AlertKind.LOW_VOLUME, [_few(now, usual)] if is_few(now, usual) else [], at=at)["open"]


def is_few(now: int, usual: float) -> bool:
    return usual >= USUAL_AT_LEAST and now * A_FIFTH < usual


def _few(now: int, usual: float) -> Concern:
    came = "No order" if not now else f"Only {now} order{'' if now == 1 else 's'}"
    usually = f"at this time of the week it is usually {usual:.0f}"
    return Concern(
        key="orders:volume",
        title="Fewer orders than usual",
        sentence=f"{came} came in the last hour; {usually}. The shop or our line to it may be silent.",
        url=reverse("orders:list"),
        owner=Owner.INTEGRATION,
    )
