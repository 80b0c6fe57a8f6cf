"""Make the mirror agree with the staged file: a few statements over all rows, and writes only where something differs."""

# ruff: noqa: S608 - the only texts put into statements are names of our own tables and columns

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection

from inventory.models import AcsSku, Garment, GarmentChange
from inventory.queries.levels import sellable_statuses
from inventory.states import GONE_FOR_GOOD
from inventory.sync.stock.comparing import is_postgres
from partners import mappings
from partners.acs.stock_statuses import SEED
from partners.models import CodeMapping, SyncRun
from partners.sync.guard import LooksWrong, Suspicion

MOST_STATUSES = 200
MOST_SKUS = 50_000  # more than this are not counted one by one
MOST_MOVES = 12  # named in a preview
LEAST_KNOWN, FEW_SKUS = 0.90, 20  # a handful of SKUs says nothing about whose file it is
_GARMENT, _CHANGE, _MAPPING, _ACS = (model._meta.db_table for model in (Garment, GarmentChange, CodeMapping, AcsSku))
_JUMPED = "sells = 1 AND target_before IN ({})".format(", ".join(f"'{state}'" for state in sorted(GONE_FOR_GOOD)))


@dataclass
class Outcome:
    """What a file did to the mirror. `moves` are (text before, text now, garments), the most first.

    `skus` are those whose counters may have changed; `jumps` {garment: (from, to)}."""

    created: int = 0
    changed: int = 0
    unchanged: int = 0
    gone: int = 0
    new_statuses: list[str] = field(default_factory=list)
    skus: set[str] = field(default_factory=set)
    jumps: dict[int, tuple[str, str]] = field(default_factory=dict)
    moves: list[tuple[str, str, int]] = field(default_factory=list)


def apply(run: SyncRun, *, as_of: datetime, at: datetime) -> Outcome:
    """In the caller's transaction. Raises LooksWrong for a file of somebody else's goods, unless a person accepted the run."""
    done = Outcome()
    _name_statuses(run, done)
    _give_meaning()
    if run.accepted_by_id is None:
        _refuse_strange_skus()
    _count(done)
    _note_moves(done)
    _write(run, done, as_of)
    _mark_gone(run, done, as_of)
    _settle_doubts(done, as_of)
    _note_texts(at)
    return done


def _name_statuses(run: SyncRun, done: Outcome) -> None:
    counts = _texts()
    if len(counts) > MOST_STATUSES and run.accepted_by_id is None:
        raise LooksWrong(Suspicion("statuses", f"The file has {len(counts)} different locations, more than {MOST_STATUSES}."))
    known = set(CodeMapping.objects.filter(partner="acs", kind=CodeMapping.Kind.STOCK_STATUS).values_list("folded", flat=True))
    ids = mappings.ensure("acs", CodeMapping.Kind.STOCK_STATUS, list(counts), seed=SEED)
    meanings = {
        pk: (target, flags) for pk, target, flags in CodeMapping.objects.filter(pk__in=ids.values()).values_list("pk", "target", "flags")
    }
    new = {raw: meanings[ids[mappings.fold(raw)]][0] for raw in counts if mappings.fold(raw) not in known}
    done.new_statuses = sorted(raw for raw, target in new.items() if not target)
    _run("CREATE TEMPORARY TABLE stock_said (raw_status text, id bigint, target text, sells integer)")
    for raw in counts:
        target, flags = meanings[pk := ids[mappings.fold(raw)]]
        _run("INSERT INTO stock_said VALUES (%s, %s, %s, %s)", raw, pk, target, int(flags.get("sellable") is True))


def _texts() -> dict[str, int]:
    return dict(_rows("SELECT raw_status, count FROM stock_texts"))


def _note_texts(at: datetime) -> None:
    """Last, because it locks the mappings until the file is in, and whoever publishes a meaning waits for them; and before anything is
    counted, because what is counted by them must not be published over meanwhile."""
    mappings.note_seen("acs", CodeMapping.Kind.STOCK_STATUS, _texts(), at)


def _give_meaning() -> None:
    """What the file says that is new (`comparing`), with what ACS's texts mean now and meant before."""
    _run(
        "CREATE TEMPORARY TABLE stock_diff AS SELECT d.*, s.id AS status, s.sells AS sells, s.target AS target, b.target AS target_before,"
        " (d.missing_since IS NOT NULL OR (s.id <> d.status_before AND NOT (s.target = b.target AND s.target <> ''))) AS restarts"
        f" FROM stock_found d JOIN stock_said s ON s.raw_status = d.raw_status LEFT JOIN {_MAPPING} b ON b.id = d.status_before"
        " WHERE d.rfid IS NOT NULL"
    )
    if is_postgres():
        _run("ANALYZE stock_diff")


def _refuse_strange_skus() -> None:
    """A file of another customer's goods names SKUs that we never met. A SKU that a garment keeps is none of them."""
    if not Garment.objects.exists():
        return
    [(strange,)] = _rows(
        "SELECT COUNT(*) FROM (SELECT DISTINCT sku FROM stock_diff d WHERE (garment IS NULL OR sku <> sku_before)"
        f" AND NOT EXISTS (SELECT 1 FROM {_GARMENT} g WHERE g.sku = d.sku)) AS strange"
    )
    if not strange:
        return
    [(every,)] = _rows("SELECT COUNT(DISTINCT sku) FROM stock_file")
    if every >= FEW_SKUS and strange > (1 - LEAST_KNOWN) * every:
        raise LooksWrong(Suspicion("strange", f"Of the {every} SKUs in the file, {strange} were never in one before: more than 1 in 10."))


