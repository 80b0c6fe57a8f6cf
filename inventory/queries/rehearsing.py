"""What would follow if ACS's stock statuses meant something else? Read from the live rows, writing nothing."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from operator import itemgetter
from typing import Any, NamedTuple

from django.db.models import Count, F, IntegerField, Q, Sum, Value
from django.db.models.functions import Greatest

from inventory.models import Allocation, Garment, Level
from inventory.queries.among import among
from inventory.queries.bare import bare
from inventory.queries.counting import DOUBTED, PRESENT, still_taken
from inventory.queries.levels import stock_as_of
from inventory.rules import DEFAULT_BUFFER, is_ripe, is_sellable, sellable, short_orders
from inventory.states import ItemState
from partners.models import CodeMapping

SAMPLES, ORDERS_KEPT, FEW = 20, 50, 2_000
_HOURS = int(DEFAULT_BUFFER / timedelta(hours=1))
Meanings = Mapping[int, Mapping[str, Any]]  # {mapping id: {"target", "flags"}}


class Ways(NamedTuple):
    """The statuses whose garments may be sold, and those whose garments are there for orders: these, and what is picked for one."""

    sold: frozenset[int]
    there: frozenset[int]


class Taken(NamedTuple):
    """Garments of one SKU that orders have, and those they still take from what is for sale, by the meanings before and after."""

    sold: int = 0
    before: int = 0
    after: int = 0


_UNSOLD = Taken()
Tally = Sequence[Any]  # (SKU, garments that move, there before, there after, ripe before, ripe after)


class SkuEffect(NamedTuple):
    """One SKU: garments that move, those there for orders, and what may be sold, each before and after."""

    sku: str
    moving: int
    units_before: int
    units_after: int
    before: int
    after: int

    @property
    def delta(self) -> int:
        return self.after - self.before


class OrderAtRisk(NamedTuple):
    number: str
    sku: str
    quantity: int


class CaseEffect(NamedTuple):
    code: str
    opens: int
    closes: int


class Sample(NamedTuple):
    """One garment that moves, with the mapping it hangs on; its meanings before and after are that mapping's."""

    rfid: str
    sku: str
    mapping: int
    since: datetime


@dataclass(frozen=True)
class Forecast:
    """The whole effect. `effects` are the SKUs of which a garment moves, by SKU; `total` is what may be sold of all SKUs now."""

    garments: int
    effects: list[SkuEffect]
    total: int
    becomes_sellable: list[str]
    cases: list[CaseEffect]
    orders: list[OrderAtRisk]
    samples: list[Sample]

    @property
    def skus(self) -> list[str]:
        return [effect.sku for effect in self.effects]

    @property
    def told(self) -> list[SkuEffect]:
        """What the shop would be told: the SKUs of which more or fewer may be sold, the largest change first."""
        return sorted((effect for effect in self.effects if effect.delta), key=lambda effect: (-abs(effect.delta), effect.sku))

    @property
    def delta(self) -> int:
        return sum(effect.delta for effect in self.effects)

    @property
    def moved(self) -> int:
        """What every SKU gains or loses, without one making up for another."""
        return sum(abs(effect.delta) for effect in self.effects)

    def as_prediction(self) -> dict[str, Any]:
        """What is kept with the proposal: every SKU that changes, and the first orders at risk."""
        return {
            "garments": self.garments,
            "skus": len(self.effects),
            "delta": self.delta,
            "moved": self.moved,
            "total": self.total,
            "by_sku": [list(effect) for effect in self.told],
            "cases": [list(case) for case in self.cases],
            "orders": [list(order) for order in self.orders[:ORDERS_KEPT]],
            "orders_at_risk": len({order.number for order in self.orders}),
            "samples": [[sample.rfid, sample.sku, sample.mapping, sample.since.isoformat()] for sample in self.samples],
        }


def forecast(meanings: Meanings, *, at: datetime) -> Forecast:
    """The exact effect of these meanings on what is there now. Eleven statements at most, none of which writes."""
    known = CodeMapping.objects.filter(partner="acs", kind=CodeMapping.Kind.STOCK_STATUS).order_by("raw")
    standing = {row.pk: {"target": row.target, "flags": row.flags} for row in known}
    rows = {row.pk: row for row in known if row.pk in meanings}
    before, after = _ways(standing), _ways({**standing, **{pk: meanings[pk] for pk in rows}})
    moving = [pk for pk in rows if standing[pk] != meanings[pk]]
    taken = allocated(before, after) if moving else {}
    effects = sku_effects(moving, before, after, taken=taken, at=at)
    opened, closed = _orders_short(effects, taken)
    return Forecast(
        garments=sum(effect.moving for effect in effects),
        effects=effects,
        total=sellable_in_all(),
        becomes_sellable=[row.raw for pk, row in rows.items() if pk in after.sold - before.sold],
        cases=_cases(rows, meanings, len({order.number for order in opened}), closed),
        orders=opened,
        samples=_samples(moving),
    )


