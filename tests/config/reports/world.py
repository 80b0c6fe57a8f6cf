"""A small world with something of everything that a report counts, the same each time it is made."""

from datetime import UTC, date, datetime, timedelta
from itertools import count
from random import Random
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import connection

from exceptions_queue.models import ExceptionCase, Site
from inventory.models import Garment, GarmentChange, Product, StockDay
from lockers.models import Manifest, Parcel
from orders.models import CheckoutRefusal, GateDecision, Order
from partners.models import CodeMapping
from returns.models import WriteOff

FIRST, LAST = date(2026, 5, 11), date(2026, 6, 9)
START = datetime(2026, 4, 1, tzinfo=UTC)
_DAYS = 75
_CODES = {
    "VAL-MOB-FORMAT": ("R", "cx"),
    "LOC-CLOSED": ("RM", "cx"),
    "VAL-DIM-MISSING": ("R", "merchandiser"),
    "LBL-FAILED": ("M", "warehouse"),
    "MAN-MISSED": ("", "warehouse"),
    "ORD-SHORT": ("", "warehouse"),
    "STK-FEED-LATE": ("", "integration"),
    "STK-OVERSOLD": ("S", "cx"),
}
_numbers = count(1)


def make_world(rows: int = 40) -> None:
    """About `rows` of each kind, over two and a half months around the thirty days from FIRST to LAST."""
    chance = Random(20260609)  # noqa: S311 - a test's dice
    _orders(rows, chance)
    _cases(rows * 3, chance)
    _parcels(rows, chance)
    _garments(rows, chance)
    _stock(rows, chance)
    _refusals(rows)
    _write_offs(rows, chance)


def some_time(chance: Random) -> datetime:
    return START + timedelta(seconds=chance.randrange(_DAYS * 86_400))


def some_day(chance: Random) -> date:
    return START.date() + timedelta(days=chance.randrange(_DAYS))


def add_order(placed_at: datetime, *passed: bool, **facts: Any) -> Order:
    """An order that the release gate looked at so many times."""
    number = f"R-{next(_numbers)}"
    order = Order.objects.create(
        **{"number": number, "store_id": number, "placed_at": placed_at, "store_updated_at": placed_at, "content_hash": "x"} | facts,
        fetched_at=placed_at,
    )
    GateDecision.objects.bulk_create(
        GateDecision(order=order, gate="release", passed=good, inputs_hash=f"{n}", rules_version="1", decided_at=placed_at)
        for n, good in enumerate(passed)
    )
    return order


def add_case(code: str, opened_at: datetime, closed_at: datetime | None = None, **facts: Any) -> ExceptionCase:
    """A case as the desk keeps it, about a subject of its own."""
    blocks, owner = _CODES[code]
    row: dict[str, Any] = {
        "subject_type": ContentType.objects.get_for_model(Site),
        "subject_id": next(_numbers),
        "subject_label": "Order",
        "code": code,
        "blocks": blocks,
        "owner": owner,
        "evidence_hash": "x",
        "cause_key": f"{code}:phone:fix_first:",
        "locker_id": "UK00000001",
        "opened_at": opened_at,
        "due_at": opened_at + timedelta(hours=6),
        "last_seen_at": opened_at,
        "closed_at": closed_at,
        "state": "cured" if closed_at else "open",
    }
    return ExceptionCase.objects.create(**row | facts)


def add_parcel(created_at: datetime, **facts: Any) -> Parcel:
    number = f"{next(_numbers)}"
    return Parcel.objects.create(
        **{"order_number": number, "tracking_number": f"J{number}", "point_id": "UK00000001"} | facts, created_at=created_at
    )


def _orders(rows: int, chance: Random) -> None:
    for n in range(rows):
        placed_at = some_time(chance)
        words = ((True,), (False, True), (False, False, True), (True, False))[n % 4]
        order = add_order(placed_at, *words, state="released", released_at=placed_at + timedelta(hours=3))
        GateDecision.objects.create(
            order=order, gate="manifest", passed=False, inputs_hash="m", rules_version="1", decided_at=placed_at + timedelta(hours=9)
        )


def _cases(rows: int, chance: Random) -> None:
    for n in range(rows):
        opened_at = some_time(chance)
        closed_at = opened_at + timedelta(seconds=chance.randrange(60, 200_000)) if n % 5 else None
        waited = 50 if n % 3 == 0 else 0
        facts = {"waited_s": waited, "locker_id": f"UK0000000{n % 3}", "due_at": opened_at + timedelta(hours=20)}
        add_case(list(_CODES)[n % len(_CODES)], opened_at, closed_at, **facts)


