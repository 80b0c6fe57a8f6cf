"""Facts only; what a person corrected stands until the shop says something new, and what ACS was told is left as it was told."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import Any

from django.db import connection

from orders.actions.allocating import allocate_for
from orders.actions.sending import look
from orders.models import Order, OrderLine
from orders.problems import Method, read_methods
from orders.rules import duplicates
from orders.rules.edits import CORRECTABLE, LINES
from orders.states import BEFORE_RELEASE, Destination, OrderState
from orders.sync.forgetting import forget_person, forget_refused
from orders.sync.reading import Reading, decode, read_rules
from partners import connect, mappings
from partners.models import CodeMapping, Intent
from partners.shop import StoreLine
from partners.sync import Applied, Page

PLAIN = (
    "store_id",
    "channel",
    "placed_at",
    "paid_at",
    "store_updated_at",
    "store_cancelled_at",
    "shop_fulfilled",
    "currency",
    "total_pence",
)
DERIVED = (
    "note",
    "shop",
    "attributes",
    "resolved_by",
    "destination",
    "is_hire",
    "customer_key",
    "contents_key",
    "content_hash",
    "fetched_at",
)
WRITTEN = [*PLAIN, *DERIVED, *CORRECTABLE, "version"]
_WRITER_LOCK = 7_317_002  # any fixed number: two who mirror at once would both create an order that is new


def read_orders(cursor: str) -> Iterator[Page]:
    """Pages of orders changed since `cursor`, the shop's own value; the store's client steps back for the overlap."""
    yield from connect.store().orders(cursor)


def cursor_at(at: datetime) -> str:
    """The cursor of a shop that was read up to `at`: both shops' cursors are the last change, a bar and an order's id."""
    return f"{at.isoformat()}|"


def apply_orders(page: Page, at: datetime) -> Applied:
    """Mirror one page: each order decoded alone, only what differs written, an older version never over a newer one.

    Inside a transaction: one writer at a time, and the orders are locked, so that none is claimed for ACS while it changes.
    """
    rules, methods = read_rules(), read_methods()
    readings, refused = decode(page, rules)
    rejected, forget = forget_refused(refused)
    _wait_for_the_other_writer()
    known = {order.number: order for order in Order.objects.select_for_update().filter(number__in=list(readings)).order_by("pk")}
    readings = {number: _as_kept(known.get(number), reading) for number, reading in readings.items()}
    fresh = [reading for number, reading in readings.items() if number not in known]
    changed = [(known[n], r) for n, r in readings.items() if n in known and _is_news(known[n], r)]
    created, retaking = _create(fresh, methods, at=at), _update(changed, methods, at=at)
    allocate_for([*created, *retaking], at=at)  # once: the counters are locked in the order of their SKUs
    _note_methods([*fresh, *(reading for _, reading in changed)], at=at)
    unchanged = len(readings) - len(fresh) - len(changed)
    repeats = len(page.records) - len(readings) - len(rejected)
    forget |= any(order.erased_at for order in known.values())
    counts = {"created": len(fresh), "changed": len(changed), "unchanged": unchanged + repeats}
    return Applied(**counts, rejected=rejected, read=list(readings), forget=forget)


def _as_kept(order: Order | None, reading: Reading) -> Reading:
    """Under the order's lock: nobody erases its customer meanwhile."""
    return forget_person(reading) if order is not None and order.erased_at else reading


def _wait_for_the_other_writer() -> None:
    """SQLite has one writer anyway."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_WRITER_LOCK])


def _is_news(order: Order, reading: Reading) -> bool:
    return order.content_hash != reading.content_hash and reading.sent.updated_at >= order.store_updated_at


def _create(readings: Iterable[Reading], methods: dict[str, Method], *, at: datetime) -> list[int]:
    orders = [_filled(Order(number=reading.sent.number), reading, methods, at=at) for reading in readings]
    Order.objects.bulk_create(orders, batch_size=500)
    _write_lines(orders)
    return [order.pk for order in orders]


def _update(changed: list[tuple[Order, Reading]], methods: dict[str, Method], *, at: datetime) -> list[int]:
    """The lines in use follow the shop's until ACS is told; a release that waits with the old content is withdrawn and queued anew.

    What ACS has is left as it was told, and becomes a case where the shop says otherwise by now. Returns the orders that may take other
    garments than before.
    """
    if not changed:
        return []
    before = {order.pk: (order.shop, order.store_cancelled_at) for order, _ in changed}
    taken = {order.pk: _taking(order) for order, _ in changed}
    orders = [_filled(order, reading, methods, at=at) for order, reading in changed]
    Order.objects.bulk_update(orders, WRITTEN, batch_size=200)
    ours = [order for order in orders if _is_ours(order)]
    relined = [order for order in ours if before[order.pk][0].get(LINES) != order.shop[LINES]]
    if relined:
        OrderLine.objects.filter(order__in=relined).delete()
        _write_lines(relined)
    news = [order for order in orders if before[order.pk] != (order.shop, order.store_cancelled_at)]
    _withdraw([order.number for order in news if _is_ours(order) and order.state == OrderState.READY], at=at)
    look([order.pk for order in news if not _is_ours(order)], at=at)
    return [order.pk for order in orders if taken[order.pk] != _taking(order)]


def _taking(order: Order) -> tuple[Any, ...]:
    """What of the shop's word decides which garments it takes from stock."""
    return order.shop.get(LINES), order.store_cancelled_at, order.shop_fulfilled


