"""One seeded world that all make-believe partners share: lockers, goods, orders, what is wrong with which, and a clock."""

import random
import threading
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

from partners.sandbox import goods
from partners.sandbox.faulty import FAULTS
from partners.sandbox.faults import Faults
from partners.sandbox.orders import Order, OrderBook, stamp, twin
from partners.sandbox.points import network

FAULTY_ONE_IN = 8
HOME_ONE_IN = 5


class World:
    """Everything the sandbox knows. The same seed, size and start give the same world; `lock` guards what changes."""

    def __init__(self, *, seed: int = 7, orders: int = 300, lockers: int = 400, days: int = 5, start: datetime | None = None) -> None:
        self.seed, self.days, self.lock = seed, days, threading.RLock()
        self.start = (start or datetime.now(UTC)).replace(microsecond=0)
        self.ahead = timedelta(0)
        rng = random.Random(seed)  # noqa: S311 - a make-believe world, not a secret
        self.points = {str(point["name"]): point for point in network(rng, lockers)}
        self.products = [*goods.stock(rng), *goods.specials()]
        self.acs_skus = {product.sku for product in self.products if product.at_acs}
        self.orders = self._orders(rng, orders)
        self.acs: dict[str, dict[str, Any]] = {}
        self.faults = Faults()
        self.removed: dict[str, dict[str, Any]] = {}

    def now(self) -> datetime:
        """The world's own time: the machine's, moved ahead by `/_sandbox/clock`."""
        return datetime.now(UTC) + self.ahead

    def plan(self) -> dict[str, Any]:
        """What this world holds, for whoever wants to compare."""
        faults = {order.number: order.code for order in self.orders if order.code}
        held = dict(sorted(Counter(faults.values()).items()))
        answers = {order.number: order.answer for order in self.orders if order.code}
        return {"seed": self.seed, "orders": {"mirrored": len(self.orders), "held": held}, "faults": faults, "answers": answers}

    def use_points(self, points: list[dict[str, Any]]) -> None:
        """Serve these points, such as saved pages of the real feed, instead of the seeded network."""
        with self.lock:
            self.points = {str(point["name"]): point for point in sorted(points, key=lambda point: str(point["name"]))}

    def _orders(self, rng: random.Random, count: int) -> list[Order]:
        book = OrderBook(rng, self.products[: -len(goods.specials())], list(self.points.values()), self.start)
        places = self._special_lockers()
        spoiled = self._places_of_faults(rng, count)
        orders: list[Order] = []
        for index, placed_at in enumerate(self._instants(count)):
            fault = spoiled.get(index)
            home = fault[2] if fault else index % HOME_ONE_IN == 4
            order = book.good(index, placed_at, home=home)
            if fault and fault[0] == "VAL-DUPLICATE":
                order = Order(twin(_last_good(orders), index), answer={"cancel": True})
            elif fault:
                fault[1](book, order, places)
            order.code = fault[0] if fault else ""
            orders.append(order)
        return orders

    def _places_of_faults(self, rng: random.Random, count: int) -> dict[int, Any]:
        """Which order carries which fault: each fault once, then again in turn until one in eight has one. Never the very first."""
        wanted = max(len(FAULTS), count // FAULTY_ONE_IN) if count > len(FAULTS) + 2 else min(len(FAULTS), count // 2)
        indexes = sorted(rng.sample(range(2, count), wanted)) if count > wanted + 2 else list(range(2, min(count, wanted + 2)))
        kinds = [FAULTS[number % len(FAULTS)] for number in range(len(indexes))]
        rng.shuffle(kinds)
        return dict(zip(indexes, kinds, strict=True))

    def _instants(self, count: int) -> list[datetime]:
        """When each order was placed: spread over the days, the last 20 minutes ago."""
        last = self.start - timedelta(minutes=20)
        first = self.start - timedelta(days=self.days)
        return [first + (last - first) * (index / max(count - 1, 1)) for index in range(count)]

    def _special_lockers(self) -> dict[str, str]:
        lockers = [point for point in self.points.values() if point["type"] == ["parcel_locker"]]
        return {
            "closed": next(p["name"] for p in lockers if p["status"] == "NonOperating"),
            "disabled": next(p["name"] for p in lockers if p["status"] == "Disabled"),
            "without_c": next(p["name"] for p in lockers if p["status"] == "Operating" and "C" not in p["locker_availability"]["details"]),
        }

    def started(self) -> str:
        return stamp(self.start)


def _last_good(orders: list[Order]) -> Order:
    return next(order for order in reversed(orders) if not order.code and not any(line["hire"] for line in order.body["lines"]))