def _parcels(rows: int, chance: Random) -> None:
    day = START.date()
    manifests = [
        Manifest.objects.create(
            site_key="acs",
            collection_on=day + timedelta(days=3 * n),
            cutoff_at=START + timedelta(days=3 * n, hours=16),
            created_at=START,
            state="closed" if n % 6 else "open",
            closed_at=START + timedelta(days=3 * n, hours=16),
        )
        for n in range(25)
    ]
    for n in range(rows):
        at, facts = some_time(chance), dict[str, Any]()
        for hours, name in enumerate(("labelled_at", "manifested_at", "handed_over_at", "in_locker_at", "collected_at"), start=1):
            if chance.random() < 0.85:
                facts[name] = at + timedelta(hours=hours)
        if n % 2:
            facts |= {"state": "manifested", "manifest": manifests[n % 25], "manifested_at": at, "gate_passed_at": at}
        carriage = ("", "redirected", "expired", "returning", "collected", "lost")[n % 6]
        add_parcel(at, carriage=carriage, point_id=f"UK0000000{n % 4}", now_at_point="UK9" if n % 7 == 0 else "", **facts)
    add_parcel(START + timedelta(days=60), state="void")


def _garments(rows: int, chance: Random) -> None:
    status = CodeMapping.objects.create(partner="acs", kind="stock_status", folded="report", raw="Report", target="ready")
    for n in range(rows):
        at = some_time(chance)
        garment = Garment.objects.create(
            rfid=f"G{n}", sku="S1", raw_status="Report", status=status, since=at, first_seen_at=at, changed_at=at
        )
        was = {"was": ("In Processing", "Quarantine")[n % 2], "since_before": at - timedelta(hours=chance.randrange(1, 200))}
        GarmentChange.objects.create(garment=garment, at=at, became="Report", **was)
        if n % 3 == 0:
            GarmentChange.objects.create(garment=garment, at=at, event="missing", was="Report")


def _stock(rows: int, chance: Random) -> None:
    kept = {(f"S{n % 5}", some_day(chance)) for n in range(rows)}
    for sku, on in sorted(kept):
        waiting, reserve, free = chance.randrange(5), chance.randrange(3), chance.randrange(20)
        for_sale = waiting + reserve + free
        counters = {"on_hand": for_sale + chance.randrange(9), "for_sale": for_sale, "waiting": waiting, "reserve": reserve}
        StockDay.objects.create(sku=sku, on=on, allocated=0, sellable=free, **counters)


def _refusals(rows: int) -> None:
    for n in range(rows):
        day = START.date() + timedelta(days=n * _DAYS // rows)
        code = ("VAL-DIM-MISSING", "VAL-OVERSIZE", "none-near")[n % 3]
        CheckoutRefusal.objects.create(day=day, sku=f"S{n % 4}" if n % 5 else "", code=code, carts=n + 1)


def _write_offs(rows: int, chance: Random) -> None:
    for n in range(4):
        Product.objects.create(sku=f"S{n}", name="Dress", brand=("Ganni", "Reiss", "")[n % 3], fetched_at=START, changed_at=START)
    for n in range(rows):
        WriteOff.objects.create(
            reference=f"BER-{n}",
            rfid=f"W{n}",
            sku=f"S{n % 6}",
            cause=("graded", "ex_hired")[n % 2],
            state=("drafted", "rejected", "awaiting_approval")[n % 3],
            happened_on=some_day(chance),
            reason=("Torn", "")[n % 2],
            raised_at=START,
            carrying_pence=chance.randrange(9_000) if n % 4 else None,
        )


def instant(moment: datetime) -> Any:
    """An instant as a parameter of plain SQL, whatever the database."""
    return connection.ops.adapt_datetimefield_value(moment)


def ask(sql: str, *params: Any) -> list[tuple[Any, ...]]:
    """Plain SQL, past the ORM: days and instants become parameters."""
    told = [instant(one) if isinstance(one, datetime) else one.isoformat() if isinstance(one, date) else one for one in params]
    with connection.cursor() as cursor:
        cursor.execute(sql, told)
        return list(cursor.fetchall())


def number(sql: str, *params: Any) -> Any:
    return ask(sql, *params)[0][0]
