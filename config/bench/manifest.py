"""Closing a manifest of 2,000 parcels: the statements of each batch of 500, and the last transaction beside a bare UPDATE."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from django.contrib.auth.models import User
from django.db import connection, transaction
from django.db.models import F

from config.bench.harness import BenchEnv, Measure, at_most, count_at_most, interleaved, statements
from config.bench.seed import Sql, insert_series, settle
from exceptions_queue.models import AuditEntry, ExceptionCase
from inventory.models import AcsSku, Product
from lockers.actions import manifests
from lockers.models import Manifest, Parcel, Point, Pull
from lockers.queries.manifests import going
from lockers.states import ParcelState
from lockers.sync.fresh import Looked
from orders.actions.closing import ask_to_close, dry_run
from orders.actions.closing.doing import finish, judge
from orders.actions.closing.gate import BATCH, Ground, Look, ground, in_batches
from orders.models import GateDecision, Order, OrderLine
from partners.models import CodeMapping

PARCELS, LOCKERS = 2_000, 300
PER_BATCH = 15  # of the gate, where something is pulled: the lease, orders, facts, cases, what blocks, verdicts, pulls, audit rows
IN_THE_END = 6  # of the last transaction, per 500: orders, what blocks, the move with its audit rows
TIMES_A_BARE_UPDATE = 12.0
NOON = datetime(2026, 6, 9, 11, 0, tzinfo=UTC)
SKU = "DRS-0012-10"


def run(env: BenchEnv) -> list[Measure]:
    size = env.size(PARCELS, least=4 * BATCH)
    env.say(f"{size:,} labelled parcels")
    manifest = _world(size)
    on = ground(at=NOON)
    env.say("the dry run")
    with statements() as dry:
        told = dry_run(manifest, at=NOON)
    env.say("the gate, batch by batch")
    looks, counts = _judged(manifest, on)
    again = _judged(manifest, on)[1]
    passed = [look for look in looks if look.passes]
    env.say("the last transaction beside a bare UPDATE of the same rows")
    with statements() as last:
        finish(manifest, passed, on, Looked(), lockers=LOCKERS, at=NOON)
    went = Parcel.objects.filter(state=ParcelState.MANIFESTED).count()
    rounds = interleaved(
        before_each=lambda _: _put_back(manifest),
        bare=lambda: _bare(manifest, [look.parcel.id for look in passed]),
        closing=lambda: finish(manifest, passed, on, Looked(), lockers=LOCKERS, at=NOON),
    )
    batches = len(counts)
    return [
        count_at_most("parcels that should go and do not, or the other way", abs(size - size // 20 - went) + abs(told.go - went), 0),
        count_at_most("statements of the gate per 500 parcels", max(counts), PER_BATCH, f"{batches} batches"),
        count_at_most("statements of the largest full batch beyond the smallest", max(again) - min(again), 0),
        count_at_most("statements of the last transaction per 500 parcels", -(-last.count // batches), IN_THE_END, f"{last.count} in all"),
        count_at_most("statements of the dry run per 500 parcels", -(-dry.count // batches), 8, f"{dry.count} in all"),
        at_most(
            "the last transaction ÷ a bare UPDATE of the same rows",
            rounds.ratio("closing", "bare"),
            TIMES_A_BARE_UPDATE,
            rounds.detail("bare", "closing"),
        ),
    ]


def _world(size: int) -> Manifest:
    """Packed orders to 300 lockers; every twentieth has a mobile that no locker code reaches."""
    CodeMapping.objects.get_or_create(
        partner="acs",
        kind="delivery_method",
        folded="inpost_locker",
        defaults={"raw": "inpost_locker", "target": "24", "flags": {"agent": "INPOST", "destination": "locker"}},
    )
    facts = {"length_mm": 350, "width_mm": 250, "height_mm": 60, "weight_g": 600, "rigid": False, "fetched_at": NOON, "changed_at": NOON}
    Product.objects.create(sku=SKU, name="Midi dress", **facts)
    AcsSku.objects.create(sku=SKU, source="setup_list", first_seen_at=NOON)
    sizes = {"A": "NORMAL", "B": "NORMAL", "C": "NORMAL"}
    place = {"status": "Operating", "is_locker": True, "functions": ["parcel", "parcel_collect"], "sizes": sizes, "may_receive": True}
    at = {"latitude": 53.8, "longitude": -1.5, "fetched_at": NOON, "changed_at": NOON, "content_hash": "0"}
    insert_series(Point, LOCKERS, point_id=Sql("'UK' || lpad(n::text, 8, '0')"), **place, **at)
    _orders(size)
    first = Order.objects.order_by("pk").values_list("pk", flat=True)[0]
    insert_series(OrderLine, size, order_id=Sql(f"n + {first - 1}"), line_id="1", sku=SKU, quantity=1, unit_price_pence=8400)
    columns = {"point_id": _locker(), "order_number": Sql("'B-' || n"), "tracking_number": Sql("'T-' || n")}
    insert_series(Parcel, size, **columns, state="labelled", size="A", created_at=NOON, labelled_at=NOON)
    settle(Order, OrderLine, Parcel, Point)
    cutoff = NOON + timedelta(hours=5)
    manifest = Manifest.objects.create(site_key="acs", collection_on=NOON.date(), cutoff_at=cutoff, created_at=NOON)
    ask_to_close(manifest, actor=User.objects.create(username="bench"), at=NOON, version=1)
    return manifest


def _orders(size: int) -> None:
    said = {"email": Sql("'b' || n || '@example.com'"), "mobile": Sql("CASE WHEN mod(n, 20) = 0 THEN '' ELSE '+447712345068' END")}
    name = {"first_name": "Ada", "last_name": "Byron", "address1": "1 High Street", "city": "Leeds", "postcode": "LS1 4AB", "country": "GB"}
    to = {"locker_id": _locker(), "destination": "locker", "delivery_method": "inpost_locker", "acs_status": "packed"}
    when = dict.fromkeys(("placed_at", "paid_at", "store_updated_at", "released_at", "release_claimed_at", "fetched_at"), NOON)
    keys = {
        "number": Sql("'B-' || n"),
        "store_id": Sql("'B-' || n"),
        "customer_key": Sql("md5(n::text)"),
        "content_hash": Sql("md5(n::text)"),
    }
    insert_series(Order, size, **keys, **said, **name, **to, **when, state="released", total_pence=8400)


def _locker() -> Sql:
    return Sql(f"'UK' || lpad((1 + mod(n, {LOCKERS}))::text, 8, '0')")


def _judged(manifest: Manifest, on: Ground) -> tuple[list[Look], list[int]]:
    """What the gate says of every parcel, and how many statements each batch took."""
    looks: list[Look] = []
    counts: list[int] = []
    manifests.forget_pulls(manifest)
    for some in in_batches(going(manifest)):
        with statements() as seen:
            looks += judge(manifest, some, on, Looked(), at=NOON) or []
        counts.append(seen.count)
    return looks, counts


def _bare(manifest: Manifest, ids: Sequence[int]) -> None:
    with transaction.atomic():
        for some in in_batches(ids):
            Parcel.objects.filter(pk__in=some).update(state="manifested", manifest=manifest, gate_passed_at=NOON, manifested_at=NOON)


def _put_back(manifest: Manifest) -> None:
    """As it was before, and the tables swept, so that no side pays for the other's dead rows."""
    back = {"state": "labelled", "manifest": None, "gate_passed_at": None, "manifested_at": None, "version": F("version") + 1}
    Parcel.objects.filter(state=ParcelState.MANIFESTED).update(**back)
    Manifest.objects.filter(pk=manifest.pk).update(state="closing", closing_until=NOON)
    manifest.refresh_from_db()
    settle(Parcel, Manifest, Order, ExceptionCase, Pull, GateDecision, AuditEntry)
    connection.ensure_connection()