def _is_ours(order: Order) -> bool:
    """Not at ACS, and not in the air to it."""
    return order.state in BEFORE_RELEASE and order.release_claimed_at is None


def _withdraw(numbers: list[str], *, at: datetime) -> None:
    if numbers:
        waiting = Intent.objects.filter(kind="acs_release", business_id__in=numbers, state=Intent.State.READY)
        waiting.update(state=Intent.State.CANCELLED, ended_at=at)


def _filled(order: Order, reading: Reading, methods: dict[str, Method], *, at: datetime) -> Order:
    sent, is_new = reading.sent, order.pk is None
    order.excluded_why = sent.leave_alone[:120] if is_new else order.excluded_why
    news = _take_facts(order, reading, keep=not is_new and not _is_ours(order)) or order.store_cancelled_at != sent.cancelled_at
    order.store_id, order.channel, order.note = sent.store_id, sent.channel, sent.note
    order.placed_at, order.paid_at, order.store_updated_at = sent.placed_at, sent.paid_at, sent.updated_at
    order.store_cancelled_at, order.currency, order.total_pence = sent.cancelled_at, sent.currency, sent.total_pence
    order.shop_fulfilled = sent.fulfilled
    order.attributes, order.resolved_by = sent.attributes, reading.resolved_by
    order.is_hire = any(line.is_hire for line in sent.lines)
    order.destination = _destination(order, methods)
    order.customer_key = duplicates.customer_key(order.email, order.mobile, order.postcode)
    order.contents_key = duplicates.contents_key([(line.sku, line.quantity) for line in sent.lines], order.address1 + order.postcode)
    order.content_hash, order.fetched_at = reading.content_hash, at
    order.version = 1 if is_new else order.version + news
    return order


def _take_facts(order: Order, reading: Reading, *, keep: bool) -> bool:
    """The shop's new word replaces what we use; where it said the same as before, a person's correction stands. True for news.

    `keep` leaves the values in use alone: what was sent to ACS is what was sent. A tag or a hold of our own is no news.
    """
    said = order.shop or {}
    told = {name: value.isoformat() if isinstance(value, date) else value for name, value in reading.facts.items()}
    for name in CORRECTABLE:
        if not keep and (name not in said or said[name] != told[name]):
            setattr(order, name, reading.facts[name])
    order.shop = told | {LINES: [_told_line(line) for line in reading.sent.lines]}
    return bool(order.shop != said)


def _told_line(line: StoreLine) -> dict[str, Any]:
    return {
        "line_id": line.line_id,
        "sku": line.sku,
        "name": line.name,
        "quantity": line.quantity,
        "unit_price_pence": line.unit_price_pence,
        "is_hire": line.is_hire,
        "measurements": list(line.measurements),
    }


def _destination(order: Order, methods: dict[str, Method]) -> str:
    method = methods.get(mappings.fold(order.delivery_method))
    if method:
        return method.destination
    return Destination.LOCKER if order.locker_id else Destination.HOME


def _write_lines(orders: Sequence[Order]) -> None:
    rows = [OrderLine(order=order, **line) for order in orders for line in order.shop[LINES]]
    OrderLine.objects.bulk_create(rows, batch_size=500)


def _note_methods(readings: Iterable[Reading], *, at: datetime) -> None:
    counts: dict[str, int] = {}
    for reading in readings:
        method = reading.facts["delivery_method"]
        counts[method] = counts.get(method, 0) + 1
    mappings.note_seen("acs", CodeMapping.Kind.DELIVERY_METHOD, counts, at)
