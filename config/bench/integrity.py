"""The integrity run over 100,000 open locker orders among a million, beside 100,000 points.

The floor is one bare INSERT … SELECT of the same join into a table without keys: what any run that keeps its findings has to do at
least. The other baseline is what most projects write first: a look-up per order.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from django.db import connection, transaction
from django.db.models import F, IntegerField, Model, Value
from django.db.models.functions import Cast, Mod, Replace

from config.bench.harness import BenchEnv, Measure, at_least, at_most, count_at_most, interleaved, peak_growth
from config.bench.seed import Sql, insert_series, settle
from lockers.models import Parcel, Point
from lockers.states import LIVE
from orders.actions.integrity import run_integrity
from orders.models import IntegrityFinding, IntegrityRun, Order
from orders.problems import integrity, places
from orders.problems.facts import Place
from partners.models import Feed, SyncRun

ORDERS, OPEN, POINTS = 1_000_000, 100_000, 100_000
NAIVE_SAMPLE = 2_000
FASTER_THAN_NAIVE = 100
MEMORY_MIB = 40
NOON = datetime(2026, 6, 9, 11, 0, tzinfo=UTC)
CRAWL = NOON - timedelta(hours=12)


def run(env: BenchEnv) -> list[Measure]:
    orders, opened, points = (env.size(full, least=1_000) for full in (ORDERS, OPEN, POINTS))
    env.say(f"making {orders:,} orders, {opened:,} of them open, and {points:,} points")
    make_points(points)
    make_orders(orders, opened, points)
    return [*_beside_the_floor(env), *_beside_a_look_up_each(env, opened), *_again(env)]


def _beside_the_floor(env: BenchEnv) -> Iterator[Measure]:
    env.say("writing the findings, beside one bare INSERT … SELECT")
    rounds = interleaved(before_each=_clear, ours=write_findings, floor=insert_select)
    yield at_most("writing the findings: wall ÷ bare INSERT…SELECT", rounds.ratio("ours", "floor"), 2, rounds.detail("ours", "floor"))
    _clear("")
    write_findings()
    rounds = interleaved(again=write_findings, floor=insert_select)
    yield at_most("nothing changed: wall ÷ bare INSERT…SELECT", rounds.ratio("again", "floor"), 2, rounds.detail("again", "floor"))


def _beside_a_look_up_each(env: BenchEnv, opened: int) -> Iterator[Measure]:
    env.say("beside a look-up per order")
    sample = list(Order.objects.filter(state__in=("received", "held", "ready", "released")).order_by("-pk")[:NAIVE_SAMPLE])
    rounds = interleaved(before_each=_clear, ours=write_findings, naive=partial(look_up_each, sample))
    detail = f"{rounds.detail('ours')} for {opened:,}, {rounds.detail('naive')} for {len(sample):,}"
    faster = rounds.ratio("naive", "ours", per=opened / len(sample))
    yield at_least("times faster per order than a look-up each", faster, FASTER_THAN_NAIVE, detail)


def _again(env: BenchEnv) -> Iterator[Measure]:
    """Whole runs, with their counts and seals; the desk's cases too."""
    env.say("whole runs: the first opens its cases, the second finds nothing new")
    _clear("")
    with peak_growth() as grown:
        run_integrity(actor="system:bench", at=NOON)
    before = _row_versions()
    again = run_integrity(actor="system:bench", at=NOON)
    yield count_at_most("finding rows written by the second run", len(before ^ _row_versions()) + again.opened + again.ended, 0)
    yield count_at_most("findings that a look-up each finds otherwise", *_otherwise())
    failed = f"{again.failed:,} of {again.orders:,} orders failed"
    yield at_most("peak memory growth of a first run with its cases, MiB", grown(), MEMORY_MIB, failed)


