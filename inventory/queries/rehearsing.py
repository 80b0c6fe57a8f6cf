"""What would follow if ACS's stock statuses meant something else? Read from the live rows, writing nothing."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db.models import Count, F, IntegerField, Q, Sum, Value
from django.db.models.functions import Greatest

from inventory.models import Allocation, Garment, Level
from inventory.queries.levels import sellable_statuses, stock_as_of
from inventory.rules import DEFAULT_BUFFER, is_sellable, sellable, short_orders
from partners.models import CodeMapping

SAMPLES, ORDERS_KEPT = 20, 50
_HOURS = int(DEFAULT_BUFFER / timedelta(hours=1))
Meanings = Mapping[int, Mapping[str, Any]]  # {mapping id: {"target", "flags"}}


class SkuEffect(NamedTuple):
    """One SKU: garments that move, units in sellable states and what may be sold, each before and after."""

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
    """The exact effect of these meanings on what is there now. Ten statements at most, none of which writes."""
    rows = {row.pk: row for row in CodeMapping.objects.filter(pk__in=meanings).order_by("raw")}
    before = set(sellable_statuses())
    after = {pk for pk in before if pk not in meanings} | {pk for pk, meaning in meanings.items() if is_sellable(meaning)}
    moving = [pk for pk, row in rows.items() if {"target": row.target, "flags": row.flags} != meanings[pk]]
    effects = sku_effects(moving, before, after, at=at)
    opened, closed = _orders_short(effects)
    return Forecast(
        garments=sum(effect.moving for effect in effects),
        effects=effects,
        total=sellable_in_all(),
        becomes_sellable=[row.raw for pk, row in rows.items() if pk in after - before],
        cases=_cases(rows, meanings, len({order.number for order in opened}), closed),
        orders=opened,
        samples=_samples(moving),
    )


def sku_effects(moving: Collection[int], before: Collection[int], after: Collection[int], *, at: datetime) -> list[SkuEffect]:
    """What every SKU with a garment in a status of `moving` has for sale by the statuses sellable `before` and `after`; by SKU.

    By the same terms as the counters: garments in the last file, in a sellable status for at least the SKU's buffer, less what is
    allocated and reserved. Three statements.
    """
    if not moving:
        return []
    kept = {sku: (reserve, hours) for sku, reserve, hours in _unlike_most()}
    taken = allocated()
    hours = sorted({_HOURS, *(hours for _, hours in kept.values())})
    return [_effect(row, hours, kept, taken) for row in _counted(moving, before, after, hours, at)]


def _counted(
    moving: Collection[int], before: Collection[int], after: Collection[int], hours: Sequence[int], at: datetime
) -> Iterable[tuple[Any, ...]]:
    """(SKU, moving, units before and after, then for each buffer in `hours` the ripe ones before and after)."""
    counts = {"moving": Q(status__in=moving), "units_before": Q(status__in=before), "units_after": Q(status__in=after)}
    for place, each in enumerate(hours):
        ripe = Q(since__lte=at - timedelta(hours=each))
        counts |= {f"ripe_before_{place}": ripe & Q(status__in=before), f"ripe_after_{place}": ripe & Q(status__in=after)}
    named = Garment.objects.filter(status__in=moving, missing_since=None).order_by().values("sku")
    here = Garment.objects.filter(missing_since=None, sku__in=named).order_by().values_list("sku")
    return here.annotate(**{name: Count("sku", filter=condition) for name, condition in counts.items()}).order_by("sku").iterator(5000)


def _effect(row: tuple[Any, ...], hours: Sequence[int], kept: Mapping[str, tuple[int, int]], taken: Mapping[str, int]) -> SkuEffect:
    sku, moving, units_before, units_after, *ripe = row
    reserve, buffer = kept.get(sku, (0, _HOURS))
    place = 2 * hours.index(buffer)
    before, after = (sellable(ripe=count, allocated=taken.get(sku, 0), reserve=reserve) for count in ripe[place : place + 2])
    return SkuEffect(sku, moving, units_before, units_after, before, after)


def _unlike_most() -> Iterable[tuple[str, int, int]]:
    """(SKU, reserve, hours of buffer) of the SKUs that have a reserve or another buffer than most."""
    return Level.objects.exclude(reserve=0, buffer_hours=_HOURS).values_list("sku", "reserve", "buffer_hours")


def allocated() -> dict[str, int]:
    """{SKU: how many are sold and not yet known to have left}."""
    return dict(_sold().order_by().values_list("sku").annotate(Sum("quantity")))


def _sold() -> Any:
    as_of = stock_as_of()
    return Allocation.objects.filter(Q(left_at=None) | Q(left_at__gt=as_of)) if as_of else Allocation.objects.all()


def sellable_in_all() -> int:
    """How many may be sold of all SKUs as they were last counted; what has left its buffer since is not in it. One statement."""
    left = Greatest(F("ripe") - F("allocated") - F("reserve"), Value(0), output_field=IntegerField())
    return Level.objects.aggregate(all=Sum(left))["all"] or 0


def _orders_short(effects: Iterable[SkuEffect]) -> tuple[list[OrderAtRisk], int]:
    """The orders that cannot be served any more, newest first, and how many can be served again. One statement, none without doubt."""
    changed = {effect.sku: effect for effect in effects if effect.units_before != effect.units_after}
    by_sku: dict[str, list[tuple[str, int]]] = defaultdict(list)
    sold = _sold().filter(sku__in=list(changed)) if len(changed) < 500 else _sold()
    for sku, number, quantity in sold.order_by("made_at", "pk").values_list("sku", "order_number", "quantity") if changed else ():
        by_sku[sku].append((number, quantity))
    opened: list[OrderAtRisk] = []
    short_before: set[str] = set()
    short_after: set[str] = set()
    for sku, effect in changed.items():
        rows = by_sku.get(sku, [])
        was, becomes = set(short_orders(effect.units_before, rows)), set(short_orders(effect.units_after, rows))
        short_before, short_after = short_before | was, short_after | becomes
        opened += [OrderAtRisk(number, sku, quantity) for number, quantity in reversed(rows) if number in becomes - was]
    return opened, len(short_before - short_after)


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
