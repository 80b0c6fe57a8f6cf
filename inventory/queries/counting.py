"""What is there, counted from the rows themselves: garments by SKU, those inside the buffer by when they came, what is sold."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db.models import Count, F, IntegerField, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce, Greatest

from inventory.models import Allocation, Garment, Level
from inventory.queries.among import among
from inventory.queries.bare import bare
from inventory.queries.levels import statuses_by_use, stock_as_of
from inventory.rules import is_ripe

PRESENT = Q(missing_since=None)
DOUBTED = Q(doubted_since__isnull=False)


class Counted(NamedTuple):
    """The counters of one SKU as they should stand. `ripening` is [[since, count], …], the earliest first."""

    on_hand: int
    missing: int
    ripe: int
    waiting: int
    ripening: list[list[Any]]
    ripens_at: datetime | None
    allocated: int


def counted(hours: Mapping[str, int], *, at: datetime, every: bool = False) -> dict[str, Counted]:
    """The counters of the SKUs in `hours` ({SKU: its buffer}), which are `every` SKU or some. Six statements, whatever their number.

    The garments are grouped by SKU alone; only those that may still be inside a buffer are grouped by when they came too. The few
    that are doubted come from an index of their own and are taken off afterwards, so that the large reads need no further column.
    """
    only = Q() if every else among("sku", hours)
    sells, picked = statuses_by_use()
    inside, doubts = _inside(only, sells, hours, at), doubted(only, sells)
    sold = allocated(only, picked)
    nothing = (0, 0, 0)
    there = {sku: totals for sku, *totals in bare(_totals(only, sells))}
    for sku in doubts:
        there[sku], inside[sku] = _without(there.get(sku, nothing), inside.get(sku, []), doubts[sku])
    return {sku: _counted(there.get(sku, nothing), inside.get(sku, []), sold.get(sku, 0), hour) for sku, hour in hours.items()}


def doubted(only: Q, sells: Collection[int]) -> dict[str, Counter[datetime]]:
    """{SKU: {since: how many garments}} of those on hand in these statuses that are not for sale until confirmed. One statement."""
    found: dict[str, Counter[datetime]] = defaultdict(Counter)
    for sku, since in Garment.objects.filter(only & PRESENT & DOUBTED, status__in=sells or [0]).values_list("sku", "since"):
        found[sku][since] += 1
    return found


def _without(totals: Sequence[int], inside: list[tuple[datetime, int]], doubts: Counter[datetime]) -> Any:
    """Totals and those inside the buffer without the doubted: on hand all the same, and neither ripe nor waiting."""
    here, every, ready = totals
    left = [(since, count - doubts[since]) for since, count in inside]
    return (here, every, ready - doubts.total()), [(since, count) for since, count in left if count > 0]


def allocated(only: Q, picked: Collection[int]) -> dict[str, int]:
    """{SKU: how many are sold and still counted as ready}, with the statuses of what is `picked` for an order. Two statements."""
    rows = Allocation.objects.filter(only).filter(counting()).order_by()
    return dict(rows.values_list("sku").annotate(sold=Sum(still_taken(picked))))


def still_taken(picked: Collection[int]) -> Any:
    """`still_to_take` of each allocation, for the database: garments on hand in a status of `picked` that ACS ties to its order."""
    if not picked:
        return F("quantity")
    there = Garment.objects.filter(
        PRESENT, ~Q(order_number=""), status__in=picked, sku=OuterRef("sku"), order_number=OuterRef("order_number")
    )
    count = Subquery(there.order_by().values("sku").annotate(many=Count("pk")).values("many"), output_field=IntegerField())
    return Greatest(F("quantity") - Coalesce(count, 0), 0)


def counting() -> Q:
    """Allocations that take something away: until a stock file of after the order left no longer holds its garments as ready."""
    as_of = stock_as_of()
    return Q(left_at=None) | Q(left_at__gt=as_of) if as_of else Q()


def _totals(only: Q, sells: list[int]) -> QuerySet[Garment, Any]:
    """(SKU, present, every, present in a sellable state). One pass over the index that holds all of it."""
    ready = Count("sku", filter=PRESENT & Q(status__in=sells or [0]))
    rows = Garment.objects.filter(only).order_by().values_list("sku")
    return rows.annotate(here=Count("sku", filter=PRESENT), every=Count("sku"), ready=ready)


def _inside(only: Q, sells: list[int], hours: Mapping[str, int], at: datetime) -> dict[str, list[tuple[datetime, int]]]:
    found: dict[str, list[tuple[datetime, int]]] = defaultdict(list)
    young = Garment.objects.filter(only & PRESENT & _young(set(hours.values()), at), status__in=sells or [0])
    for sku, since, count in young.order_by("sku", "since").values_list("sku", "since").annotate(Count("sku")):
        if sku in hours and not is_ripe(since=since, buffer=timedelta(hours=hours[sku]), at=at):
            found[sku].append((since, count))
    return found


def _young(buffers: set[int], at: datetime) -> Q:
    """Came within the buffer of its SKU. Few buffers are in use; one long buffer must not make us read the ripe garments of all."""
    shortest, *longer = sorted(buffers) or [0]
    young = Q(since__gt=at - timedelta(hours=shortest))
    for hours in longer:
        young |= Q(since__gt=at - timedelta(hours=hours), sku__in=Level.objects.filter(buffer_hours=hours).values("sku"))
    return young & Q(since__gt=at - timedelta(hours=max(buffers, default=0)))


def _counted(totals: Any, inside: list[tuple[datetime, int]], sold: int, hours: int) -> Counted:
    here, every, ready = totals
    waiting = sum(count for _, count in inside)
    ripens_at = inside[0][0] + timedelta(hours=hours) if inside else None
    ripening = [[since.isoformat(), count] for since, count in inside]
    return Counted(here, every - here, ready - waiting, waiting, ripening, ripens_at, sold)
