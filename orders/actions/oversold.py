"""Orders that the stock no longer covers: the last ones each get a case, which ends when there is enough again."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from exceptions_queue.catalogue import Code
from inventory.queries import Sold, oversold, sold_of
from orders.actions.watching import make_equal
from orders.models import Order
from orders.rules.oversold import HAS_ITS_GARMENTS, Claim, uncovered
from orders.states import BEFORE_RELEASE, OrderState

OVERSOLD = frozenset({Code.STK_OVERSOLD})
OPEN = (*BEFORE_RELEASE, OrderState.RELEASED)
SHOWN = 5


def find_oversold(*, at: datetime) -> int:
    """Make the cases of all orders equal what the stock covers now. Returns how many orders have one; a few statements where all is
    covered, and a fixed number where not.

    Served first is what ACS has picked, then what it was sent, then what is paid, each by age. An order that ACS was sent keeps its
    case as information: it blocks nothing there any more.
    """
    there = oversold()
    short = _short(there) if there else {}
    orders = Order.objects.filter(pk__in=short, state__in=OPEN)
    return make_equal(orders, OVERSOLD, lambda order: _found(order, short[order.pk]), at=at)


def _short(there: Mapping[str, int]) -> dict[int, list[str]]:
    sold, left = sold_of(there), dict(there)
    for row in sold:
        left[row.sku] -= row.quantity if row.gone else 0  # its garments still stand in the mirror as ready
    waiting = [row for row in sold if not row.gone]
    ranks = _ranks({row.order_number for row in waiting})
    return uncovered([_claim(row, *ranks[row.order_number]) for row in waiting if row.order_number in ranks], left)


def _claim(row: Sold, order: int, rank: tuple[object, ...]) -> Claim:
    return Claim(row.sku, order, row.quantity, rank)


def _ranks(numbers: set[str]) -> dict[str, tuple[int, tuple[object, ...]]]:
    """{number: (order, its rank)}."""
    rows = Order.objects.filter(number__in=numbers).values_list("pk", "number", "placed_at", "paid_at", "release_claimed_at", "acs_status")
    return {
        number: (pk, (acs_status not in HAS_ITS_GARMENTS, claimed_at is None, paid_at is None, placed_at, pk))
        for pk, number, placed_at, paid_at, claimed_at, acs_status in rows
    }


def _found(order: Order, skus: list[str]) -> dict[str, dict[str, Any]]:
    fault = "not_sellable" if order.release_claimed_at is None else "at_acs"
    return {Code.STK_OVERSOLD: {"field": "stock", "fault": fault, "skus": skus[:SHOWN]}}
