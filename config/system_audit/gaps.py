"""What a check of the system audit says: how many, what that cost, the rows behind it, and where it is put right."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from django.db.models import Max, QuerySet, Sum
from django.db.models.aggregates import Count

from config.roles import ROLES
from exceptions_queue.models import ExceptionCase
from orders.models import Order
from returns.rules.money import pounds

if TYPE_CHECKING:
    from config.system_audit.look import Look


class Row(NamedTuple):
    """One row behind a gap. `url` is where it stands, "" where it has no page; `said` what is so about it."""

    label: str
    url: str = ""
    said: str = ""


@dataclass(frozen=True)
class Cost:
    """What was counted from rows: how many of what (`one`, `many`), and in pence what they are worth where the rows say so."""

    count: int
    one: str
    many: str
    pence: int = 0

    @property
    def in_words(self) -> str:
        """ "12 orders delayed, £1,008.00"; "" for nothing."""
        if not (self.count or self.pence):
            return ""
        said = f"{self.count:,} {self.one if self.count == 1 else self.many}"
        return f"{said}, {pounds(self.pence)}" if self.pence else said


Rows = Callable[[int, int], Sequence[Row]]


def no_rows(_start: int, _stop: int) -> Sequence[Row]:
    return ()


def listed(rows: Sequence[Row]) -> Rows:
    """Rows that were read already."""
    return lambda start, stop: rows[start:stop]


@dataclass(frozen=True)
class Found:
    """What one check found; a `count` of nought is no gap. `rows` reads those from one place to another, in at most one statement."""

    count: int = 0
    sentence: str = ""
    costs: tuple[Cost, ...] = ()
    rows: Rows = no_rows
    url: str = ""


@dataclass(frozen=True)
class Check:
    """One thing that is looked for. `owner` is the role that puts it right, on a page that demands `permission`, named `page`."""

    key: str
    name: str
    owner: str
    page: str
    permission: str
    find: "Callable[[Look], Found]"


@dataclass(frozen=True)
class Gap:
    """One gap: what it is, how many, what it cost in the last 30 days, whose it is, the page that mends it, and its rows."""

    key: str
    name: str
    sentence: str
    count: int
    costs: tuple[Cost, ...]
    owner: str
    url: str
    page: str
    permission: str
    rows: Rows = field(compare=False)

    @property
    def cost(self) -> str:
        """In words; "" where no row says that it cost anything."""
        return "; ".join(filter(None, (cost.in_words for cost in self.costs)))

    @property
    def pence(self) -> int:
        return sum(cost.pence for cost in self.costs)

    @property
    def counted(self) -> int:
        """How many orders, garments, baskets or runs it touched."""
        return sum(cost.count for cost in self.costs)

    @property
    def owner_label(self) -> str:
        return ROLES[self.owner].label

    @property
    def weight(self) -> tuple[int, int, int]:
        """What the costliest is sorted by: money first, then what was touched, then the number of rows."""
        return -self.pence, -self.counted, -self.count


def gap_of(check: Check, found: Found) -> Gap:
    return Gap(
        key=check.key,
        name=check.name,
        sentence=found.sentence,
        count=found.count,
        costs=found.costs,
        owner=check.owner,
        url=found.url,
        page=check.page,
        permission=check.permission,
        rows=found.rows,
    )


def plural(count: int, one: str, many: str = "") -> str:
    """ "1 order", "1,204 orders"."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def delayed(count: int, pence: int) -> Cost:
    return Cost(count, "order delayed", "orders delayed", pence)


def delayed_orders(orders: "QuerySet[Order]") -> Cost:
    """These orders wait, by what their customers paid. One statement."""
    found = orders.order_by().aggregate(orders=Count("pk"), pence=Sum("total_pence"))
    return delayed(found["orders"], found["pence"] or 0)


def delayed_by(cases: "QuerySet[ExceptionCase]") -> Cost:
    """The orders of these cases, each once. One statement."""
    each = cases.exclude(order_number="").order_by().values("order_number").annotate(worth=Max("value_pence"))
    found = each.aggregate(orders=Count("order_number"), pence=Sum("worth"))
    return delayed(found["orders"], found["pence"] or 0)
