"""The staged file beside the mirror: one look at every row, which leaves behind what differs, what is new and what is not named."""

# ruff: noqa: S608 - the only texts put into statements are names of our own tables and columns

from collections.abc import Collection
from typing import Any

from django.db import connection

from inventory.models import Garment
from inventory.sync.stock.rows import LONGEST
from partners.models import CodeMapping
from partners.values import clean_text

COLUMNS = {"size": "size", "grade": "grade", "order": "order_number", "scanned": "scanned_at"}
MOST_TEXTS = 5_000  # different locations in one file; of more, Python looks at every row
_GARMENT, _MAPPING = Garment._meta.db_table, CodeMapping._meta.db_table
_TELLS = "g.id AS garment, f.rfid, f.sku, f.raw_status, {0}, g.sku AS sku_before, g.raw_status AS raw_before,\
 g.status_id AS status_before, g.since AS since, g.missing_since AS missing_since, g.rfid AS named"


def is_postgres() -> bool:
    return connection.vendor == "postgresql"


def compare(columns: Collection[str], rows: int) -> None:
    """Fill `stock_found`: every one of the `rows` that says something new, and, without an `rfid`, every garment that the file does not
    name. What a file has no column for, it says nothing of. And `stock_texts` (location, rows), see `_count_texts`.

    Not in the transaction that applies it: the run's lease lets nobody else write garments until then.
    """
    told = [COLUMNS[name] for name in columns if name in COLUMNS]
    kept = {name: f"f.{name}" if name in told else f"g.{name}" for name in COLUMNS.values()}
    cells = [f"{cell} AS {name}" if name == "scanned_at" else f"COALESCE({cell}, '') AS {name}" for name, cell in kept.items()]
    if is_postgres():
        _meet_all(_TELLS.format(", ".join(cells)), _differing(told))
    else:
        _look_up_each(_TELLS.format(", ".join(cells)), _differing(told), rows)
    _count_texts()


def _differing(told: list[str]) -> str:
    is_other = "g.{0} IS DISTINCT FROM f.{0}" if is_postgres() else "g.{0} IS NOT f.{0}"
    others = [is_other.format(name) for name in told]
    return " OR ".join(["g.id IS NULL", "g.raw_status <> f.raw_status", "g.sku <> f.sku", "g.missing_since IS NOT NULL", *others])


def _meet_all(tells: str, differing: str) -> None:
    """On PostgreSQL: one hash join finds both what is new and what is not named."""
    _run("ANALYZE stock_file (rfid)")
    _run(
        f"CREATE TEMPORARY TABLE stock_found AS SELECT {tells} FROM stock_file f FULL JOIN {_GARMENT} g ON g.rfid = f.rfid"
        f" WHERE f.rfid IS NULL OR {differing}"
    )
    _run("ANALYZE stock_found")


def _look_up_each(tells: str, differing: str, rows: int) -> None:
    """On SQLite: by the index of the garments, and back by an index of the file only where the counts say that one is not named. Raises
    IntegrityError where an RFID is named twice."""
    _run("CREATE UNIQUE INDEX IF NOT EXISTS temp.stock_file_by_rfid ON stock_file (rfid)")
    _run(
        f"CREATE TEMPORARY TABLE stock_found AS SELECT {tells} FROM stock_file f LEFT JOIN {_GARMENT} g ON g.rfid = f.rfid"
        f" WHERE {differing}"
    )
    [(new, garments)] = _rows(f"SELECT (SELECT COUNT(*) FROM stock_found WHERE garment IS NULL), (SELECT COUNT(*) FROM {_GARMENT})")
    if rows - new < garments:
        _run(
            f"INSERT INTO stock_found (garment, sku_before, raw_before, status_before, since, missing_since, named)"
            f" SELECT id, sku, raw_status, status_id, since, missing_since, rfid FROM {_GARMENT} g"
            " WHERE NOT EXISTS (SELECT 1 FROM stock_file f WHERE f.rfid = g.rfid)"
        )


