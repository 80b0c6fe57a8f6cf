"""InPost's courier at ACS's door, and a day there that goes by itself while somebody watches.

He may have come in the past: the scripts of what he took then begin `hours_ago`, and their events lie behind us at once. Nobody's
clock is moved for it.
"""

import random
import threading
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from partners.sandbox import picking
from partners.sandbox.inpost.book import Carrier, Shipment
from partners.sandbox.inpost.scripts import NOT_PICKED_UP
from partners.sandbox.orders import stamp

COMES_AT, LONDON = time(17, 30), ZoneInfo("Europe/London")
AT_A_TIME = 4
Said = dict[str, Any]


def collect(carrier: Carrier, said: Said) -> Said:
    """Take the named shipments, or whatever waits packed; says which were taken, and which he stood before and left.

    Raises ValueError for a field it does not know, KeyError for a number that InPost never gave.
    """
    if unknown := set(said) - {"numbers", "hours_ago"}:
        raise ValueError(f"unknown field {min(unknown)}")
    at = carrier.world.now() - timedelta(hours=float(said.get("hours_ago", 0)))
    named = said.get("numbers")
    wanted = waiting(carrier) if named is None else [one for number in named if _is_there(one := carrier.shipments[number])]
    for one in wanted:
        _hand_over(carrier, one, at)
    left = [one.number for one in wanted if one.script == NOT_PICKED_UP]
    return {"taken": [one.number for one in wanted if one.number not in left], "left": left, "at": stamp(at)}


def waiting(carrier: Carrier) -> list[Shipment]:
    """The newest label of each order that ACS has packed, as long as he has not stood before it."""
    at_acs = carrier.world.acs
    return [
        one for number, one in carrier.newest().items() if one.taken_at is None and at_acs.get(number, {}).get("status") == picking.PACKED
    ]


def _is_there(one: Shipment) -> bool:
    """What he left behind he may take the next time."""
    return one.taken_at is None or one.script == NOT_PICKED_UP


def _hand_over(carrier: Carrier, one: Shipment, at: datetime) -> None:
    carrier.hand_over(one, at)
    kept = carrier.world.acs.get(one.order)
    if kept and one.script != NOT_PICKED_UP:
        kept["status"], kept["status_at"], kept["tracking"] = picking.DESPATCHED, stamp(carrier.world.now()), one.number


class Day:
    """What happens without being asked: people at ACS move a few orders on, and the courier comes at half past five."""

    def __init__(self, carrier: Carrier) -> None:
        self.carrier = carrier
        self._chance = random.Random(f"day {carrier.world.seed}")  # noqa: S311 - who is picked next
        now = carrier.world.now().astimezone(LONDON)
        self._last_visit: date = now.date() if now.time() >= COMES_AT else now.date() - timedelta(days=1)

    def tick(self) -> None:
        world = self.carrier.world
        with world.lock:
            open_ = [number for number, kept in sorted(world.acs.items()) if kept["status"] in (*picking.LADDER[:-1], picking.SHORT)]
            picking.work(world, {"orders": self._chance.sample(open_, min(AT_A_TIME, len(open_)))})
            now = world.now().astimezone(LONDON)
            if now.time() >= COMES_AT and now.date() > self._last_visit:
                self._last_visit = now.date()
                collect(self.carrier, {})

    def go_on(self, every_s: float, stop: threading.Event) -> None:
        """Until the server stops."""
        while not stop.wait(every_s):
            self.tick()
