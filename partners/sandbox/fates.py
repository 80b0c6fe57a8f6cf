"""What the seed has decided about each locker order: its parcel's script, what is picked short, what is packed larger, which lockers close.

The story that the plan counts: everything wrong is put right as `answers` say; each order that then still goes to a locker gets one
label; the lockers in `closing` go out of service; the rest is on the manifest, and the courier comes `HANDED_OVER_H` hours ago.
"""

import random
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from partners.sandbox.inpost.scripts import HAPPY, NOT_PICKED_UP, SCRIPTS, codes_after, is_redirected_after
from partners.sandbox.orders import Order, locker_of
from partners.sandbox.points import Point, takes_everything

HANDED_OVER_H = 200
FATED_ONE_IN = 8
FEWEST_CLOSING, MOST_CLOSING = 2, 4
SHORT_PICKS, LARGER_PACKS = 3, 2
# With the first orders all goes well: whoever wants to see one order through takes one of them.
PLAIN = 2
# Below this many parcels a world is too small to take some of them out of the story.
ENOUGH = 12


@dataclass
class Fates:
    """`scripts` has every order that ends as a locker order; `closing` the lockers that close, `pulled` the orders they were to take."""

    scripts: dict[str, str] = field(default_factory=dict)
    closing: list[str] = field(default_factory=list)
    pulled: list[str] = field(default_factory=list)
    short: list[str] = field(default_factory=list)
    larger: list[str] = field(default_factory=list)

    def plan(self) -> dict[str, Any]:
        return {
            "parcels": self._parcels(),
            "scripts": dict(self.scripts),
            "closing": {"lockers": list(self.closing), "orders": list(self.pulled)},
        }

    def _parcels(self) -> dict[str, int]:
        told = [script for number, script in self.scripts.items() if number not in self.pulled]
        after = [codes_after(script, HANDED_OVER_H) for script in told]
        return {
            "labelled": len(self.scripts),
            "manifested": len(told),
            "pulled": len(self.pulled),
            "tracking_pushed": sum(1 for script in told if script != NOT_PICKED_UP),
            "collected": sum(1 for codes in after if "EOL.1002" in codes),
            "expired": sum(1 for codes in after if "LMD.9002" in codes),
            "redirected": sum(1 for script in told if is_redirected_after(script, HANDED_OVER_H)),
        }


def decide(seed: int, orders: list[Order], points: Iterable[Point]) -> Fates:
    rng = random.Random(f"fates {seed}")  # noqa: S311 - a make-believe world, not a secret
    ends = {order.number: end for order in orders if (end := ends_at(order))}
    fates = Fates()
    if len(ends) >= ENOUGH:
        fates.closing = _closing(rng, orders, ends, {str(point["name"]) for point in points if takes_everything(point)})
    fates.pulled = sorted(number for number, locker in ends.items() if locker in fates.closing)
    plain = {order.number for order in orders[:PLAIN]}
    fates.scripts = _scripts(rng, ends, plain | set(fates.pulled))
    garments = {order.number: sum(line["quantity"] for line in order.body["lines"]) for order in orders}
    calm = [number for number, script in fates.scripts.items() if script == HAPPY and number not in plain | set(fates.pulled)]
    fates.short = _some(rng, [number for number in calm if garments[number] > 1], SHORT_PICKS)
    fates.larger = _some(rng, [number for number in calm if garments[number] == 1], LARGER_PACKS)
    return fates


def _some(rng: random.Random, numbers: list[str], most: int) -> list[str]:
    return sorted(rng.sample(numbers, min(most, len(numbers))))


def ends_at(order: Order) -> str:
    """The locker this order goes to once it has been put right; "" when it goes to none."""
    if order.body["service"]["code"] != "inpost_locker" or {"cancel", "convert_to_home"} & set(order.answer):
        return ""
    return str(order.answer.get("locker_id") or locker_of(order))


def _closing(rng: random.Random, orders: list[Order], ends: dict[str, str], fine: set[str]) -> list[str]:
    """Lockers that nobody is sent to as an answer and that only parcels of the story go to: together two to four of these."""
    spoken_for = {str(order.answer.get("locker_id")) for order in orders}
    spoken_for |= {locker_of(order) for order in orders if order.number not in ends} | {locker_of(order) for order in orders[:PLAIN]}
    free = sorted({locker for locker in ends.values() if locker in fine} - spoken_for)
    rng.shuffle(free)
    chosen: list[str] = []
    going = list(ends.values())
    for locker in free:
        so_far = sum(going.count(one) for one in chosen)
        if so_far < FEWEST_CLOSING and so_far + going.count(locker) <= MOST_CLOSING:
            chosen.append(locker)
    return sorted(chosen)


def _scripts(rng: random.Random, ends: dict[str, str], happy: set[str]) -> dict[str, str]:
    """Most are happy, `happy` for certain. Each other script goes to one parcel, then round again until one parcel in eight has one."""
    unusual = [name for name in SCRIPTS if name != HAPPY]
    told = sorted(ends.keys() - happy)
    wanted = max(len(told) // FATED_ONE_IN, min(len(unusual), len(told) // 2))
    fated = {number: unusual[place % len(unusual)] for place, number in enumerate(rng.sample(told, wanted))}
    return {number: fated.get(number, HAPPY) for number in sorted(ends)}
