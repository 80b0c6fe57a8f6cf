"""By which line of which order each returned garment was sold, and which garment of that line its refund would pay for."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from django.db.models import Exists, OuterRef, Q

from exceptions_queue.actions import subjects_with_open_case
from exceptions_queue.catalogue import Code
from orders.models import Order, OrderLine
from orders.rules.edits import LINES
from returns.models import Refund, ReturnItem
from returns.queries.grades import meaning
from returns.rules.refunding import DUE, FRESH, Sale, Verdict, judge
from returns.states import REFUND_UNSENT, RefundState

AT_ONCE = 1_000


def verdicts_of(items: Collection[ReturnItem], *, at: datetime) -> dict[int, tuple[Sale, Verdict]]:
    """{garment: its sale, and whether money is due}. Two statements; return, order and grade of the garments are read along."""
    sales = sales_of(items)
    return {item.pk: (sales[item.pk], _verdict(item, sales[item.pk], at)) for item in items}


def _verdict(item: ReturnItem, sale: Sale, at: datetime) -> Verdict:
    grade = meaning(item.raw_grade, item.grade.target if item.grade else None)
    return judge(sale, grade=grade, graded_at=item.graded_at or item.ret.arrived_at, at=at)


def sales_of(items: Collection[ReturnItem]) -> dict[int, Sale]:
    """{garment: its sale}. Two statements. Several garments of one SKU each take a unit of their own; one with a live refund keeps its."""
    orders = {item.ret.order.pk: item.ret.order for item in items if item.ret.order is not None}
    lines: dict[int, list[OrderLine]] = defaultdict(list)
    for line in OrderLine.objects.filter(order__in=list(orders)).order_by("line_id", "pk"):
        lines[line.order_id].append(line)
    numbers = [order.number for order in orders.values()]
    book = _Units(Refund.objects.filter(order_number__in=numbers).select_related("item"))
    return {item.pk: _sale(item, item.ret.order, lines, book) for item in sorted(items, key=lambda item: item.pk)}


class _Units:
    """Which garments of which lines have a live refund, of whom; and which were given back in the shop by us."""

    def __init__(self, refunds: Iterable[Refund]) -> None:
        self.of_item: dict[int, tuple[str, str, int]] = {}
        self.taken: dict[tuple[str, str], set[int]] = defaultdict(set)
        self.done: set[tuple[str, str]] = set()
        self.garments: dict[tuple[str, str], int] = {}
        for one in refunds:
            if one.state != RefundState.DECLINED:
                self.garments[one.order_number, one.item.rfid] = one.item_id
                self.of_item[one.item_id] = (one.order_number, one.line_id, one.unit)
                self.taken[one.order_number, one.line_id].add(one.unit)
            if one.state == RefundState.DONE:
                self.done.add((one.order_number, one.line_id))

    def own(self, item: int, order_number: str, line: OrderLine) -> int:
        number, line_id, unit = self.of_item.get(item, ("", "", 0))
        return unit if (number, line_id) == (order_number, line.line_id) and unit <= line.quantity else 0

    def is_told_twice(self, item: ReturnItem, order_number: str) -> bool:
        """Does another row tell of the same garment of this order? The first of them has the refund."""
        return bool(item.rfid) and self.garments.setdefault((order_number, item.rfid), item.pk) != item.pk

    def take(self, order_number: str, line: OrderLine) -> int:
        """The first unit that nobody has; 0 where all are taken."""
        taken = self.taken[order_number, line.line_id]
        unit = next((unit for unit in range(1, line.quantity + 1) if unit not in taken), 0)
        taken |= {unit} - {0}
        return unit


def _sale(item: ReturnItem, order: Order | None, lines: Mapping[int, list[OrderLine]], book: _Units) -> Sale:
    if order is None:
        return Sale()
    of_sku = [line for line in lines[order.pk] if item.sku and line.sku == item.sku]
    for line in of_sku:
        if unit := book.own(item.pk, order.number, line):
            return _of_line(order, line, unit, book)
    if not book.is_told_twice(item, order.number):
        for line in of_sku:
            if unit := book.take(order.number, line):
                return _of_line(order, line, unit, book)
    return _of_line(order, of_sku[0] if of_sku else None, 0, book)


def _of_line(order: Order, line: OrderLine | None, unit: int, book: _Units) -> Sale:
    if line is None:
        return Sale(order_number=order.number)
    return Sale(
        order_number=order.number,
        line_id=line.line_id,
        unit=unit,
        sold=line.quantity,
        paid_pence=line.unit_price_pence,
        currency=order.currency,
        is_paid=order.paid_at is not None or (order.number, line.line_id) in book.done,
        is_cancelled=order.store_cancelled_at is not None,
        is_hire=line.is_hire,
        is_counted=_is_counted(order, line) or (order.number, line.line_id) in book.done,
    )


def _is_counted(order: Order, line: OrderLine) -> bool:
    """Does the shop still count this line today? What it gave back or took out it leaves out."""
    told = order.shop.get(LINES)
    return told is None or any(one.get("line_id") == line.line_id and one.get("quantity") for one in told)


def to_look_at(*, at: datetime) -> list[int]:
    """The garments whose refund may not be what their grade and their order say now, at most 1,000 of each kind. Three statements.

    Graded of late, paid and without a refund; with one that is not on its way yet; or with a case that says why there is none.
    """
    of_line = OrderLine.objects.filter(order=OuterRef("ret__order"), sku=OuterRef("sku"), is_hire=False)
    lacking = Q(refund=None) | Q(refund__state=RefundState.DECLINED, refund__decided_by=None)
    since = at - FRESH
    fresh = Q(graded_at__gte=since) | Q(graded_at=None, ret__arrived_at__gte=since)
    paid = ReturnItem.objects.filter(lacking, fresh, Exists(of_line), grade__target__in=DUE, ret__order__paid_at__isnull=False)
    unsent = ReturnItem.objects.filter(refund__state__in=REFUND_UNSENT)
    cased = subjects_with_open_case(ReturnItem, only=frozenset({Code.REF_DUE})).values("subject_id")
    found = {*unsent.order_by("pk").values_list("pk", flat=True)[:AT_ONCE]}
    for rows in (paid, ReturnItem.objects.filter(pk__in=cased)):
        found |= {*rows.order_by("-pk").values_list("pk", flat=True)[:AT_ONCE]}
    return sorted(found)
