"""A stock file beside the mirror: temporary tables of this connection, filled as the file is read. Memory stays flat."""

# ruff: noqa: S608 - the only texts put into statements are names of our own tables and columns

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from django.db import DataError, connection, transaction

from inventory.sync.stock.rows import Bad, Good, Layout, Reader
from inventory.sync.stock.scan import Scan
from partners.pages import Reject

AT_ONCE = 20_000
TABLES = ("stock_file", "stock_refused", "stock_said", "stock_diff", "stock_gone")
_INSTANT = {"postgresql": "timestamp with time zone", "sqlite": "text"}
_NAMES = ("n", "rfid", "sku", "raw_status", "size", "grade", "scanned_at", "order_number")
_OURS = {"rfid": "rfid", "sku": "sku", "location": "raw_status", "size": "size", "grade": "grade", "order": "order_number"}

Tell = Callable[[int, int], None]


def is_postgres() -> bool:
    return connection.vendor == "postgresql"


def make_tables() -> None:
    """Empty tables for one file, whatever an earlier one left behind."""
    drop_tables()
    _take_time()
    instant = _INSTANT[connection.vendor]
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMPORARY TABLE stock_file (n integer, rfid text, sku text, raw_status text,"
            f" size text DEFAULT '', grade text DEFAULT '', scanned_at {instant}, order_number text DEFAULT '')"
        )
        cursor.execute("CREATE TEMPORARY TABLE stock_refused (n integer, rfid text, path text, reason text, raw text)")


def _take_time() -> None:
    """A million rows may take longer than a statement of a page may; `drop_tables` sets the limit back."""
    if is_postgres():
        with connection.cursor() as cursor:
            cursor.execute("SET statement_timeout = 0")


def drop_tables() -> None:
    """Forget what was staged."""
    schema = "pg_temp." if is_postgres() else "temp."
    with connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"DROP TABLE IF EXISTS {schema}{table}")
        if is_postgres():
            cursor.execute("RESET statement_timeout")


def load(path: Path, scanned: Scan, layout: Layout, tell: Tell) -> tuple[int, int]:
    """Fill the tables and set apart what cannot be used: (rows, refused). The bytes go straight into PostgreSQL where nothing about
    them asks for a second look."""
    if not (is_postgres() and scanned.plain and not layout.has("scanned") and _copy_raw(path, layout)):
        _load_rows(Reader(path, scanned, layout), scanned.size, tell)
        _set_doubles_apart()
    tell(scanned.size, scanned.size)
    with connection.cursor() as cursor:
        cursor.execute("SELECT (SELECT COUNT(*) FROM stock_file), (SELECT COUNT(*) FROM stock_refused)")
        good, refused = cursor.fetchone()
    return good + refused, refused


def refused() -> Iterator[list[Reject]]:
    """What was set apart, some at a time, in the file's order."""
    after = 0
    while True:
        with connection.cursor() as cursor:
            cursor.execute("SELECT n, rfid, path, reason, raw FROM stock_refused WHERE n > %s ORDER BY n LIMIT 1000", [after])
            rows = cursor.fetchall()
        if not rows:
            return
        after = rows[-1][0]
        yield [Reject(key=rfid, path=path, reason=reason, raw=raw) for _, rfid, path, reason, raw in rows]


# --- straight from the bytes ------------------------------------------------------------------------------------------------


def _copy_raw(path: Path, layout: Layout) -> bool:
    """Let PostgreSQL read the file; False, with nothing kept, where a row needs Python's eye."""
    columns = [_OURS.get(name) or f"other_{place}" for place, name in enumerate(layout.columns)]
    others = [name for name in columns if name.startswith("other_")]
    delimiter = "E'\\t'" if layout.delimiter == "\t" else f"'{layout.delimiter}'"
    listed = ", ".join(columns)
    sql = f"COPY stock_file ({listed}) FROM STDIN (FORMAT csv, HEADER true, DELIMITER {delimiter}, FORCE_NOT_NULL ({listed}))"
    try:
        with transaction.atomic(), connection.wrap_database_errors, connection.cursor() as cursor:
            for name in others:
                cursor.execute(f"ALTER TABLE stock_file ADD COLUMN {name} text")
            with path.open("rb") as file, cursor.cursor.copy(sql) as copy:
                while chunk := file.read(1 << 20):
                    copy.write(chunk)
            cursor.execute("ANALYZE stock_file")
            if _has_odd_rows():
                raise DataError
    except DataError:
        make_tables()
        return False
    return True


