"""How many of every SKU may be sold: 1,000,000 garments of 20,000 SKUs, computed anew, and of 20 SKUs, read.

The floor of the first is the one bare GROUP BY that any computing has to do: garments by SKU and status, joined with what the
status means, its rows read and nothing made of them. Ours also tells what is present, missing, ripe and still inside the buffer,
SKU by SKU, what is sold, and how many of each may be offered. Measured is the computing, as a recount does it before it writes
(and writes only what differs). The floor of the second reads the twenty rows of counters and nothing else.
"""

import random
from datetime import timedelta
from functools import partial

from django.db import connection
from django.utils import timezone

from config.bench.harness import BenchEnv, Measure, at_most, count_at_most, interleaved, latencies, statements
from config.bench.seed import Sql, insert_series, settle
from inventory.actions import recount
from inventory.models import Allocation, Garment, Level
from inventory.queries import sellable_now
from inventory.queries.counting import counted
from inventory.rules import sellable
from partners.models import CodeMapping

GARMENTS, PER_SKU = 1_000_000, 50
READ, TIMES = 20, 200
# Of a hundred garments, how many are in which state: (text, our word, may be sold).
STATES = (("Ready", "ready", True), ("Processing", "processing", False), ("With customer", "on_hire", False), ("New words", "", False))


def run(env: BenchEnv) -> list[Measure]:
    size = env.size(GARMENTS, least=10_000)
    skus = size // PER_SKU
    env.say(f"making {size:,} garments of {skus:,} SKUs")
    make(size, skus)
    at = timezone.now()
    recount(at=at)
    settle(Level)
    env.say("computing every SKU beside the bare GROUP BY")
    rounds = interleaved(ours=partial(compute, at), bare=bare)
    env.say("reading twenty SKUs beside their bare counters")
    some = random.Random(7).sample([f"SKU-{n:05}" for n in range(skus)], READ)  # noqa: S311 - the same every time
    times = latencies(times=TIMES, ours=lambda: sellable_now(some, at=at), bare=lambda: counters(some))
    with statements() as again:
        recount(at=at)
    written = sum(sql.startswith(("INSERT", "UPDATE", "DELETE")) for sql in again.sql)
    later = at + timedelta(hours=30)
    return [
        at_most("every SKU computed ÷ one bare GROUP BY", rounds.ratio("ours", "bare"), 1.3, rounds.detail("ours", "bare")),
        at_most("twenty SKUs read: p50 ÷ their counters", times.ratio("ours", "bare"), 1.5, times.detail("ours", "bare")),
        count_at_most("SKUs whose counters differ from a recount", differing(at), 0, f"of {skus:,}"),
        count_at_most("SKUs that differ 30 hours later, without one", differing(later), 0, f"of {skus:,}"),
        count_at_most("statements that write when nothing changed", written, 0),
    ]


def make(size: int, skus: int) -> None:
    """A tenth came into their state within the last days, one in fifty is missing, one in a hundred is sold."""
    now = timezone.now()
    ids = [_status(*state).pk for state in STATES]
    shares = " ".join(f"WHEN mod(n, 100) < {share} THEN {pk}" for share, pk in zip((60, 80, 98), ids, strict=False))
    status = f"CASE {shares} ELSE {ids[3]} END"
    old, young = (now - timedelta(days=days) for days in (20, 2))
    parts = (("A", size * 88 // 100, old, None), ("B", size // 10, young, None), ("C", size - size * 88 // 100 - size // 10, old, now))
    for letter, count, since, missing in parts:
        insert_series(
            Garment,
            count,
            rfid=Sql(f"'{letter}' || n"),
            sku=Sql(_padded(f"mod(CAST(n AS bigint) * 7919, {skus})")),
            raw_status="raw",
            status_id=Sql(status),
            since=since,
            first_seen_at=old,
            changed_at=since,
            missing_since=missing,
            missing_files=1 if missing else 0,
        )
    sku = Sql(_padded(f"mod(n, {skus})"))
    insert_series(Allocation, size // 100, order_number=Sql("'LS-' || n"), sku=sku, quantity=1, made_at=now)
    settle(Garment, Allocation)


def _padded(number: str) -> str:
    return f"'SKU-' || substr('00000' || CAST({number} AS text), length(CAST({number} AS text)) + 1, 5)"


def _status(raw: str, target: str, sells: bool) -> CodeMapping:
    flags = {"sellable": sells, "bucket": "reserved"}
    return CodeMapping.objects.create(partner="acs", kind="stock_status", raw=raw, folded=raw.lower(), target=target, flags=flags)


def compute(at: object) -> dict[str, int]:
    """Every SKU anew: as `recount` computes it, and what may be offered of each."""
    levels = {sku: (hours, reserve) for sku, hours, reserve in Level.objects.values_list("sku", "buffer_hours", "reserve")}
    now = counted({sku: hours for sku, (hours, _) in levels.items()}, at=at, every=True)  # type: ignore[arg-type]
    return {sku: sellable(ripe=row.ripe, allocated=row.allocated, reserve=levels[sku][1]) for sku, row in now.items()}


def bare() -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(_BARE)
        return list(cursor.fetchall())


_BARE = f"""
SELECT g.sku, g.status_id, m.target, count(*) FROM {Garment._meta.db_table} g
JOIN {CodeMapping._meta.db_table} m ON m.id = g.status_id GROUP BY g.sku, g.status_id, m.target
"""  # noqa: S608


def counters(skus: list[str]) -> list[tuple[object, ...]]:
    columns = ("sku", "ripe", "ripening", "allocated", "reserve", "buffer_hours")
    return list(Level.objects.filter(sku__in=skus).values_list(*columns))


def differing(at: object) -> int:
    """SKUs of which the counters say another number than computing it anew."""
    told, anew = sellable_now(at=at), compute(at)  # type: ignore[arg-type]
    return sum(told.get(sku) != anew.get(sku) for sku in told.keys() | anew.keys())
