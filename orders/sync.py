"""The shop said: make our orders agree. Facts only; what a person corrected stands until the shop says something new."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import blake2b
from typing import Any

from orders.models import Order, OrderLine, ResolverRule
from orders.problems import Method, read_methods
from orders.rules import duplicates, resolver
from orders.states import BEFORE_RELEASE, Destination
from partners import connect, mappings
from partners.errors import RecordError
from partners.models import CodeMapping
from partners.shop import StoreOrder
from partners.sync import Applied, Page, Reject

# What a person may correct: kept twice, as the shop's fact (`Order.shop`) and as the value in use (the column).
CORRECTABLE = (
    "mobile",
    "email",
    "first_name",
    "last_name",
    "address1",
    "address2",
    "city",
    "county",
    "postcode",
    "country",
    "locker_id",
    "delivery_method",
    "dispatch_on",
    "deliver_on",
    "event_on",
    "return_on",
    "customs_contents",
    "customs_value_pence",
)
DATES = frozenset({"dispatch_on", "deliver_on", "event_on", "return_on"})
PLAIN = ("store_id", "channel", "placed_at", "paid_at", "store_updated_at", "store_cancelled_at", "currency", "total_pence", "note")
DERIVED = ("shop", "attributes", "resolved_by", "destination", "is_hire", "customer_key", "contents_key", "content_hash", "fetched_at")
WRITTEN = [*PLAIN, *DERIVED, *CORRECTABLE, "version"]


_LONGEST = {name: getattr(Order._meta.get_field(name), "max_length", None) for name in CORRECTABLE}


@dataclass(frozen=True)
class Reading:
    """One order as read: what the shop sent, the facts the resolver rules found in it, and the hash of it all."""

    sent: StoreOrder
    facts: dict[str, Any]
    resolved_by: dict[str, dict[str, str]]
    content_hash: str


def read_orders(cursor: str) -> Iterator[Page]:
    """Pages of orders changed since `cursor`, the shop's own value; the store's client steps back for the overlap."""
    yield from connect.store().orders(cursor)


def cursor_at(at: datetime) -> str:
    """The cursor of a shop that was read up to `at`: both shops' cursors are the last change, a bar and an order's id."""
    return f"{at.isoformat()}|"


def apply_orders(page: Page, at: datetime) -> Applied:
    """Mirror one page: each order decoded alone, only what differs written, an older version never over a newer one."""
    rules, methods = _rules(), read_methods()
    readings, rejected = _decode(page, rules)
    known = {order.number: order for order in Order.objects.filter(number__in=list(readings))}
    fresh = [reading for number, reading in readings.items() if number not in known]
    changed = [(known[n], r) for n, r in readings.items() if n in known and _is_news(known[n], r)]
    _create(fresh, methods, at=at)
    _update(changed, methods, at=at)
    _note_methods([*fresh, *(reading for _, reading in changed)], at=at)
    unchanged = len(readings) - len(fresh) - len(changed)
    repeats = len(page.records) - len(readings) - len(rejected)
    return Applied(created=len(fresh), changed=len(changed), unchanged=unchanged + repeats, rejected=rejected, read=list(readings))


def _decode(page: Page, rules: list[resolver.Rule]) -> tuple[dict[str, Reading], list[Reject]]:
    readings: dict[str, Reading] = {}
    rejected: list[Reject] = []
    shop = connect.store()
    for record in page.records:
        try:
            reading = _read(shop.decode(record), rules)
        except RecordError as error:
            rejected.append(Reject(key=error.key, path=error.path, reason=error.reason, raw=record))
            continue
        earlier = readings.get(reading.sent.number)
        if earlier is None or earlier.sent.updated_at <= reading.sent.updated_at:
            readings[reading.sent.number] = reading
    return readings, rejected


def _is_news(order: Order, reading: Reading) -> bool:
    return order.content_hash != reading.content_hash and reading.sent.updated_at >= order.store_updated_at


def _rules() -> list[resolver.Rule]:
    rows = ResolverRule.objects.filter(enabled=True).order_by("fact", "position", "id")
    return [resolver.Rule(r.fact, r.name, r.source, r.key, r.json_path, r.pattern) for r in rows]


def _read(sent: StoreOrder, rules: list[resolver.Rule]) -> Reading:
    found = resolver.resolve(rules, _seen(sent))
    facts = _facts(sent) | {fact: hit.value for fact, hit in found.items()}
    facts = {name: _cut(name, value) for name, value in facts.items()}
    resolved_by = {fact: {"rule": hit.rule_name, "source": hit.source} for fact, hit in found.items()}
    body = repr((sent, sorted(facts.items(), key=lambda item: item[0])))
    return Reading(sent, facts, resolved_by, blake2b(body.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest())


def _seen(sent: StoreOrder) -> resolver.Seen:
    return resolver.Seen(
        attributes=sent.attributes,
        metafields=sent.metafields,
        phones=dict(sent.phones),
        service_code=sent.service_code,
        service_title=sent.service_title,
        address={"address1": sent.address1, "address2": sent.address2, "company": sent.company},
    )


def _facts(sent: StoreOrder) -> dict[str, Any]:
    """What needs no rule: said once, in one place."""
    return {
        "mobile": "",
        "email": sent.email,
        "first_name": sent.first_name,
        "last_name": sent.last_name,
        "address1": sent.address1,
        "address2": sent.address2,
        "city": sent.city,
        "county": sent.county,
        "postcode": sent.postcode,
        "country": sent.country,
        "locker_id": "",
        "delivery_method": sent.service_code or sent.service_title,
        "dispatch_on": None,
        "deliver_on": None,
        "event_on": None,
        "return_on": None,
        "customs_contents": sent.customs_contents,
        "customs_value_pence": sent.customs_value_pence,
    }


def _cut(name: str, value: Any) -> Any:
    """Never longer than the column: a fact that does not fit cannot be right, and the raw payload keeps the whole."""
    if not isinstance(value, str):
        return value
    limit = _LONGEST.get(name)
    value = value.strip().upper() if name == "locker_id" else value.strip()
    return value[:limit]


def _create(readings: Iterable[Reading], methods: dict[str, Method], *, at: datetime) -> None:
    orders = [_filled(Order(number=reading.sent.number), reading, methods, at=at) for reading in readings]
    Order.objects.bulk_create(orders, batch_size=500)
    _write_lines(list(zip(orders, readings, strict=True)) if orders else [])


def _update(changed: list[tuple[Order, Reading]], methods: dict[str, Method], *, at: datetime) -> None:
    if not changed:
        return
    orders = [_filled(order, reading, methods, at=at) for order, reading in changed]
    Order.objects.bulk_update(orders, WRITTEN, batch_size=200)
    ours = [(order, reading) for order, reading in changed if order.state in BEFORE_RELEASE]
    OrderLine.objects.filter(order__in=[order for order, _ in ours]).delete()
    _write_lines(ours)


def _filled(order: Order, reading: Reading, methods: dict[str, Method], *, at: datetime) -> Order:
    sent, is_new = reading.sent, order.pk is None
    _take_facts(order, reading.facts, keep=not is_new and order.state not in BEFORE_RELEASE)
    order.store_id, order.channel, order.note = sent.store_id, sent.channel, sent.note
    order.placed_at, order.paid_at, order.store_updated_at = sent.placed_at, sent.paid_at, sent.updated_at
    order.store_cancelled_at, order.currency, order.total_pence = sent.cancelled_at, sent.currency, sent.total_pence
    order.attributes, order.resolved_by = sent.attributes, reading.resolved_by
    order.is_hire = any(line.is_hire for line in sent.lines)
    order.destination = _destination(order, methods)
    order.customer_key = duplicates.customer_key(order.email, order.mobile, order.postcode)
    order.contents_key = duplicates.contents_key([(line.sku, line.quantity) for line in sent.lines], order.address1 + order.postcode)
    order.content_hash, order.fetched_at = reading.content_hash, at
    order.version = 1 if is_new else order.version + 1
    return order


def _take_facts(order: Order, facts: dict[str, Any], *, keep: bool) -> None:
    """The shop's new word replaces what we use; where it said the same as before, a person's correction stands.

    `keep` leaves the values in use alone: what was sent to ACS is what was sent.
    """
    said = order.shop or {}
    told = {name: value.isoformat() if isinstance(value, date) else value for name, value in facts.items()}
    for name in CORRECTABLE:
        if not keep and (name not in said or said[name] != told[name]):
            setattr(order, name, facts[name])
    order.shop = told


def _destination(order: Order, methods: dict[str, Method]) -> str:
    method = methods.get(mappings.fold(order.delivery_method))
    if method:
        return method.destination
    return Destination.LOCKER if order.locker_id else Destination.HOME


def _write_lines(pairs: list[tuple[Order, Reading]]) -> None:
    rows = [
        OrderLine(
            order=order,
            line_id=line.line_id,
            sku=line.sku,
            name=line.name,
            quantity=line.quantity,
            unit_price_pence=line.unit_price_pence,
            is_hire=line.is_hire,
            measurements=list(line.measurements),
        )
        for order, reading in pairs
        for line in reading.sent.lines
    ]
    OrderLine.objects.bulk_create(rows, batch_size=500)


def _note_methods(readings: Iterable[Reading], *, at: datetime) -> None:
    counts: dict[str, int] = {}
    for reading in readings:
        method = reading.facts["delivery_method"]
        counts[method] = counts.get(method, 0) + 1
    mappings.note_seen("acs", CodeMapping.Kind.DELIVERY_METHOD, counts, at)
