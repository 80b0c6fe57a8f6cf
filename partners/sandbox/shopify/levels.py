"""What the shop counts: how many of each SKU are available at its one place, and what open orders have claimed of it."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from partners.sandbox.shopify.sale import Sale

NAMES = ("available", "on_hand", "committed", "incoming", "reserved", "damaged", "quality_control", "safety_stock")
SETTABLE = ("available", "on_hand")


@dataclass
class Level:
    """One SKU at the place. `stocked`: the shop has been told that it is kept there."""

    available: int
    created_at: datetime
    changed_at: datetime
    stocked: bool = True


@dataclass(frozen=True)
class Change:
    sku: str
    delta: int


@dataclass(frozen=True)
class Group:
    """What one call has changed."""

    id: int
    reason: str
    reference: str | None
    changes: tuple[Change, ...]
    at: datetime


class Levels:
    """Guarded by the world's lock. `sales` are asked anew each time, so that a claim goes when an order is sent or cancelled."""

    def __init__(self, clock: Callable[[], datetime], shown: Mapping[str, int], start: datetime, sales: Mapping[int, Sale]) -> None:
        self._clock, self._sales = clock, sales
        self.by_sku = {sku: Level(quantity, start, start) for sku, quantity in shown.items()}
        self.groups: list[Group] = []

    def shown(self) -> dict[str, int]:
        return {sku: level.available for sku, level in self.by_sku.items()}

    def committed(self) -> Counter[str]:
        """What open orders have claimed and nobody has sent."""
        count: Counter[str] = Counter()
        for sale in self._sales.values():
            if not sale.cancelled_at:
                for piece in (piece for one in sale.fulfilments for piece in one.pieces):
                    count[piece.line.sku] += max(0, piece.total - piece.sent)
        return count

    def quantities(self, sku: str) -> dict[str, int]:
        available, committed = self.by_sku[sku].available, self.committed()[sku]
        return dict.fromkeys(NAMES, 0) | {"available": available, "committed": committed, "on_hand": available + committed}

    def put(self, sku: str, available: int) -> int:
        """Say how many are available from now on; the difference."""
        level = self.by_sku[sku]
        delta = available - level.available
        level.available, level.changed_at = available, self._clock().replace(microsecond=0)
        return delta

    def meddle(self, sku: str) -> None:
        """Somebody else changes the number: one is sold, or where none is left one comes in."""
        available = self.by_sku[sku].available
        self.put(sku, available - 1 if available > 0 else available + 1)

    def sell(self, sale: Sale) -> None:
        """A new order claims its garments."""
        for line in sale.lines:
            if line.sku in self.by_sku:
                self.put(line.sku, self.by_sku[line.sku].available - line.current)

    def told(self, skus: Iterable[str] = ()) -> dict[str, Any]:
        committed = self.committed()
        return {
            sku: {
                "available": level.available,
                "committed": committed[sku],
                "on_hand": level.available + committed[sku],
                "stocked": level.stocked,
                "changed_at": level.changed_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
            }
            for sku, level in self.by_sku.items()
            if not skus or sku in skus
        }