def _count_texts() -> None:
    """The rows that agree are as many as the garments that were not found to differ: counted by their status, under the text of its
    mapping, in one pass over an index. The texts of the others are counted as they stand."""
    garments = f"SELECT status_id AS status, COUNT(*) AS count FROM {_GARMENT} GROUP BY status_id"
    others = "SELECT status_before, -COUNT(*) FROM stock_found WHERE garment IS NOT NULL GROUP BY status_before"
    agreeing = f"SELECT status, SUM(count) AS count FROM ({garments} UNION ALL {others}) AS every GROUP BY status"
    said = "SELECT raw_status, COUNT(*) AS count FROM stock_found WHERE rfid IS NOT NULL GROUP BY raw_status"
    _run(
        f"CREATE TEMPORARY TABLE stock_texts AS SELECT raw_status, SUM(count) AS count FROM ({said}"
        f" UNION ALL SELECT m.raw, a.count FROM ({agreeing}) AS a JOIN {_MAPPING} m ON m.id = a.status WHERE a.count <> 0) AS texts"
        " GROUP BY raw_status"
    )


# --- rows that ask for a second look ------------------------------------------------------------------------------------------


def has_odd_rows(rows: int) -> bool:
    """Whether one of the `rows` as it stands in the file is not as the row reader would have made it, or an RFID is named twice. What
    agrees with the mirror is fit to store, so only the others are looked at."""
    return (
        _has_odd_texts()
        or bool(_rows(f"SELECT EXISTS (SELECT 1 FROM stock_found WHERE rfid IS NOT NULL AND ({_odd()}))")[0][0])
        or _has_doubles(rows)
    )


def _has_odd_texts() -> bool:
    found = f"SELECT DISTINCT raw_status FROM stock_found WHERE rfid IS NOT NULL LIMIT {MOST_TEXTS + 1}"
    texts = [text for (text,) in _rows(found)]
    return len(texts) > MOST_TEXTS or any(_is_odd(text) for text in texts)


def _is_odd(text: str) -> bool:
    longest = LONGEST["location"]
    return not text or len(text) > longest or " ".join(clean_text(text, limit=longest + 1).text.split()) != text


def _odd() -> str:
    """Codes of printable ASCII; other cells of ASCII without a loose space. Anything else is Python's."""
    widths = {"rfid": (1, 64), "sku": (1, 64), **{COLUMNS[name]: (0, width) for name, width in LONGEST.items() if name in COLUMNS}}
    bytes_of, contains = (
        ("octet_length({0})", "strpos({0}, '{1}') > 0") if is_postgres() else ("length(CAST({0} AS blob))", "instr({0}, '{1}') > 0")
    )
    loose = {name: [" "] if least else ["  "] for name, (least, _) in widths.items()}
    odd = [f"{bytes_of.format(name)} NOT BETWEEN {least} AND {most}" for name, (least, most) in widths.items()]
    odd += [f"{bytes_of.format(name)} <> length({name})" for name in widths]
    odd += [f"{' || '.join(widths)} ~ '[^ -~]'" if is_postgres() else f"{' || '.join(widths)} GLOB '*[^ -~]*'"]
    odd += [contains.format(name, space) for name, spaces in loose.items() for space in spaces]
    odd += [f"{name} <> trim({name})" for name, (least, _) in widths.items() if not least]
    return " OR ".join(odd)


def _has_doubles(rows: int) -> bool:
    """Either both of them say something new, or there are more rows than those that do and the garments that agree."""
    [(twice, counted)] = _rows(
        "SELECT EXISTS (SELECT 1 FROM stock_found WHERE rfid IS NOT NULL GROUP BY rfid HAVING COUNT(*) > 1),"
        " (SELECT COALESCE(SUM(count), 0) FROM stock_texts)"
    )
    return bool(twice) or int(counted) != rows


def _run(sql: str, *params: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, params or None)


def _rows(sql: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return list(cursor.fetchall())