# The texts are looked at once each: without MATERIALIZED the planner would look at every row's.
_ODD = """WITH texts AS MATERIALIZED (SELECT DISTINCT raw_status AS said FROM stock_file)
 SELECT EXISTS (SELECT 1 FROM stock_file WHERE octet_length(rfid) NOT BETWEEN 1 AND 64 OR octet_length(sku) NOT BETWEEN 1 AND 64
 OR octet_length(size) > 40 OR octet_length(grade) > 80 OR octet_length(order_number) > 64
 OR octet_length(rfid) <> length(rfid) OR octet_length(sku) <> length(sku) OR strpos(rfid, ' ') > 0 OR strpos(sku, ' ') > 0
 OR octet_length(size) <> length(size) OR octet_length(grade) <> length(grade) OR octet_length(order_number) <> length(order_number))
 OR EXISTS (SELECT 1 FROM texts WHERE length(said) NOT BETWEEN 1 AND 200 OR said ~ '  ' OR said <> btrim(said)
 OR said ~ '[\\u0080-\\u00a0\\u00ad\\u061c\\u200b-\\u200f\\u2028-\\u202e\\u2060-\\u2069\\ufeff]' OR said <> normalize(said, NFC))
 OR EXISTS (SELECT rfid FROM stock_file GROUP BY rfid HAVING COUNT(*) > 1)"""


def _has_odd_rows() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(_ODD)
        return bool(cursor.fetchone()[0])


# --- row by row -----------------------------------------------------------------------------------------------------------------


def _load_rows(reader: Reader, size: int, tell: Tell) -> None:
    rows = iter(reader)
    while some := list(islice(rows, AT_ONCE)):
        bad = [row for row in some if isinstance(row, Bad)]
        _insert("stock_file", _NAMES, [row for row in some if isinstance(row, Good)] if bad else some)
        if bad:
            _insert("stock_refused", ("n", "rfid", "path", "reason", "raw"), bad)
        tell(reader.place(), size)


def _insert(table: str, names: tuple[str, ...], rows: Iterable[Any]) -> None:
    if is_postgres():
        _copy(table, names, rows)
        return
    connection.ensure_connection()
    marks = ", ".join("NULLIF(?, '')" if name == "scanned_at" else "?" for name in names)
    _write_at_once(f"INSERT INTO {table} ({', '.join(names)}) VALUES ({marks})", rows)


def _write_at_once(sql: str, rows: Iterable[Any]) -> None:
    """On SQLite: one commit for all rows, and no lock on the tables that others use. Django's own executemany would keep every row
    in memory until the last is written, and its transactions would lock the whole database."""
    wire = connection.connection
    if wire.in_transaction:
        wire.executemany(sql, rows)
        return
    with wire:  # commits, or rolls back what broke off
        wire.execute("BEGIN")
        wire.executemany(sql, rows)


def _copy(table: str, names: tuple[str, ...], rows: Iterable[Any]) -> None:
    texts = ", ".join(name for name in names if name not in {"n", "scanned_at"})
    how = f"FORMAT csv, DELIMITER E'\\x01', FORCE_NOT_NULL ({texts})"
    with connection.cursor() as cursor, cursor.cursor.copy(f"COPY {table} ({', '.join(names)}) FROM STDIN ({how})") as copy:
        copy.write("".join(_line(row) for row in rows))


def _line(row: tuple[Any, ...]) -> str:
    number, *cells = row
    text = f"{number}\x01" + "\x01".join(cells)
    if '"' not in text and "\n" not in text and "\r" not in text:
        return text + "\n"
    return f"{number}\x01" + "\x01".join('"' + cell.replace('"', '""') + '"' if cell else "" for cell in cells) + "\n"


def _set_doubles_apart() -> None:
    """Every row of an RFID that is named more than once: nobody knows which of them is right."""
    with connection.cursor() as cursor:
        if is_postgres():
            cursor.execute("ANALYZE stock_file, stock_refused")
        else:
            cursor.execute("CREATE INDEX temp.stock_file_by_rfid ON stock_file (rfid)")
            cursor.execute("CREATE INDEX temp.stock_refused_by_rfid ON stock_refused (rfid)")
        cursor.execute(
            "CREATE TEMPORARY TABLE stock_said AS SELECT rfid FROM stock_file GROUP BY rfid HAVING COUNT(*) > 1"
            " UNION SELECT f.rfid FROM stock_refused r JOIN stock_file f ON f.rfid = r.rfid"
        )
        cursor.execute(
            "INSERT INTO stock_refused SELECT n, rfid, 'row ' || n || ': RFID', 'is named in more than one row: none of them was used',"
            " sku || ',' || rfid || ',' || raw_status FROM stock_file WHERE rfid IN (SELECT rfid FROM stock_said)"
        )
        cursor.execute("DELETE FROM stock_file WHERE rfid IN (SELECT rfid FROM stock_said)")
        cursor.execute("DROP TABLE stock_said")


def count_doubled() -> int:
    """How many rows were set apart because another row names the same RFID."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT COUNT(*) FROM stock_refused WHERE reason LIKE 'is named in more than one row%'")
        return int(cursor.fetchone()[0])
