"""ACS's stock file: 1,000,000 garments, from the file on the disk to the commit.

The floor is the least that anybody could do with the bytes: PostgreSQL copies them raw into a temporary table, and beside SQLite a
CSV reader walks over them. The other baseline is what a Django project would write first: bulk_create with update_conflicts.

Every file with a change moves another hundredth on, of all statuses and of ten thousand SKUs, as garments go round in earnest. Those
have stood for nine days before. Were the same ones moved to and fro from file to file, a minute apart, then the desk's rule would
learn that a minute is the usual time and open a case for each of the 300,000 others: that is the cost of cases, not of a file.
"""

import csv
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import count, islice
from pathlib import Path

from django.db import connection

from config.bench.harness import ROUNDS, BenchEnv, Measure, Side, at_least, at_most, interleaved, peak_growth
from config.bench.seed import settle
from inventory.models import Garment, GarmentChange, Level
from inventory.sync.stock import StockFile
from partners.models import CodeMapping, Feed, SyncRun
from partners.sync import sync_file

GARMENTS = 1_000_000
NAIVE_SAMPLE = 10_000
FLOOR = {"postgresql": ("raw COPY", 4.0), "sqlite": ("csv.reader", 6.0)}
PEAK_MIB = 200
STATUSES = ("In warehouse – ready for customer", "In warehouse processing", "With customer", "In-Refurbishment")
COLUMNS = "SKU,RFID,Location,Size,Grade,Order number,Description"
_ticks = count()


