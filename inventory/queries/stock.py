"""Show me: every SKU that ACS holds, how many of it may be sold, and how many SKUs want a look."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery, Sum

from inventory.models import Garment, Level, Product
from inventory.queries.levels import ripened
from inventory.queries.shown import shown_of
from inventory.rules import sellable
from partners.models import CodeMapping

COUNTERS = ("sku", "on_hand", "missing", "ripe", "waiting", "ripening", "allocated", "reserve", "buffer_hours")
_SOLD_OUT = Q(on_hand__gt=0, ripe__lte=F("allocated") + F("reserve"))
_CONDITIONS = {
    "none": _SOLD_OUT,
    "waiting": Q(waiting__gt=0),
    "oversold": Q(allocated__gt=F("ripe") + F("waiting")) & (Q(on_hand__gt=0) | Q(missing__gt=0)),
    "missing": Q(missing__gt=0),
    "reserved": Q(reserve__gt=0),
}
LATE = 5000  # counters that ripened since they were counted and are looked at one by one; the ripening task leaves none behind


class Row(NamedTuple):
    """One SKU as it stands now. `shown` is None where the shop shows nothing of it that we know."""

    sku: str
    name: str
    on_hand: int
    missing: int
    for_sale: int
    waiting: int
    allocated: int
    reserve: int
    sellable: int
    shown: int | None = None

    @property
    def oversold(self) -> int:
        """How many more are sold than ACS holds in a sellable state; of what it never named nobody knows."""
        return max(0, self.allocated - self.for_sale) if self.on_hand or self.missing else 0


class Counts(NamedTuple):
    """How many SKUs there are, by what a merchandiser asks first, and how many garments."""

    every: int
    none: int
    waiting: int
    oversold: int
    missing: int
    garments: int


def levels() -> QuerySet[Level]:
    """Every SKU that ACS has named, with its product's name where one is known."""
    return Level.objects.annotate(name=Subquery(Product.objects.filter(sku=OuterRef("sku")).values("name")[:1]))


def standing(row: Level | dict[str, Any], at: datetime) -> tuple[int, int]:
    """(past the buffer, still inside it) now: what ripened since the counters were written is past it."""
    facts = row if isinstance(row, dict) else {name: getattr(row, name) for name in COUNTERS}
    out = ripened(facts["ripening"], timedelta(hours=facts["buffer_hours"]), at)
    return facts["ripe"] + out, facts["waiting"] - out


def rows_of(found: Sequence[dict[str, Any]], at: datetime) -> tuple[list[Row], bool]:
    """The rows of a page, and whether the shop's own figure is known at all. One statement."""
    shown = shown_of([each["sku"] for each in found])
    return [_row(each, (shown or {}).get(each["sku"]), at) for each in found], shown is not None


def _row(each: dict[str, Any], shown: int | None, at: datetime) -> Row:
    ripe, waiting = standing(each, at)
    left = sellable(ripe=ripe, allocated=each["allocated"], reserve=each["reserve"])
    taken = (each["allocated"], each["reserve"])
    return Row(each["sku"], each["name"] or "", each["on_hand"], each["missing"], ripe + waiting, waiting, *taken, left, shown)


def only(kind: str, cleared: dict[str, set[str]]) -> Q:
    """The SKUs of one kind, by their counters and by what has ripened since they were written."""
    return _CONDITIONS[kind] & ~Q(sku__in=cleared[kind]) if cleared.get(kind) else _CONDITIONS[kind]


def cleared_since(at: datetime) -> dict[str, set[str]]:
    """{kind: SKUs that the counters still call so, and that no longer are}, because garments have ripened since. One statement."""
    late = Level.objects.filter(ripens_at__lte=at).values(*COUNTERS)[:LATE]
    cleared: dict[str, set[str]] = {"none": set(), "waiting": set()}
    for each in late:
        row = _row(each | {"name": ""}, None, at)
        for kind, is_over in (("none", row.sellable), ("waiting", not row.waiting)):
            if is_over:
                cleared[kind].add(row.sku)
    return cleared


def counts(cleared: dict[str, set[str]]) -> Counts:
    """One statement, whatever the number of SKUs."""
    kinds = {f"of_{kind}": Count("pk", filter=only(kind, cleared)) for kind in ("none", "waiting", "oversold", "missing")}
    found = Level.objects.aggregate(of_every=Count("pk"), of_garments=Sum("on_hand", default=0), **kinds)  # no column's name again
    return Counts(**{name.removeprefix("of_"): count for name, count in found.items()})


def in_status(status: int) -> Exists:
    """SKUs with a garment in one of ACS's statuses."""
    return Exists(Garment.objects.filter(sku=OuterRef("sku"), status=status, missing_since=None))


def statuses() -> list[tuple[str, str]]:
    """(id, ACS's text) of every stock status, for a choice; those nobody has mapped say so. One statement."""
    rows = CodeMapping.objects.filter(partner="acs", kind=CodeMapping.Kind.STOCK_STATUS).order_by("raw").values_list("pk", "raw", "target")
    return [(str(pk), raw if target else f"{raw} (not mapped)") for pk, raw, target in rows]