def _ways(standing: Meanings) -> Ways:
    sold = frozenset(pk for pk, meaning in standing.items() if is_sellable(meaning))
    return Ways(sold, sold | {pk for pk, meaning in standing.items() if meaning["target"] == ItemState.ALLOCATED})


def sku_effects(moving: Collection[int], before: Ways, after: Ways, *, taken: Mapping[str, Taken], at: datetime) -> list[SkuEffect]:
    """What every SKU with a garment in a status of `moving` has for sale by the statuses of `before` and of `after`; by SKU.

    By the same terms as the counters: garments in the last file, in a sellable status for at least the SKU's buffer and not doubted,
    less what is `taken` by orders and reserved. Four statements.
    """
    if not moving:
        return []
    rows = list(_unlike_most())
    reserves, hours = {row[0]: row[1] for row in rows}, {row[0]: row[2] for row in rows}
    buffers = sorted({_HOURS, *hours.values()})
    tallies = _by_buffer(_counted(moving, before, after, buffers, at), buffers, hours)
    doubted = _doubted(before, after, hours, at)
    effects = [
        _effect(_less(tally, doubted[tally[0]]) if tally[0] in doubted else tally, reserves.get(tally[0], 0), taken.get(tally[0], _UNSOLD))
        for tally in tallies
        if tally[1]
    ]
    return sorted(effects, key=itemgetter(0))


def _by_buffer(rows: Iterable[Sequence[Any]], buffers: Sequence[int], hours: Mapping[str, int]) -> Iterable[Tally]:
    """Of each row of `_counted`, what its SKU's own buffer gives. Where all have the same, a row is the tally itself."""
    if len(buffers) == 1:
        return rows
    place_of = {sku: 4 + 2 * buffers.index(buffer) for sku, buffer in hours.items()}
    most = 4 + 2 * buffers.index(_HOURS)
    placed = ((row, place_of.get(row[0], most)) for row in rows)
    return ((*row[:4], *row[place : place + 2]) for row, place in placed)


def _doubted(before: Ways, after: Ways, hours: Mapping[str, int], at: datetime) -> dict[str, list[int]]:
    """{SKU: what a tally counts too much of}: a doubted garment is there for nobody by a status that would sell it.

    Few are doubted: one statement on an index of theirs.
    """
    rows = Garment.objects.filter(PRESENT & DOUBTED, status__in=before.sold | after.sold)
    found: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for sku, status, since in rows.values_list("sku", "status", "since"):
        ripe = is_ripe(since=since, buffer=timedelta(hours=hours.get(sku, _HOURS)), at=at)
        was, becomes = status in before.sold, status in after.sold
        found[sku] = [sum(pair) for pair in zip(found[sku], (was, becomes, was and ripe, becomes and ripe), strict=True)]
    return found


def _less(tally: Tally, doubted: Sequence[int]) -> Tally:
    return [*tally[:2], *(count - off for count, off in zip(tally[2:], doubted, strict=True))]


def _effect(tally: Tally, reserve: int, taken: Taken) -> SkuEffect:
    sku, moving, there_before, there_after, ripe_before, ripe_after = tally
    _, taken_before, taken_after = taken
    before = sellable(ripe=ripe_before, allocated=taken_before, reserve=reserve)
    after = sellable(ripe=ripe_after, allocated=taken_after, reserve=reserve)
    return SkuEffect(sku, moving, there_before, there_after, before, after)


def _counted(moving: Collection[int], before: Ways, after: Ways, buffers: Sequence[int], at: datetime) -> Iterable[Sequence[Any]]:
    """(SKU, garments that move, there before, there after, then for each of `buffers`, in hours: for sale before, and after).

    Few garments move: only their SKUs are counted, by their index. Many: every SKU in one pass, which is cheaper than to pick them.
    """
    present = Garment.objects.filter(missing_since=None).order_by()
    named = present.filter(status__in=moving).values_list("sku", flat=True)[: FEW + 1]
    if len(named) <= FEW:
        present = present.filter(among("sku", set(named)))
    counts = {"moving": _in(moving), "there_before": _in(before.there), "there_after": _in(after.there)}
    for hours in buffers:
        ripe = Q(since__lte=at - timedelta(hours=hours))
        counts |= {f"before_{hours}": _in(before.sold) & ripe, f"after_{hours}": _in(after.sold) & ripe}
    told = {name: Count("sku", filter=which) for name, which in counts.items()}
    return bare(present.filter(_in(before.there | after.there | set(moving))).values_list("sku").annotate(**told))


