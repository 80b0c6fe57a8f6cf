"""The staged file beside the mirror: one look at every row, which leaves behind what differs, what is new and what is not named."""

# ruff: noqa: S608 - the only texts put into statements are names of our own tables and columns

from collections.abc import Collection
from typing import Any

from django.db import connection

from inventory.models import Garment
from inventory.sync.stock.rows import LONGEST
from partners.values import clean_text

COLUMNS = {"size": "size", "grade": "grade", "order": "order_number", "scanned": "scanned_at"}
MOST_TEXTS = 5_000  # different locations in one file; of more, Python looks at every row
_GARMENT = Garment._meta.db_table
_TELLS = "g.id AS garment, f.rfid, f.sku, f.raw_status, {0}, g.sku AS sku_before, g.raw_status AS raw_before,\
 g.status_id AS status_before, g.since AS since, g.missing_since AS missing_since, g.rfid AS named"


def is_postgres() -> bool:
    return connection.vendor == "postgresql"


def compare(columns: Collection[str]) -> None:
    """Fill `stock_texts` (location, rows) and `stock_found`: every row that says something new, and, without an `rfid`, every garment
    that the file does not name. What a file has no column for, it says nothing of.

    Not in the transaction that applies it: the run's lease lets nobody else write garments until then.
    """
    _run("CREATE TEMPORARY TABLE stock_texts AS SELECT raw_status, COUNT(*) AS count FROM stock_file GROUP BY raw_status")
    told = [COLUMNS[name] for name in columns if name in COLUMNS]
    kept = {name: f"f.{name}" if name in told else f"g.{name}" for name in COLUMNS.values()}
    cells = [f"{cell} AS {name}" if name == "scanned_at" else f"COALESCE({cell}, '') AS {name}" for name, cell in kept.items()]
    (_meet_all if is_postgres() else _look_up_each)(_TELLS.format(", ".join(cells)), _differing(told))


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


def _look_up_each(tells: str, differing: str) -> None:
    """On SQLite: by the index of the garments, and back by an index of the file only where the counts say that one is not named."""
    _run("CREATE INDEX IF NOT EXISTS temp.stock_file_by_rfid ON stock_file (rfid)")
    _run(
        f"CREATE TEMPORARY TABLE stock_found AS SELECT {tells} FROM stock_file f LEFT JOIN {_GARMENT} g ON g.rfid = f.rfid"
        f" WHERE {differing}"
    )
    pairs, garments = _pairs_and_garments()
    if pairs < garments:
        _run(
            f"INSERT INTO stock_found (garment, sku_before, raw_before, status_before, since, missing_since, named)"
            f" SELECT id, sku, raw_status, status_id, since, missing_since, rfid FROM {_GARMENT} g"
            " WHERE NOT EXISTS (SELECT 1 FROM stock_file f WHERE f.rfid = g.rfid)"
        )


def _pairs_and_garments() -> tuple[int, int]:
    """How many rows name a garment that we know, and how many garments there are."""
    [(rows, new, garments)] = _rows(
        "SELECT (SELECT COALESCE(SUM(count), 0) FROM stock_texts), (SELECT COUNT(*) FROM stock_found WHERE garment IS NULL),"
        f" (SELECT COUNT(*) FROM {_GARMENT})"
    )
    return int(rows) - new, garments


# --- rows that ask for a second look ------------------------------------------------------------------------------------------


def has_odd_rows() -> bool:
    """Whether a row as it stands in the file is not as the row reader would have made it, or an RFID is named twice. What agrees
    with the mirror is fit to store, so only the others are looked at."""
    return (
        _has_odd_texts()
        or bool(_rows(f"SELECT EXISTS (SELECT 1 FROM stock_found WHERE rfid IS NOT NULL AND ({_odd()}))")[0][0])
        or _has_doubles()
    )


def _has_odd_texts() -> bool:
    texts = [text for (text,) in _rows(f"SELECT raw_status FROM stock_texts LIMIT {MOST_TEXTS + 1}")]
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
    odd += [contains.format(name, space) for name, spaces in loose.items() for space in spaces]
    odd += [f"{name} <> trim({name})" for name, (least, _) in widths.items() if not least]
    return " OR ".join(odd)


def _has_doubles() -> bool:
    if not is_postgres():
        return bool(_rows("SELECT EXISTS (SELECT 1 FROM stock_file GROUP BY rfid HAVING COUNT(*) > 1)")[0][0])
    [(unnamed, twice)] = _rows(
        "SELECT (SELECT COUNT(*) FROM stock_found WHERE rfid IS NULL),"
        " EXISTS (SELECT 1 FROM stock_found WHERE garment IS NULL GROUP BY rfid HAVING COUNT(*) > 1)"
    )
    pairs, garments = _pairs_and_garments()
    return bool(twice) or pairs > garments - unnamed  # more rows than garments that they name


def _run(sql: str, *params: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, params or None)


def _rows(sql: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return list(cursor.fetchall())
