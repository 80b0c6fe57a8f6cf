"""What the make-believe InPost keeps: shipments by number, what was asked for with which id, and what happens to each parcel."""

import itertools
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from partners.sandbox.feed import nearest
from partners.sandbox.inpost.scripts import HAPPY, SCRIPTS, Step
from partners.sandbox.points import takes_everything
from partners.sandbox.world import World

KEPT_FOR = timedelta(days=121)
Body = dict[str, Any]


@dataclass(frozen=True)
class Event:
    """`nanos` beyond the second of `at`, as the scanners write it; `to` is the new locker where the event redirects."""

    id: str
    code: str
    at: datetime
    nanos: int
    place: str
    to: str = ""


@dataclass
class Shipment:
    """`said` is the body it was created with, `answer` what came back; `point` the locker or "" for an address."""

    number: str
    said: Body
    answer: Body
    deduplication_id: str
    script: str
    created_at: datetime
    creates: int = 1
    label_fetches: int = 0
    taken_at: datetime | None = None
    events: list[Event] = field(default_factory=list)
    untold: list[Event] = field(default_factory=list)
    moved_to: str = ""

    @property
    def order(self) -> str:
        """Our number of it, as the sender wrote it into the references."""
        custom = (self.said.get("references") or {}).get("custom") or {}
        return str(custom.get("orderNumber") or next(iter(custom.values()), ""))

    @property
    def point(self) -> str:
        return str(self.said["destination"].get("pointId") or "")


class Carrier:
    """Guarded by the world's lock."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.shipments: dict[str, Shipment] = {}
        self.asked: dict[str, Shipment] = {}
        self.scripts = dict(world.fates.scripts)
        self._numbers = itertools.count(1)

    def keep(self, said: Body, deduplication_id: str) -> Shipment:
        """A new shipment under a number that no other has. Its parcel has no history before the courier comes."""
        number = f"JJD{self.world.seed % 10_000:04d}{next(self._numbers):012d}"
        made = Shipment(number, said, {}, deduplication_id, HAPPY, self.world.now())
        made.script = self.scripts.get(made.order, HAPPY)
        self.shipments[number] = made
        if deduplication_id:
            self.asked[deduplication_id] = made
        return made

    def newest(self) -> dict[str, Shipment]:
        """By order number; an earlier label of an order has been thrown away."""
        return {one.order: one for one in self.shipments.values()}

    def hand_over(self, one: Shipment, at: datetime) -> None:
        """The courier stands before it: from here on its script tells. Once more, for a parcel that was left behind, all goes well."""
        again = one.taken_at is not None
        one.script, one.taken_at = HAPPY if again else one.script, at
        if any(step.redirects for step in SCRIPTS[one.script]):
            one.moved_to = self._another_locker(one)
        seen = {event.code for event in one.events}
        made = [self._event(one, at, place, step) for place, step in enumerate(SCRIPTS[one.script]) if step.code not in seen]
        one.events = sorted([*one.events, *made], key=lambda event: event.at)
        one.untold += made

    def _event(self, one: Shipment, taken_at: datetime, place: int, step: Step) -> Event:
        key = uuid5(NAMESPACE_URL, f"{one.number} {one.script} {place}")
        at = (taken_at + timedelta(hours=step.hours)).replace(microsecond=0)
        return Event(f"{key}#{step.code}", step.code, at, key.int % 10**9, step.place, one.moved_to if step.redirects else "")

    def _another_locker(self, one: Shipment) -> str:
        """The nearest that takes everything and stays open."""
        first = self.world.points.get(one.point) or self.world.removed.get(one.point)
        others = [
            point
            for name, point in self.world.points.items()
            if takes_everything(point) and name != one.point and name not in self.world.fates.closing
        ]
        if not first or not others:
            return ""
        return str(nearest(others, first["location"]["latitude"], first["location"]["longitude"])[0]["name"])

    def seen(self, one: Shipment) -> list[Event]:
        """What has happened and is not forgotten yet, the newest first."""
        now = self.world.now()
        return [event for event in reversed(one.events) if now - KEPT_FOR < event.at <= now]

    def news(self) -> Iterable[tuple[Shipment, Event]]:
        """What has happened since this was last asked; each event once."""
        now = self.world.now()
        for one in self.shipments.values():
            come = [event for event in one.untold if event.at <= now]
            if come:
                one.untold = [event for event in one.untold if event.at > now]
                yield from ((one, event) for event in come)