def _count(done: Outcome) -> None:
    [(every, new, changed)] = _rows(
        "SELECT (SELECT COALESCE(SUM(count), 0) FROM stock_texts), (SELECT COUNT(*) FROM stock_diff WHERE garment IS NULL),"
        " (SELECT COUNT(*) FROM stock_diff WHERE garment IS NOT NULL)"
    )
    done.created, done.changed, done.unchanged = new, changed, int(every) - new - changed
    skus = "SELECT sku FROM stock_diff UNION SELECT sku_before FROM stock_diff WHERE sku_before IS NOT NULL"
    done.skus = {sku for (sku,) in _rows(f"{skus} LIMIT {MOST_SKUS + 1}")}
    jumped = f"SELECT garment, raw_before, raw_status FROM stock_diff WHERE {_JUMPED}"
    done.jumps = {garment: (was, became) for garment, was, became in _rows(jumped)}


def _note_moves(done: Outcome) -> None:
    moved = "SELECT raw_before, raw_status, COUNT(*) FROM stock_diff WHERE status <> status_before GROUP BY raw_before, raw_status"
    done.moves = [(was, became, count) for was, became, count in _rows(f"{moved} ORDER BY 3 DESC, 1, 2 LIMIT {MOST_MOVES}")]


def _write(run: SyncRun, done: Outcome, as_of: datetime) -> None:
    then = connection.ops.adapt_datetimefield_value(as_of)
    if done.changed:
        _note_changes(run, then)
        columns = ", ".join(f"{name} = d.{name}" for name in ("sku", "raw_status", "size", "grade", "scanned_at", "order_number"))
        _run(
            f"UPDATE {_GARMENT} SET {columns}, status_id = d.status, changed_at = %s, missing_since = NULL, missing_files = 0,"
            f" since = CASE WHEN d.restarts THEN %s ELSE {_GARMENT}.since END FROM stock_diff d WHERE d.garment = {_GARMENT}.id",
            then,
            then,
        )
    if done.created:
        _run(
            f"INSERT INTO {_GARMENT} (rfid, sku, raw_status, status_id, size, grade, scanned_at, order_number, since, first_seen_at,"
            " changed_at, missing_files) SELECT rfid, sku, raw_status, status, size, grade, scanned_at, order_number, %s, %s, %s, 0"
            " FROM stock_diff WHERE garment IS NULL",
            then,
            then,
            then,
        )
        _run(
            f"INSERT INTO {_ACS} (sku, source, first_seen_at) SELECT DISTINCT sku, %s, %s FROM stock_diff d"
            f" WHERE NOT EXISTS (SELECT 1 FROM {_ACS} a WHERE a.sku = d.sku)",
            AcsSku.Source.STOCK_FILE.value,
            then,
        )


def _note_changes(run: SyncRun, then: Any) -> None:
    events = (
        (GarmentChange.Event.BACK, "raw_before", "raw_status", "missing_since IS NOT NULL"),
        (GarmentChange.Event.STATUS, "raw_before", "raw_status", "status <> status_before"),
        (GarmentChange.Event.SKU, "sku_before", "sku", "sku <> sku_before"),
    )
    for event, was, became, where in events:
        _run(
            f"INSERT INTO {_CHANGE} (garment_id, event, was, became, at, since_before, run_id)"
            f" SELECT garment, %s, {was}, {became}, %s, since, %s FROM stock_diff WHERE garment IS NOT NULL AND {where}",
            event.value,
            then,
            run.pk,
        )


def _mark_gone(run: SyncRun, done: Outcome, as_of: datetime) -> None:
    """What the file does not name is missing. A row that was refused names its garment all the same."""
    then = connection.ops.adapt_datetimefield_value(as_of)
    unnamed = "d.rfid IS NULL AND NOT EXISTS (SELECT 1 FROM stock_refused f WHERE f.rfid = d.named)"
    again = f"SELECT d.garment FROM stock_found d WHERE d.missing_since IS NOT NULL AND {unnamed}"
    _run(f"UPDATE {_GARMENT} SET missing_files = missing_files + 1 WHERE id IN ({again})")
    _run(
        "CREATE TEMPORARY TABLE stock_gone AS SELECT d.garment AS id, d.sku_before AS sku, d.raw_before AS raw_status, d.since"
        f" FROM stock_found d WHERE d.missing_since IS NULL AND {unnamed}"
    )
    gone = _rows("SELECT sku, COUNT(*) FROM stock_gone GROUP BY sku")
    done.gone = sum(count for _, count in gone)
    done.skus |= {sku for sku, _ in gone}
    if done.gone:
        _run(
            f"INSERT INTO {_CHANGE} (garment_id, event, was, became, at, since_before, run_id)"
            " SELECT id, %s, raw_status, '', %s, since, %s FROM stock_gone",
            GarmentChange.Event.MISSING.value,
            then,
            run.pk,
        )
        _run(
            f"UPDATE {_GARMENT} SET missing_since = %s, missing_files = 1, changed_at = %s WHERE id IN (SELECT id FROM stock_gone)",
            then,
            then,
        )


def _settle_doubts(done: Outcome, as_of: datetime) -> None:
    """What jumped is not for sale until a person confirms it; what is in no sellable state any more, or missing, needs nobody's word.

    What is withheld stays so whatever a file says.
    """
    if done.jumps:
        jumped = f"SELECT garment FROM stock_diff WHERE {_JUMPED}"
        _run(f"UPDATE {_GARMENT} SET doubted_since = %s WHERE id IN ({jumped})", connection.ops.adapt_datetimefield_value(as_of))
    doubted = Garment.objects.filter(doubted_since__isnull=False, withheld_since=None)
    doubted.exclude(status__in=sellable_statuses(), missing_since=None).update(doubted_since=None)


def _run(sql: str, *params: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, params or None)


def _rows(sql: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return list(cursor.fetchall())
