"""The leaky bucket: what a query may cost at most must be in it before the query is begun; what it did not use comes back."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

MOST_FOR_ONE = 1000
PLANS = {"standard": (2_000, 100), "advanced": (4_000, 200), "plus": (20_000, 1_000)}


@dataclass
class Budget:
    """Points of one app in one shop. `size` and `restores` (a second) follow the shop's plan."""

    clock: Callable[[], datetime]
    size: int = 2_000
    restores: int = 100
    _left: float = field(init=False)
    _at: datetime = field(init=False)

    def __post_init__(self) -> None:
        self._left, self._at = float(self.size), self.clock()

    def set(self, *, size: int | None = None, restores: int | None = None, left: float | None = None) -> None:
        """Change the plan, or what is left now."""
        self._refill()
        self.size, self.restores = size or self.size, restores or self.restores
        self._left = min(float(self.size), self._left if left is None else float(left))
        if size and left is None:
            self._left = float(size)

    @property
    def left(self) -> int:
        self._refill()
        return int(self._left)

    def take(self, points: int) -> bool:
        """False, and nothing taken, where there are not as many."""
        if points > self.left:
            return False
        self._left -= points
        return True

    def give_back(self, points: int) -> None:
        self._left = min(float(self.size), self._left + points)

    def told(self, requested: int, actual: int | None) -> dict[str, Any]:
        """The answer's `extensions.cost`."""
        status = {"maximumAvailable": self.size, "currentlyAvailable": self.left, "restoreRate": self.restores}
        return {"requestedQueryCost": requested, "actualQueryCost": actual, "throttleStatus": status}

    def _refill(self) -> None:
        now = self.clock()
        self._left = min(float(self.size), self._left + max(0.0, (now - self._at).total_seconds()) * self.restores)
        self._at = now
