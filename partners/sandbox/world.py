"""One seeded world that all make-believe partners share: lockers, goods, orders, what is wrong with which, and a clock."""

import random
import threading
from collections import Counter
from collections.abc import Callable, Collection
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from partners.sandbox import fates, goods
from partners.sandbox.faults import Faults
from partners.sandbox.faulty import DUPLICATE, KINDS, Kind
from partners.sandbox.orders import Order, OrderBook, twin
from partners.sandbox.points import Point, network, one_of_each
from partners.sandbox.returned.book import bring_back
from partners.sandbox.warehouse.stock import Stock

FAULTY_ONE_IN = 8
HOME_ONE_IN = 5
LATEST = timedelta(minutes=20)
LATE_S = 4.0


class World:
    """Everything the sandbox knows. The same seed, sizes and start give the same world; `lock` guards what changes.

    `points`, such as saved pages of the real feed, replaces the synthetic network: orders then go to its lockers, and the faults
    that it has no locker for are left out. Raises ValueError when the network has nowhere to send an order to.
    """

    def __init__(
        self,
        seed: int = 7,
        orders: int = 300,
        lockers: int = 400,
        *,
        days: int = 5,
        start: datetime | None = None,
        points: list[Point] | None = None,
    ) -> None:
        self.seed, self.days, self.lock = seed, days, threading.RLock()
        self.start = (start or datetime.now(UTC)).replace(microsecond=0)
        rng = random.Random(seed)  # noqa: S311 - a make-believe world, not a secret
        self.points: dict[str, Point] = {}
        self.removed: dict[str, Point] = {}
        self.put_points(points or network(rng, lockers))
        good = goods.stock(rng)
        self.products = [*good, *goods.specials()]
        self.orders = self._orders(OrderBook(rng, good, list(self.points.values()), self.start), orders)
        self.fates = fates.decide(seed, self.orders, self.points.values())
        self.stock = Stock(seed, self.products, self.orders, self.start, days)
        self.returned = bring_back(seed, self.orders, self.fates, self.products, self.stock.garments.values(), self.start)
        self.acs: dict[str, dict[str, Any]] = {}
        self.acs_skus = {product.sku for product in self.products}
        self.shop_folder: Path | None = None
        self.token_lives_s = 599
        self.faults = Faults(seed)
        self._ahead, self._began_late = timedelta(0), datetime.now(UTC) - self.start
        self._late: list[tuple[datetime, Callable[[], object]]] = []

    def now(self) -> datetime:
        """The world's own time: the machine's, moved ahead by `/_sandbox/clock`."""
        return datetime.now(UTC) + self._ahead

    def advance(self, hours: float) -> None:
        """Move the clock ahead and do what has come due."""
        self._ahead += timedelta(hours=hours)
        self.do_what_is_due()

    def later(self, seconds: float | None, do: Callable[[], object]) -> None:
        """Do this once the world's clock is `seconds` (default 4) further: in fact, before the next request after that."""
        with self.lock:
            self._late.append((self.now() + timedelta(seconds=LATE_S if seconds is None else seconds), do))

    def do_what_is_due(self) -> None:
        with self.lock:
            due = [do for at, do in self._late if at <= self.now()]
            self._late = [(at, do) for at, do in self._late if do not in due]
            for do in due:
                do()
            self.stock.drop_due(self.now() - self._began_late, self.acs)

    def plan(self, without: Collection[str] = ()) -> dict[str, Any]:
        """What this world holds, for whoever wants to compare: `answers` see `faulty`, `kinds` name each fault, the parcels see `fates`.

        Only the stock leaves out the orders in `without`: those that somebody has cancelled since.
        """
        faulty = [order for order in self.orders if order.code]
        return (
            {
                "seed": self.seed,
                "orders": {"mirrored": len(self.orders), "held": dict(sorted(Counter(order.code for order in faulty).items()))},
                "faults": {order.number: order.code for order in faulty},
                "kinds": {order.number: order.kind for order in faulty},
                "answers": {order.number: order.answer for order in faulty},
                "stock": self.stock.plan(without),
            }
            | self.fates.plan()
            | self.returned.plan()
        )

    def put_points(self, points: list[Point]) -> None:
        """Add these points, sorted in by name as the feed is."""
        with self.lock:
            every = self.points | {str(point["name"]): point for point in points}
            self.points = dict(sorted(every.items()))

    def _orders(self, book: OrderBook, count: int) -> list[Order]:
        places = one_of_each(list(self.points.values()))
        spoiled = _spread(book.rng, count, [kind for kind in KINDS if not kind.needs or kind.needs in places])
        orders: list[Order] = []
        doubled: set[str] = set()
        for index, placed_at in enumerate(self._instants(book.rng, count)):
            kind = spoiled.get(index)
            order = book.good(index, placed_at, home=kind.home if kind else index % HOME_ONE_IN == 4)
            if kind and kind.code == DUPLICATE:
                order = twin(_to_double(orders, doubled, placed_at), index)
            elif kind:
                kind.spoil(book, order, places)
            if kind:
                order.code, order.kind = kind.code, kind.name
            orders.append(order)
        return orders

    def _instants(self, rng: random.Random, count: int) -> list[datetime]:
        """When each order was placed: over the days until 20 minutes ago, unevenly, one after the other."""
        first, span = self.start - timedelta(days=self.days), timedelta(days=self.days) - LATEST
        gaps = [rng.uniform(0.2, 1.8) for _ in range(count)]
        at, instants = 0.0, []
        for gap in gaps:
            at += gap
            instants.append((first + span * (at / sum(gaps))).replace(microsecond=0))
        return instants


def _spread(rng: random.Random, count: int, kinds: list[Kind]) -> dict[int, Kind]:
    """Which order carries which fault: each kind once, then again in turn until one in eight has one. Never the first two."""
    wanted = min(max(len(kinds), count // FAULTY_ONE_IN), max(count - 2, 0))
    if count <= len(kinds) + 2:
        wanted = min(wanted, count // 2)
    indexes = rng.sample(range(2, max(count, 2)), wanted)
    return {index: kinds[place % len(kinds)] for place, index in enumerate(indexes)}


def _to_double(orders: list[Order], doubled: set[str], placed_at: datetime) -> Order:
    """The latest good order that was bought, not hired, and has no twin yet; best one whose twin would not come too late."""
    free = [order for order in reversed(orders) if not (order.code or order.is_hire or order.number in doubled)]
    order = next((order for order in free if order.placed_at + timedelta(minutes=5) <= placed_at), free[0])
    doubled.add(order.number)
    return order