def run(env: BenchEnv) -> list[Measure]:
    size = env.size(GARMENTS, least=5_000)
    env.say(f"writing {size:,} rows as CSV")
    one, small = env.folder / "stock_one.csv", env.folder / "stock_small.csv"
    others = [env.folder / f"stock_other_{number}.csv" for number in range(1, ROUNDS + 1)]
    write(one, size)
    write(small, size // 10)
    for moved, path in enumerate(others, start=1):
        write(path, size, moved=moved)
    measures = [*_memory(env, one, small)]
    _let_stand(size)
    settle(Garment, Level)
    measures += [*_nothing_changed(env, one), *_beside_the_naive(env, one, size)]
    settle(Garment, Level)
    measures += [*_beside_the_floor(env, one, others)]
    for path in (one, small, *others):
        path.unlink()
    return measures


def _memory(env: BenchEnv, one: Path, small: Path) -> Iterator[Measure]:
    env.say("reading a tenth, then all of it into an empty mirror")
    with peak_growth() as grown:
        apply(small)
    few = grown()
    _empty()
    with peak_growth() as grown:
        apply(one)
    yield at_most("peak memory growth, first fill, MiB", grown(), PEAK_MIB, f"{few:.0f} MiB for a tenth")
    yield at_most("more memory for ten times the rows, MiB", max(0.0, grown() - few), 40)


def _let_stand(size: int) -> None:
    """What the files to come will move has been where it is for nine days."""
    since = datetime(2026, 6, 9, tzinfo=UTC) - timedelta(days=9)
    rfids = [f"E28011606000{number:012}" for number in range(size) if _turn(number) <= ROUNDS]
    for start in range(0, len(rfids), 5_000):
        Garment.objects.filter(rfid__in=rfids[start : start + 5_000]).update(since=since)


def _nothing_changed(env: BenchEnv, one: Path) -> Iterator[Measure]:
    what, goal = FLOOR[connection.vendor]
    env.say(f"nothing changed, beside {what}")
    rounds = interleaved(before_each=lambda _: _forget_the_last(), ours=partial(apply, one), floor=_floor(one))
    yield at_most(f"nothing changed: wall ÷ {what}", rounds.ratio("ours", "floor"), goal, rounds.detail("ours", "floor"))


def _beside_the_floor(env: BenchEnv, one: Path, others: list[Path]) -> Iterator[Measure]:
    what, goal = FLOOR[connection.vendor]
    env.say("1 % changed")
    turns = iter(others)
    rounds = interleaved(ours=lambda: apply(next(turns)), floor=_floor(one))
    yield at_most(f"1 % changed: wall ÷ {what}", rounds.ratio("ours", "floor"), goal, rounds.detail("ours", "floor"))
    env.say("the identical file")
    rounds = interleaved(ours=partial(apply, others[-1]), floor=_floor(one))
    yield at_most(f"identical file: wall ÷ {what}", rounds.ratio("ours", "floor"), 0.1, rounds.detail("ours", "floor"))


def _floor(path: Path) -> Side:
    return partial(raw_copy if connection.vendor == "postgresql" else only_parse, path)


def _beside_the_naive(env: BenchEnv, one: Path, size: int) -> Iterator[Measure]:
    env.say("beside bulk_create(update_conflicts)")
    sample = min(NAIVE_SAMPLE, size)
    rounds = interleaved(before_each=lambda _: _forget_the_last(), ours=partial(apply, one), naive=partial(upsert_all, one, sample))
    faster = rounds.ratio("naive", "ours", per=size / sample)
    detail = f"{rounds.detail('ours')} for {size:,}, {rounds.detail('naive')} for {sample:,}"
    yield at_least("times faster per row than bulk_create(update_conflicts)", faster, 8, detail)


def apply(path: Path) -> SyncRun:
    """Ours: the feed as the command runs it. Every file is a minute younger than the one before."""
    at = datetime(2026, 6, 9, tzinfo=UTC) + timedelta(minutes=next(_ticks))
    run = sync_file("acs.stock", StockFile(path, at=at, as_of_told=at), clock=lambda: at)
    if run.outcome != SyncRun.Outcome.OK or run.rejected:
        raise AssertionError(f"The benchmark's own file is {run.outcome}: {run.why}")
    return run


def raw_copy(path: Path) -> None:
    """The floor on PostgreSQL: the bytes into a temporary table of texts."""
    columns = ", ".join(f"c{number} text" for number in range(COLUMNS.count(",") + 1))
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS floor")
        cursor.execute(f"CREATE TEMPORARY TABLE floor ({columns})")
        with path.open("rb") as file, cursor.cursor.copy("COPY floor FROM STDIN (FORMAT csv, HEADER true)") as copy:
            while chunk := file.read(1 << 20):
                copy.write(chunk)
        cursor.execute("DROP TABLE floor")


def only_parse(path: Path) -> None:
    """The floor beside SQLite: Python's CSV reader alone."""
    with path.open(newline="") as text:
        for _ in csv.reader(text):
            pass


def upsert_all(path: Path, rows: int) -> None:
    """The other baseline: every row an object, all of them written again by ON CONFLICT."""
    status, at = (
        CodeMapping.objects.filter(kind=CodeMapping.Kind.STOCK_STATUS).values_list("pk", flat=True)[0],
        datetime(2026, 7, 1, tzinfo=UTC),
    )
    with path.open(newline="") as text:
        garments = [
            Garment(
                rfid=row["RFID"],
                sku=row["SKU"],
                raw_status=row["Location"],
                status_id=status,
                size=row["Size"],
                grade=row["Grade"],
                order_number=row["Order number"],
                since=at,
                first_seen_at=at,
                changed_at=at,
            )
            for row in islice(csv.DictReader(text), rows)
        ]
    written = ["sku", "raw_status", "size", "grade", "order_number"]
    Garment.objects.bulk_create(garments, batch_size=500, update_conflicts=True, unique_fields=["rfid"], update_fields=written)


def write(path: Path, size: int, *, moved: int = 0) -> None:
    """A file as ACS might send it, about 100 bytes a row; `moved` hundredths of the garments are one status further."""
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(f"{COLUMNS}\n")
        for start in range(0, size, 10_000):
            file.write("".join(_row(number, moved) for number in range(start, min(start + 10_000, size))))


def _turn(number: int) -> int:
    """Which file moves a garment on, 1 to 100: one garment of every hundred, each time another."""
    return (number + number // 100) % 100 + 1


def _row(number: int, moved: int) -> str:
    status = STATUSES[(number % 10 // 3 + (_turn(number) <= moved)) % len(STATUSES)]
    said = "A dress for an evening out of doors"
    return f"DRS-{number // 100:06}-{number % 5},E28011606000{number:012},{status},{number % 5 * 2 + 8},A,,{said}\n"


def _empty() -> None:
    """No garments, and nothing known of any file."""
    with connection.cursor() as cursor:
        for model in (GarmentChange, Garment, Level):
            how = "TRUNCATE {0} CASCADE" if connection.vendor == "postgresql" else "DELETE FROM {0}"
            cursor.execute(how.format(model._meta.db_table))
    _forget_the_last()


def _forget_the_last() -> None:
    """Let the same bytes be read again as if they were new."""
    SyncRun.objects.filter(feed__in=Feed.objects.filter(name="acs.stock")).delete()
