"""How long does Shopify want us to wait? Its budget is counted in points, which come back at so many a second."""

import math
import time
from collections.abc import Callable
from typing import Any, NamedTuple

from partners.http.answers import DEFAULT_WAIT_S, LONGEST_WAIT_S, SHORTEST_WAIT_S

A_CRUMB = 0.01  # points; whoever waited as long as told must not be told again because of a rounding


class Cost(NamedTuple):
    """What an answer says of its cost, in points; None where it does not say, or says what makes no sense."""

    requested: float | None
    available: float | None
    maximum: float | None
    restored: float | None

    @property
    def is_beyond_all_waiting(self) -> bool:
        """Whether the question asks for more points than there can ever be."""
        return self.requested is not None and self.maximum is not None and self.requested > self.maximum


def cost_of(cost: Any) -> Cost:
    """Read `extensions.cost`."""
    status = _object(_object(cost).get("throttleStatus"))
    said = [_object(cost).get("requestedQueryCost"), *map(status.get, ("currentlyAvailable", "maximumAvailable", "restoreRate"))]
    return Cost(*(number if number is not None and number >= 0 else None for number in map(_number, said)))


class Budget:
    """The points this process knows of. Others draw on the same, so that Shopify's own word comes first.

    Nobody sleeps for points: `wait` says how long until a question is worth asking, and 0 where it is now.
    """

    def __init__(self, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic, self._costs = monotonic, dict[str, float]()
        self._at, self._available, self._maximum, self._restored = 0.0, math.inf, math.inf, 0.0

    def note(self, question: str, cost: Cost) -> None:
        """What an answer says it cost, and what is left."""
        if cost.requested is not None:
            self._costs[question] = cost.requested
        if cost.available is not None and cost.restored:
            self._at, self._available, self._restored = self._monotonic(), cost.available, cost.restored
            self._maximum = cost.maximum or math.inf

    def wait(self, question: str) -> float:
        """Seconds until what `question` cost the last time is there again, at most an hour."""
        needed = min(self._costs.get(question, 0.0), self._maximum)
        there = min(self._maximum, self._available + max(self._monotonic() - self._at, 0.0) * self._restored)
        return 0.0 if needed - there < A_CRUMB else _seconds(needed - there, self._restored)


def wait_s(cost: Any) -> float:
    """Seconds until `extensions.cost` allows the call again: (requested - available) / restored a second.

    Never less than one and never more than an hour; a minute where the numbers are not there or make no sense.
    """
    requested, available, _, restored = cost_of(cost)
    if requested is None or available is None or not restored:
        return DEFAULT_WAIT_S
    return _seconds(requested - available, restored)


def _seconds(lacking: float, restored: float) -> float:
    return min(max(lacking / restored, SHORTEST_WAIT_S), LONGEST_WAIT_S)


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _number(value: Any) -> float | None:
    """A finite number of a possible size; points are far below a billion."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < 1e9:
        return None
    return float(value) if math.isfinite(value) else None
