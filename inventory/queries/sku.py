"""Show me: one SKU's way from what ACS holds to what the website may sell, and how it went over time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import Count, Max, Q, Sum
from django.utils import timezone

from exceptions_queue.catalogue import CATALOGUE
from exceptions_queue.models import ExceptionCase
from exceptions_queue.queries import words
from exceptions_queue.states import CaseState
from inventory.models import Allocation, BufferRule, Garment, Level, Product, StockDay
from inventory.queries.levels import stock_as_of
from inventory.queries.shown import shown_of
from inventory.queries.stock import standing
from inventory.queries.times import usual_of
from inventory.rules import is_ripe, sellable
from inventory.rules.phrases import state_of
from inventory.rules.waterfall import Counters, Lever, OffSale, Step, levers, steps

DAYS, ORDERS, CASES = 60, 12, 8


@dataclass(frozen=True)
class Waterfall:
    """What is known of one SKU, ready to be drawn."""

    level: Level
    product: Product | None
    now: Counters
    sellable: int
    shown: int | None
    steps: list[Step]
    levers: list[Lever]
    oversold: int
    as_of: datetime | None


def level_of(sku: str) -> Level | None:
    return Level.objects.filter(sku=sku).first()


def waterfall(level: Level, *, at: datetime) -> Waterfall:
    """Seven statements, whatever the number of garments."""
    product = Product.objects.filter(sku=level.sku).first()
    states = _states(level.sku)
    as_of = stock_as_of()
    picked = max(0, sold_of(level.sku, as_of) - level.allocated)
    now = counters(level, at)._replace(doubted=sum(each["doubted"] for each in states if sells(each)), picked=picked)
    off_sale = _off_sale(states, product.category if product else "")
    left = sellable(ripe=now.ripe, allocated=now.allocated, reserve=now.reserve)
    shown = (shown_of([level.sku]) or {}).get(level.sku)
    return Waterfall(
        level=level,
        product=product,
        now=now,
        sellable=left,
        shown=shown,
        steps=steps(now, off_sale, sellable=left, shown=shown),
        levers=levers(now, off_sale, at=at, say=lambda then: words.moment(then, at)),
        oversold=now.oversold,
        as_of=as_of,
    )


def counters(level: Level, at: datetime) -> Counters:
    """The counters as they stand now, with what ripened since they were written."""
    buffer = timedelta(hours=level.buffer_hours)
    ripe, waiting = standing(level, at)
    inside = [(datetime.fromisoformat(since), count) for since, count in level.ripening]
    leaves = [(since + buffer, count) for since, count in inside if not is_ripe(since=since, buffer=buffer, at=at)]
    return Counters(level.on_hand, level.missing, ripe, waiting, level.allocated, level.reserve, buffer, leaves)


def _states(sku: str) -> list[dict[str, Any]]:
    """What is in the last file by ACS's status, the most first. One statement."""
    rows: Any = Garment.objects.filter(sku=sku, missing_since=None).values("status", "status__raw", "status__target", "status__flags")
    return list(rows.annotate(count=Count("pk"), since=Max("since"), doubted=Count("doubted_since")).order_by("-count", "status"))


def _off_sale(states: Sequence[dict[str, Any]], category: str) -> list[OffSale]:
    """Those not in a sellable state. One statement."""
    found = [each for each in states if not sells(each)]
    usual = usual_of([each["status__target"] for each in found], category)
    return [
        OffSale(
            each["status"],
            each["status__raw"],
            state_of(each["status__target"]),
            each["count"],
            each["since"],
            usual.get(each["status__target"]),
        )
        for each in found
    ]


def sells(row: Mapping[str, Any]) -> bool:
    """Whether a row with its mapping's columns is in a sellable state."""
    flags = row["status__flags"]
    return bool(row["status__target"]) and isinstance(flags, dict) and flags.get("sellable") is True


def sold_of(sku: str, as_of: datetime | None) -> int:
    """How many of this SKU orders have, picked or not. One statement."""
    return Allocation.objects.filter(_still(as_of), sku=sku).aggregate(sold=Sum("quantity"))["sold"] or 0


def orders_of(sku: str, as_of: datetime | None) -> list[Allocation]:
    """The orders this SKU's garments are sold to, the oldest first: one more than are shown."""
    return list(Allocation.objects.filter(_still(as_of), sku=sku).order_by("made_at", "pk")[: ORDERS + 1])


def _still(as_of: datetime | None) -> Q:
    return Q(left_at=None) | Q(left_at__gt=as_of) if as_of else Q()


def rule_of(level: Level, product: Product | None, at: datetime) -> BufferRule | None:
    """The buffer rule in force for a SKU; None where it is the house's own 72 h."""
    means = Q(scope=BufferRule.Scope.ALL) | Q(scope=BufferRule.Scope.SKU, value=level.sku)
    if product and product.category:
        means |= Q(scope=BufferRule.Scope.CATEGORY, value=product.category)
    if product and product.brand:
        means |= Q(scope=BufferRule.Scope.BRAND, value=product.brand)
    found = BufferRule.objects.filter(means, Q(expires_at=None) | Q(expires_at__gt=at)).select_related("made_by")
    narrowest = list(BufferRule.Scope.values)
    return min(found, key=lambda rule: narrowest.index(rule.scope), default=None)


def cases_about(*subjects: Level | Garment | Product | None) -> list[dict[str, Any]]:
    """The open cases of these, the most urgent first: {pk, code, title}. One statement."""
    about = Q()
    for subject in subjects:
        if subject is not None:
            about |= Q(subject_type=ContentType.objects.get_for_model(subject), subject_id=subject.pk)
    if not about:
        return []
    found = ExceptionCase.objects.filter(about, state=CaseState.OPEN).order_by("due_at", "pk").values_list("pk", "code")[:CASES]
    return [{"pk": pk, "code": code, "title": CATALOGUE[code].title if code in CATALOGUE else code} for pk, code in found]


@dataclass(frozen=True)
class Day:
    """How a SKU stood at the end of one day."""

    on: date
    on_hand: int
    sellable: int


def over_time(sku: str, *, today: tuple[int, int], at: datetime) -> list[Day]:
    """Each of the last days, with `today` (on hand, sellable) last; days without a row are as the one before. Two statements."""
    last = timezone.localtime(at).date()
    first = last - timedelta(days=DAYS - 1)
    rows = list(StockDay.objects.filter(sku=sku, on__gte=first, on__lt=last).order_by("on"))
    before = StockDay.objects.filter(sku=sku, on__lt=first).order_by("-on").first()
    return [*_filled(before, rows, first, last), Day(last, *today)]


def _filled(before: StockDay | None, rows: Sequence[StockDay], first: date, last: date) -> list[Day]:
    """One entry a day from the first that is known to the day before `last`."""
    by_day, standing, days = {row.on: row for row in rows}, before, []
    for ahead in range((last - first).days):
        standing = by_day.get(first + timedelta(days=ahead), standing)
        if standing:
            days.append(Day(first + timedelta(days=ahead), standing.on_hand, standing.sellable))
    return days