def _otherwise() -> tuple[int, int, str]:
    """The sample once more by the plain rules: how many orders are judged differently."""
    sample = list(Order.objects.filter(state__in=("received", "held", "ready", "released")).order_by("pk")[:NAIVE_SAMPLE])
    found = {pk: dict[str, Any]() for pk in (order.pk for order in sample)}
    for pk, code, evidence in IntegrityFinding.objects.filter(ended_run=None, order__in=sample).values_list("order", "code", "evidence"):
        found[pk][code] = evidence
    wrong = sum(_as_text(judge(order)) != found[order.pk] for order in sample)
    return wrong, 0, f"of {len(sample):,} orders"


def _as_text(found: places.Found) -> dict[str, Any]:
    return {str(code): evidence for code, evidence in found.items()}


# --- the sides ------------------------------------------------------------------------------------------------------------


def write_findings() -> None:
    """Ours: the findings that stand, made equal what is wrong now."""
    with transaction.atomic():
        run = IntegrityRun.objects.create(started_at=NOON, asked_by="bench", rules_version="bench")
        integrity.write(run.pk, full_after=CRAWL)


def insert_select() -> None:
    """The floor: the same join into a table of its own, nothing compared, nothing indexed."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS bare_findings")
        cursor.execute("CREATE TABLE bare_findings (order_id bigint, code text, evidence text, drift text)")
        columns = "order_id, code, CAST(evidence AS text), CAST(drift AS text)"
        sql = f"INSERT INTO bare_findings SELECT {columns} FROM ({integrity.facts_sql()}) wrong"  # noqa: S608 - our own names
        cursor.execute(sql, {"full_after": integrity.instant(CRAWL)})


def look_up_each(orders: list[Order]) -> None:
    """The other baseline: the locker and the parcel of each order looked up, and what is wrong kept as a row."""
    run = IntegrityRun.objects.create(started_at=NOON, asked_by="bench", rules_version="bench")
    for order in orders:
        for code, evidence in judge(order).items():
            values: dict[str, Any] = {"evidence": evidence}
            IntegrityFinding.objects.update_or_create(
                order=order, code=code, ended_run=None, defaults=values, create_defaults=values | {"first_run": run}
            )


def judge(order: Order) -> places.Found:
    """One order by the plain rules."""
    parcel = Parcel.objects.filter(order_number=order.number, state__in=LIVE).first()
    point = Point.objects.filter(point_id=order.locker_id).first()
    size = (parcel.size if parcel else "") or order.needs_size
    place = Place(*(getattr(point, name) for name in Place._fields)) if point else None
    found = places.wrong_with_locker(order.locker_id, size, place)
    if not found and point:
        found = places.full(order.locker_id, size, point.status, point.low_since, CRAWL)
    acs = order.acs_locker_id if order.state == "released" else None
    return found | places.drift(order.locker_id, acs, parcel.point_id if parcel else None)


def _clear(_side: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM orders_integrityfinding")
    settle(IntegrityFinding)


def _row_versions() -> set[tuple[Any, ...]]:
    """Where and by which transaction each row was last written: any write shows, even one that changes nothing."""
    columns = "ctid::text, xmin::text" if connection.vendor == "postgresql" else "id, first_run_id, ended_run_id"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {columns} FROM orders_integrityfinding")  # noqa: S608 - our own column names
        return set(cursor.fetchall())


# --- the world ------------------------------------------------------------------------------------------------------------


def make_points(count: int, **columns: Any) -> None:
    """Operating lockers; of 100 two are closed, two lack the largest compartment, three are full of the middle one."""
    insert_series(
        Point,
        count,
        point_id=Sql("'UK' || lpad(CAST(n AS text), 8, '0')"),
        status=Sql("CASE WHEN mod(n, 50) = 0 THEN 'NonOperating' ELSE 'Operating' END"),
        is_locker=True,
        functions=["parcel", "parcel_collect"],
        name=Sql("'24/7 InPost Locker - Shop ' || n"),
        street=Sql("n || ' High Street'"),
        sizes={"A": "NORMAL", "B": "LOW", "C": "NORMAL"},
        content_hash="x",
        may_receive=True,
        fetched_at=NOON,
        changed_at=NOON,
        **{"latitude": Sql("50 + mod(n, 800) / 100.0"), "longitude": Sql("-5 + mod(n, 700) / 100.0")} | columns,
    )
    Point.objects.exclude(status="Operating").update(may_receive=False)
    low = {"B": (CRAWL - timedelta(days=1)).isoformat()}
    _of_100(Point, 3, 4).update(sizes={"A": "NORMAL", "B": "NORMAL"})
    _of_100(Point, 7, 9).update(sizes={"A": "NORMAL", "B": "VERY_LOW", "C": "NORMAL"}, low_since=low)
    settle(Point)


def make_orders(count: int, opened: int, points: int) -> None:
    """The last `opened` of `count` are on their way to a locker, half of them at ACS; those of before have long been collected."""
    here = count - opened
    state = f"CASE WHEN n <= {here} THEN 'closed' WHEN mod(n, 2) = 0 THEN 'released' WHEN mod(n, 10) = 1 THEN 'held' ELSE 'ready' END"
    locker = Sql(f"'UK' || lpad(CAST(CAST(1 + mod(CAST(n AS bigint) * 7919, {points}) AS integer) AS text), 8, '0')")
    insert_series(
        Order,
        count,
        number=Sql("'B-' || n"),
        store_id=Sql("CAST(n AS text)"),
        channel="web",
        placed_at=NOON,
        paid_at=NOON,
        released_at=NOON,
        store_updated_at=NOON,
        total_pence=8400,
        email=Sql("'c' || n || '@example.com'"),
        mobile="07712 345 068",
        first_name="Ada",
        last_name="Byron",
        address1=Sql("n || ' High Street'"),
        city="Leeds",
        postcode="LS1 4AB",
        country="GB",
        locker_id=locker,
        destination="locker",
        delivery_method="inpost_locker",
        needs_size=Sql("CASE WHEN mod(n, 3) = 0 THEN 'C' ELSE 'B' END"),
        state=Sql(state),
        content_hash="x",
        fetched_at=NOON,
    )
    at_acs = Order.objects.filter(state="released")
    at_acs.update(acs_locker_id=F("locker_id"), acs_status="packed")
    at_acs.annotate(rest=Cast(Mod("pk", Value(200)), IntegerField())).filter(rest=0).update(
        acs_locker_id=Replace("locker_id", Value("UK"), Value("XX"))
    )
    _make_parcels(count, here, locker)
    make_crawls()
    settle(Order, Parcel, IntegrityFinding, IntegrityRun)


def make_crawls() -> None:
    """Three crawls of the points, the first of which ended at CRAWL."""
    feed, _ = Feed.objects.get_or_create(name="inpost.points")
    for ended in (CRAWL, CRAWL + timedelta(hours=6), NOON):
        SyncRun.objects.create(feed=feed, outcome=SyncRun.Outcome.OK, started_at=ended, finished_at=ended)


def _make_parcels(count: int, here: int, locker: Sql) -> None:
    """A parcel for every order of before, collected, and for every fourth of now, labelled."""
    insert_series(
        Parcel,
        count,
        order_number=Sql("'B-' || n"),
        state=Sql(f"CASE WHEN n <= {here} OR mod(n, 4) = 0 THEN 'labelled' ELSE 'void' END"),
        tracking_number=Sql("'JJD' || lpad(CAST(n AS text), 16, '0')"),
        point_id=locker,
        size="B",
        created_at=NOON,
        carriage=Sql(f"CASE WHEN n <= {here} THEN 'collected' ELSE '' END"),
    )


def _of_100(model: type[Model], first: int, last: int) -> Any:
    return model._default_manager.annotate(rest=Cast(Mod("pk", Value(100)), IntegerField())).filter(rest__gte=first, rest__lte=last)
