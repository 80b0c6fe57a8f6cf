"""A rehearsal over 1,000,000 garments of 20,000 SKUs, against one recompute of what may be sold of every SKU; it writes nothing."""

from datetime import timedelta
from typing import Any

from django.db import connection
from django.utils import timezone

from config.bench.harness import BenchEnv, Measure, at_most, count_at_most, interleaved, statements
from config.bench.seed import Sql, insert_series, settle
from inventory.models import Allocation, Garment, Level
from inventory.queries import forecast
from partners.models import CodeMapping

GARMENTS, SKUS, ALLOCATIONS = 1_000_000, 20_000, 30_000
STATUSES = 8  # the first two of which are sellable
TABLES = (Garment, Level, Allocation, CodeMapping)
NOT_SELLABLE = {"target": "quarantine", "flags": {"sellable": False, "bucket": "quality_control"}}
SELLABLE = {"target": "ready", "flags": {"sellable": True, "bucket": "reserved"}}


def run(env: BenchEnv) -> list[Measure]:
    garments, skus = env.size(GARMENTS, least=10_000), env.size(SKUS, least=200)
    env.say(f"making {garments:,} garments of {skus:,} SKUs")
    statuses = make_world(garments, skus, env.size(ALLOCATIONS, least=300))
    at, before = timezone.now(), row_versions()
    off_sale, on_sale = {statuses[0]: NOT_SELLABLE}, {statuses[-1]: SELLABLE, statuses[1]: NOT_SELLABLE}
    rounds = interleaved(
        rehearsal=lambda: forecast(off_sale, at=at),
        both_ways=lambda: forecast(on_sale, at=at),
        recompute=lambda: recompute(statuses[:2], at),
    )
    with statements() as asked:
        told = forecast(off_sale, at=at)
    exact = recompute(statuses[1:2], at)
    wrong = sum(exact.get(effect.sku, 0) != effect.after for effect in told.effects)
    return [
        at_most("rehearsal ÷ one recompute, wall", rounds.ratio("rehearsal", "recompute"), 2, rounds.detail("rehearsal", "recompute")),
        at_most("rehearsal of two statuses ÷ one recompute, wall", rounds.ratio("both_ways", "recompute"), 2, rounds.detail("both_ways")),
        count_at_most("statements that are no SELECT", sum(not sql.startswith("SELECT") for sql in asked.sql), 0, f"of {asked.count}"),
        count_at_most("tables of which a row was written", sum(row_versions()[name] != before[name] for name in before), 0),
        count_at_most("SKUs foretold otherwise than a recompute counts", wrong, 0, f"of {len(told.effects):,}"),
    ]


def recompute(sellable: list[int], at: Any) -> dict[str, int]:
    """The baseline: how many of every SKU may be sold, by one bare GROUP BY and what is allocated."""
    ripe = "count(*) FILTER (WHERE status_id = ANY(%s) AND missing_since IS NULL AND since <= %s)"
    sold = "SELECT sku, sum(quantity) AS taken FROM inventory_allocation GROUP BY sku"
    counted = f"SELECT sku, {ripe} AS ripe FROM inventory_garment GROUP BY sku"  # noqa: S608 - our own words
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT sku, greatest(ripe - coalesce(taken, 0), 0) FROM ({counted}) c LEFT JOIN ({sold}) a USING (sku)",  # noqa: S608
            [sellable, at - timedelta(hours=72)],
        )
        return {sku: int(count) for sku, count in cursor.fetchall()}


def row_versions() -> dict[str, tuple[Any, ...]]:
    """What PostgreSQL notes on every written row: the newest transaction and how many rows there are, per table."""
    found = {}
    with connection.cursor() as cursor:
        for model in TABLES:
            cursor.execute(f"SELECT count(*), max(xmin::text::bigint), sum(hashtext(ctid::text)::bigint) FROM {model._meta.db_table}")  # noqa: S608
            found[model._meta.db_table] = tuple(cursor.fetchone())
    return found


def make_world(garments: int, skus: int, allocations: int) -> list[int]:
    """Garments of every SKU, half of them in the first status, a third inside the buffer; the ids of the statuses."""
    made = [
        CodeMapping(partner="acs", kind="stock_status", raw=f"bench {n}", folded=f"bench {n}", **(SELLABLE if n < 2 else NOT_SELLABLE))
        for n in range(STATUSES)
    ]
    ids = [row.pk for row in CodeMapping.objects.bulk_create(made)]
    sku = Sql(f"'SKU-' || mod(n, {skus})::text")
    since = Sql("now() - make_interval(hours => mod(n::bigint * 7919, 216)::int)")
    status = Sql(f"{ids[0]} + CASE mod(n / {skus}, 2) WHEN 0 THEN 0 ELSE mod(n / {skus}, {STATUSES}) END")  # half are ready
    long_ago = timezone.now() - timedelta(days=30)
    insert_series(
        Garment,
        garments,
        rfid=Sql("'E28' || lpad(n::text, 21, '0')"),
        sku=sku,
        raw_status="bench",
        status_id=status,
        since=since,
        first_seen_at=long_ago,
        changed_at=long_ago,
    )
    insert_series(Level, skus, sku=sku, counted_at=long_ago, ripening=[])
    insert_series(Allocation, allocations, order_number=Sql("'LS-' || n::text"), sku=sku, quantity=2, made_at=since)
    settle(*TABLES)
    return ids
