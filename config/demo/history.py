"""What the demo's desk has been through already: parcels of the last collections on their way, and a board for the next one.

Made by the same acts as everything else, at the hours they would have been made at: acts take the instant as an argument, and the
make-believe courier can have come in the past.
"""

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from itertools import cycle
from typing import Any

from django.utils import timezone

from config.running import run_feed
from config.story.fixes import person
from config.story.parcels import OUT_OF_SERVICE
from config.story.partners import ask, tell
from exceptions_queue import calendars
from lockers import tasks as lockers
from lockers.actions.manifests import keep_open
from orders import tasks as orders
from orders.actions import closing, labelling, review_many
from orders.models import Order
from orders.states import Destination, OrderState

DAYS_BACK, PER_DAY, TODAY = 2, 14, 22
BEFORE_CUTOFF = timedelta(minutes=40)
SCRIPTS = ("expired", "permanent_redirect", "happy", "expired", "locker_full", "happy", "not_picked_up", "expired", "oversize", "happy")
Clock = Callable[[], datetime]


def lay_down(sandbox_url: str, say: Callable[[str], None]) -> None:
    """The last two collections, with what has become of their parcels, and what stands packed for the next one."""
    now, faults = timezone.now(), set(ask(f"{sandbox_url}/_sandbox/plan")["faults"])
    clock, scripts = calendars.default_clock(at=now), cycle(SCRIPTS)
    for day in _collections_before(clock, now):
        gone = _fit(faults, before=clock.cutoff_on(day) - timedelta(hours=2), most=PER_DAY)
        if gone:
            tell(f"{sandbox_url}/_sandbox/inpost/scripts", {order.number: next(scripts) for order in gone})
            _collect(gone, clock, day, sandbox_url)
            say(f"{len(gone)} parcels of {day:%A} are on their way")
    _follow()
    _stand_ready(_fit(faults, before=now, most=TODAY), sandbox_url)
    say("the board of the next collection is filled")


def _collections_before(clock: calendars.Clock, now: datetime) -> list[date]:
    """The days of the last collections that have gone, the oldest first."""
    today = timezone.localdate(now)
    days = [day for back in range(1, 15) if clock.works_on(day := today - timedelta(days=back))]
    return sorted(days[:DAYS_BACK])


def _fit(faults: set[str], *, before: datetime, most: int) -> list[Order]:
    """Locker orders that nothing is wrong with and that nobody has looked at yet."""
    new = Order.objects.filter(state=OrderState.RECEIVED, delivery_method="inpost_locker", placed_at__lt=before)
    return list(new.exclude(number__in=faults).order_by("placed_at")[:most])


def _pack(some: Sequence[Order], sandbox_url: str, at: Clock) -> None:
    """Through the gate to ACS, picked and packed; twice, because what is picked short is whole at the second go."""
    review_many([order.pk for order in some], at=at())
    orders.send_releases(clock=at)
    for _ in range(2):
        tell(f"{sandbox_url}/_sandbox/acs/work", {"orders": [order.number for order in some], "to": "Packed"})
    run_feed("acs.orders")


def _collect(some: Sequence[Order], clock: calendars.Clock, day: date, sandbox_url: str) -> None:
    """A whole day of the warehouse's: packed in the morning, labelled, closed before the cut-off, taken at it."""
    cutoff = clock.collection_on(day)
    morning, closing_at = cutoff - timedelta(hours=5), cutoff - BEFORE_CUTOFF
    _pack(some, sandbox_url, lambda: morning)
    labelling.ask_for_labels(at=morning)
    lockers.make_labels(clock=lambda: morning)
    manifest = keep_open(clock, at=morning)
    closing.ask_to_close(manifest, actor=person("warehouse"), at=closing_at, version=manifest.version)
    closing.close_asked(clock=lambda: closing_at)
    taken = list(manifest.parcels.values_list("tracking_number", flat=True))
    tell(f"{sandbox_url}/_sandbox/courier", {"numbers": taken, "hours_ago": (timezone.now() - cutoff).total_seconds() / 3600})


def _follow() -> None:
    run_feed("acs.orders")
    run_feed("inpost.tracking")
    orders.follow_parcels()
    orders.tell_shop()


def _stand_ready(some: Sequence[Order], sandbox_url: str) -> None:
    """Packed for the next collection. One locker closed before its label could be made, another one after: nobody here knows yet."""
    _pack(some, sandbox_url, timezone.now)
    ready = list(Order.objects.filter(pk__in=[order.pk for order in some], destination=Destination.LOCKER).order_by("pk"))
    if len(ready) > 2:
        _close(ready[0], sandbox_url)
    orders.ask_for_labels()
    lockers.make_labels()
    orders.ask_for_labels()  # what was refused becomes a case
    if len(ready) > 2:
        _close(ready[-1], sandbox_url)
    orders.keep_collections()


def _close(order: Order, sandbox_url: str) -> dict[str, Any]:
    return tell(f"{sandbox_url}/_sandbox/points/{order.locker_id}", {"status": OUT_OF_SERVICE})
