"""Show me: one SKU from what ACS holds to what may be sold, every term with its count."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count

from inventory.models import Garment, Level
from inventory.queries.counting import PRESENT
from inventory.queries.levels import is_stale, ripened, stock_as_of
from inventory.rules import sellable
from inventory.states import Bucket

AVAILABLE, SAFETY_STOCK = "available", "safety_stock"


@dataclass(frozen=True)
class StateCount:
    """Garments of the last file in one of ACS's own texts. `target` is our word for it, "" while nobody has mapped it; `bucket` where
    the shop counts them while they are not for sale. `doubted` of them are not for sale until confirmed, although the state is."""

    status_id: int
    raw: str
    target: str
    count: int
    sellable: bool
    bucket: str
    doubted: int = 0


@dataclass(frozen=True)
class Waterfall:
    """The terms of one SKU: on_hand is the sum of the states; ripe + waiting + what is doubted is the sum of those in a sellable state."""

    sku: str
    on_hand: int
    states: tuple[StateCount, ...]
    missing: int
    waiting: int
    ripe: int
    allocated: int
    reserve: int
    sellable: int
    ripens_at: datetime | None
    buffer_hours: int
    as_of: datetime | None
    stale: bool

    @property
    def buckets(self) -> dict[str, int]:
        """Where every garment on hand is counted; the sum is on_hand. What is doubted is reserved."""
        found = Counter({AVAILABLE: self.ripe, SAFETY_STOCK: self.waiting})
        for state in self.states:
            bucket, count = (Bucket.RESERVED.value, state.doubted) if state.sellable else (state.bucket, state.count)
            if count:
                found[bucket] += count
        return dict(found)


def waterfall_of(sku: str, *, at: datetime) -> Waterfall | None:
    """The waterfall of a SKU at this instant; None of one that neither ACS nor an order ever named. Three statements."""
    level = Level.objects.filter(sku=sku).first()
    if level is None:
        return None
    buffer, as_of = timedelta(hours=level.buffer_hours), stock_as_of()
    since_then = ripened(level.ripening, buffer, at)
    inside = [datetime.fromisoformat(since) + buffer for since, _ in level.ripening]
    ripe = level.ripe + since_then
    return Waterfall(
        sku=sku,
        on_hand=level.on_hand,
        states=_states(sku),
        missing=level.missing,
        waiting=level.waiting - since_then,
        ripe=ripe,
        allocated=level.allocated,
        reserve=level.reserve,
        sellable=sellable(ripe=ripe, allocated=level.allocated, reserve=level.reserve),
        ripens_at=min((end for end in inside if end > at), default=None),
        buffer_hours=level.buffer_hours,
        as_of=as_of,
        stale=is_stale(as_of, at=at),
    )


def _states(sku: str) -> tuple[StateCount, ...]:
    columns = ("status_id", "status__raw", "status__target", "status__flags")
    rows = Garment.objects.filter(PRESENT, sku=sku).values_list(*columns).annotate(many=Count("pk"), doubted=Count("doubted_since"))
    return tuple(_state(*row) for row in rows.order_by("-many", "status_id"))


def _state(status_id: int, raw: str, target: str, flags: dict[str, object], count: int, doubted: int) -> StateCount:
    sells = bool(target) and flags.get("sellable") is True
    bucket = str(flags.get("bucket") or Bucket.RESERVED) if target else Bucket.RESERVED.value
    return StateCount(status_id, raw, target, count, sells, AVAILABLE if sells else bucket, doubted if sells else 0)