def _in(statuses: Collection[int]) -> Q:
    return Q(status__in=sorted(statuses) or [0])


def _unlike_most() -> Iterable[tuple[str, int, int]]:
    """(SKU, reserve, hours of buffer) of the SKUs that have a reserve or another buffer than most."""
    return Level.objects.exclude(reserve=0, buffer_hours=_HOURS).values_list("sku", "reserve", "buffer_hours")


def allocated(before: Ways, after: Ways) -> dict[str, Taken]:
    """{SKU: what orders take of it that are not known to have left}. Two statements."""
    rows = _sold().order_by().values_list("sku").annotate(sold=Sum("quantity"))
    if before.there == before.sold and after.there == after.sold:
        return {sku: Taken(sold, sold, sold) for sku, sold in bare(rows)}
    was, becomes = (Sum(still_taken(ways.there - ways.sold)) for ways in (before, after))
    # PostgreSQL sums large whole numbers as decimals.
    return {sku: Taken(*map(int, counts)) for sku, *counts in bare(rows.annotate(was=was, becomes=becomes))}


def _sold() -> Any:
    as_of = stock_as_of()
    return Allocation.objects.filter(Q(left_at=None) | Q(left_at__gt=as_of)) if as_of else Allocation.objects.all()


def sellable_in_all() -> int:
    """How many may be sold of all SKUs as they were last counted; what has left its buffer since is not in it. One statement."""
    left = Greatest(F("ripe") - F("allocated") - F("reserve"), Value(0), output_field=IntegerField())
    return Level.objects.aggregate(all=Sum(left))["all"] or 0


def _orders_short(effects: Iterable[SkuEffect], taken: Mapping[str, Taken]) -> tuple[list[OrderAtRisk], int]:
    """The orders that cannot be served any more, newest first within a SKU, and how many can be served again. One statement, or none.

    An order that has left has its garments, and is served first.
    """
    short = {effect.sku: effect for effect in effects if _falls_short(effect, taken.get(effect.sku, _UNSOLD).sold)}
    by_sku: dict[str, list[tuple[str, int]]] = defaultdict(list)
    sold = _sold().filter(sku__in=list(short)) if len(short) <= FEW else _sold()
    for sku, number, quantity in (
        sold.order_by(F("left_at").asc(nulls_last=True), "made_at", "pk").values_list("sku", "order_number", "quantity") if short else ()
    ):
        by_sku[sku].append((number, quantity))
    opened: list[OrderAtRisk] = []
    was_short: set[str] = set()
    is_short: set[str] = set()
    for sku, effect in short.items():
        was, becomes = (set(short_orders(units, by_sku[sku])) for units in (effect.units_before, effect.units_after))
        was_short, is_short = was_short | was, is_short | becomes
        opened += [OrderAtRisk(number, sku, quantity) for number, quantity in reversed(by_sku[sku]) if number in becomes - was]
    return opened, len(was_short - is_short)


def _falls_short(effect: SkuEffect, taken: int) -> bool:
    return effect.units_before != effect.units_after and taken > min(effect.units_before, effect.units_after)


def _cases(rows: Mapping[int, CodeMapping], meanings: Meanings, short: int, served: int) -> list[CaseEffect]:
    met = Garment.objects.filter(status__in=rows, missing_since=None).order_by().values_list("status", flat=True).distinct()
    names = set(met) if any(bool(row.target) != bool(meanings[pk]["target"]) for pk, row in rows.items()) else set()
    closes = sum(not rows[pk].target and bool(meanings[pk]["target"]) for pk in names)
    opens = sum(bool(rows[pk].target) and not meanings[pk]["target"] for pk in names)
    told = [CaseEffect("STK-UNMAPPED", opens, closes), CaseEffect("STK-OVERSOLD", short, served)]
    return [case for case in told if case.opens or case.closes]


def _samples(moving: Collection[int]) -> list[Sample]:
    found = Garment.objects.filter(status__in=moving, missing_since=None).order_by("status", "since", "pk")
    return [Sample(*row) for row in found.values_list("rfid", "sku", "status", "since")[:SAMPLES]]
