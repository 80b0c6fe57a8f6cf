"""How long a part-ready order may wait, and what each way out costs: its facts put to the rules."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import NamedTuple

from django.db.models import Sum
from django.utils import timezone

from exceptions_queue import calendars
from exceptions_queue.catalogue.kinds import named
from exceptions_queue.queries import words
from inventory.models import Product
from orders.models import Consolidation, Order, OrderLine
from orders.problems.facts import Method, read_methods
from orders.rules import waits
from orders.rules.picking import missing_garments
from orders.states import Destination
from partners.mappings import fold

LABELS = {"wait": "Wait for the rest", "split": "Split, with consent", "home": "Send to the door"}
_WHY_OVERDUE = {
    "too_late": ("Too late", "Waiting can no longer keep the promise"),
    "slack": ("Hardly time left", "There is hardly time left to keep the promise"),
    "deadline": ("Longer than expected", "It waits longer than expected"),
}


class Way(NamedTuple):
    """One of the three ways out, in words: when it would be there and what that costs."""

    key: str
    label: str
    leaves: str
    arrives: str
    cost: str
    tone: str
    suggested: bool


@dataclass(frozen=True)
class Plan:
    """What the planner shows of one wait."""

    wait: Consolidation
    number: str
    missing: str
    unnamed: bool
    nothing_there: bool
    expected: str
    look_again: str
    if_ready: str
    safe: str
    safe_full: str
    left: words.Due
    promise: str
    overdue: str
    why_overdue: str
    ways: list[Way]

    @property
    def message(self) -> str:
        """What CX may write to the customer: no name and no number in it, to be completed by the person who sends it."""
        wait, split, home = self.ways
        choices = [f"1. Wait: the whole order would be in your locker on {wait.arrives}, if the missing part comes as expected."]
        if not (self.unnamed or self.nothing_there):
            choices.append(
                f"2. Have what is ready on {split.arrives} in your locker, and the rest as an order of its own, or the money back for it."
            )
        choices.append(f"{len(choices) + 1}. Have it brought to your door: {home.arrives} for what is ready, the rest as it comes.")
        lacking = "a part of it is" if self.unnamed else f"this is: {self.missing}"
        return "\n".join(
            [
                f"Your order {self.number} is not complete yet; {lacking} still missing.",
                "You can:",
                *choices,
                "Please answer this message with 1, 2 or 3." if len(choices) == 3 else "Please answer this message with 1 or 2.",
            ]
        )

    @property
    def suggestion(self) -> Way:
        return next(way for way in self.ways if way.suggested)


def promise_of(order: Order) -> waits.Promise:
    return waits.promise(deliver_on=order.deliver_on, event_on=order.event_on, dispatch_on=order.dispatch_on)


def transit_of(delivery_method: str, methods: dict[str, Method]) -> int:
    method = methods.get(fold(delivery_method))
    return waits.transit_days(method.service if method else "")


def latest_safe_at(order: Order, wait: Consolidation, clock: calendars.Clock, methods: dict[str, Method]) -> datetime:
    """The last moment at which the order can be whole and still be there as promised."""
    transit = transit_of(order.delivery_method, methods)
    opened_on = timezone.localdate(wait.opened_at)
    day = waits.last_day(clock, promise_of(order), transit=transit, opened_on=opened_on)
    return waits.latest_safe(clock, day, before_release=wait.before_release)


def plans(rows: Sequence[Consolidation], *, at: datetime) -> list[Plan]:
    """The plan of each wait (with its order read). Four statements, whatever their number."""
    clock, methods = calendars.default_clock(at=at), read_methods()
    names = _names({str(line["sku"]) for row in rows for line in row.missing})
    by_door = min((waits.transit_days(m.service) for m in methods.values() if m.destination == Destination.HOME), default=1)
    wanted = garments([row.order_id for row in rows])
    return [replace(_plan(row, clock, methods, names, by_door, at), nothing_there=is_nothing(row, wanted)) for row in rows]


def garments(order_ids: Sequence[int]) -> dict[int, int]:
    """How many garments each order has altogether. One statement."""
    lines = OrderLine.objects.filter(order_id__in=order_ids).values("order_id").annotate(garments=Sum("quantity"))
    return dict(lines.values_list("order_id", "garments"))


def is_nothing(wait: Consolidation, wanted: dict[int, int]) -> bool:
    """Not one garment of the order is there."""
    return bool(wait.missing) and missing_garments(wait.missing) >= wanted.get(wait.order_id, 0)


def _names(skus: set[str]) -> dict[str, str]:
    return dict(Product.objects.filter(sku__in=skus).exclude(name="").values_list("sku", "name"))


def _plan(
    wait: Consolidation, clock: calendars.Clock, methods: dict[str, Method], names: dict[str, str], by_door: int, at: datetime
) -> Plan:
    order = wait.order
    promised = promise_of(order)
    why = waits.overdue(at=at, deadline_at=wait.deadline_at, latest_safe_at=wait.latest_safe_at)
    offers = waits.offers(
        clock,
        promised,
        at=at,
        ready_at=wait.deadline_at,
        before_release=wait.before_release,
        transit=transit_of(order.delivery_method, methods),
        home_transit=by_door,
    )
    best = waits.suggested(offers, is_overdue=bool(why))
    return Plan(
        wait=wait,
        number=order.number,
        missing=_missing(wait, names),
        unnamed=not wait.missing,
        nothing_there=False,
        expected=words.moment(wait.deadline_at, at) if _was_told(wait) else "nobody has said",
        if_ready="now" if wait.deadline_at <= at else words.moment(wait.deadline_at, at),
        look_again="" if _was_told(wait) or wait.deadline_at <= at else words.moment(wait.deadline_at, at),
        safe=words.moment(wait.latest_safe_at, at),
        safe_full=words.full(wait.latest_safe_at),
        left=words.due(wait.latest_safe_at, at),
        promise=_promise(promised),
        overdue=_WHY_OVERDUE[why][0] if why else "",
        why_overdue=_WHY_OVERDUE[why][1] if why else "",
        ways=[_way(offer, wait, best, at) for offer in offers],
    )


def _was_told(wait: Consolidation) -> bool:
    """A person said when the rest is expected; else the deadline is only when to look again."""
    return wait.before_release or wait.choice == Consolidation.Choice.WAIT


def _missing(wait: Consolidation, names: dict[str, str]) -> str:
    if not wait.missing:
        return "ACS has not said what"
    what = named([names.get(str(line["sku"]), str(line["sku"])) for line in wait.missing])
    return f"{missing_garments(wait.missing)} × {what}" if len(wait.missing) == 1 else f"{missing_garments(wait.missing)} garments: {what}"


def _promise(promised: waits.Promise) -> str:
    if promised.on:
        return f"there by {_day(promised.on)}"
    return f"leaves by {_day(promised.leaves_on)}" if promised.leaves_on else "no day was promised"


def _way(offer: waits.Offer, wait: Consolidation, best: str, at: datetime) -> Way:
    tone = "bad" if offer.days_late else "ok" if offer.days_late == 0 else "info"
    label = LABELS[offer.key]
    leaves, arrives = words.moment(offer.leaves_at, at), _day(offer.arrives_on)
    return Way(offer.key, label, leaves, arrives, _cost(offer), tone, suggested=offer.key == best)


def _cost(offer: waits.Offer) -> str:
    lost = f"{_days(offer.days_lost)} later than at best" if offer.days_lost else "no day lost"
    if offer.days_late is None:
        return lost
    return f"{_days(offer.days_late)} after the promise" if offer.days_late else f"keeps the promise, {lost}"


def _days(count: int) -> str:
    return f"{count} day{'' if count == 1 else 's'}"


def _day(day: date) -> str:
    return f"{day:%a} {day.day} {day:%B}"
