"""A stock file beside the mirror: temporary tables of this connection, filled as the file is read. Memory stays flat."""

# ruff: noqa: S608 - the only texts put into statements are names of our own tables and columns

import csv
import io
from collections.abc import Callable, Iterable, Iterator
from itertools import chain, islice
from operator import itemgetter
from pathlib import Path
from typing import Any

from django.db import DataError, IntegrityError, ProgrammingError, connection, transaction

from inventory.sync.stock.comparing import compare, has_odd_rows, is_postgres
from inventory.sync.stock.rows import Bad, Good, Layout, Reader
from inventory.sync.stock.scan import Scan, scan
from partners.pages import Reject

AT_ONCE = 20_000
LINES_AT_ONCE, ROWS_A_STATEMENT = 300, 20  # so few lines that they are gone before Python's collector would look through them
TOLD_EVERY = 333 * LINES_AT_ONCE
TABLES = ("stock_file", "stock_refused", "stock_texts", "stock_found", "stock_said", "stock_diff", "stock_gone")
_INSTANT = {"postgresql": "timestamp with time zone", "sqlite": "text"}
_NAMES = ("n", "rfid", "sku", "raw_status", "size", "grade", "scanned_at", "order_number")
_OURS = {"rfid": "rfid", "sku": "sku", "location": "raw_status", "size": "size", "grade": "grade", "order": "order_number"}

Tell = Callable[[int, int], None]


def make_tables() -> None:
    """Empty tables for one file, whatever an earlier one left behind."""
    drop_tables()
    instant = _INSTANT[connection.vendor]
    with connection.cursor() as cursor:
        for begin, _ in _SETTINGS[connection.vendor]:
            cursor.execute(begin)
        cursor.execute(
            "CREATE TEMPORARY TABLE stock_file (rfid text, raw_status text, sku text, size text DEFAULT '', grade text DEFAULT '',"
            f" order_number text DEFAULT '', n integer, scanned_at {instant})"
        )
        cursor.execute("CREATE TEMPORARY TABLE stock_refused (n integer, rfid text, path text, reason text, raw text)")


# While a file is read, and what it is set back to.
_SETTINGS = {
    "postgresql": (
        ("SET statement_timeout = 0", "RESET statement_timeout"),  # a million rows may take longer than a statement of a page may
        ("SET lock_timeout = '60s'", "RESET lock_timeout"),  # a file is not given up because a person is quicker at a lock
        ("SET work_mem = '128MB'", "RESET work_mem"),  # the garments are met in memory, once
        ("SET default_statistics_target = 1", "RESET default_statistics_target"),  # of a staged table the planner needs the size alone
        ("SET random_page_cost = 1.1", "RESET random_page_cost"),  # a hundredth of the garments is written by their index
    ),
    "sqlite": (
        ("PRAGMA temp.secure_delete = OFF", ""),  # no noughts over temporary pages that are let go
        ("PRAGMA cache_size = -16384", "PRAGMA cache_size = -2000"),
    ),
}


def drop_tables() -> None:
    """Forget what was staged."""
    schema = "pg_temp." if is_postgres() else "temp."
    with connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"DROP TABLE IF EXISTS {schema}{table}")
        for end in filter(None, (end for _, end in _SETTINGS[connection.vendor])):
            cursor.execute(end)


def load(path: Path, scanned: Scan, layout: Layout, tell: Tell) -> tuple[int, int]:
    """Fill the tables and set apart what cannot be used: (rows, refused). The database reads the lines itself where nothing about
    them asks for a second look. What differs from the mirror is found here too (`compare`): only such a row can be one to refuse.
    Raises Unreadable as `scan` does, where that has not read all of it yet."""
    if not (scanned.plain and not layout.has("scanned") and _load_raw(path, scanned, layout, tell)):
        _load_rows(Reader(path, scanned if scanned.whole else scan(path), layout), scanned.size, tell)
        compare(layout.columns, _set_doubles_apart())
    tell(scanned.size, scanned.size)
    with connection.cursor() as cursor:
        cursor.execute("SELECT (SELECT COALESCE(SUM(count), 0) FROM stock_texts), (SELECT COUNT(*) FROM stock_refused)")
        good, refused = map(int, cursor.fetchone())
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


def _load_raw(path: Path, scanned: Scan, layout: Layout, tell: Tell) -> bool:
    """Let the database read the rows as they are; False, with nothing kept, where one of them needs Python's eye."""
    try:
        with connection.wrap_database_errors:
            rows = _copy_bytes(path, layout) if is_postgres() else _insert_lines(path, scanned, layout, tell)
        compare(layout.columns, rows)
        if has_odd_rows(rows):
            raise DataError
    except (DataError, IntegrityError, ProgrammingError, UnicodeDecodeError, csv.Error):
        make_tables()
        return False
    return True


def _columns(layout: Layout) -> str:
    """The columns of the staged rows in the file's order; those that say nothing to us are made for this one file."""
    columns = [_OURS.get(name) or f"other_{place}" for place, name in enumerate(layout.columns)]
    with connection.cursor() as cursor:
        for name in columns:
            if name.startswith("other_"):
                cursor.execute(f"ALTER TABLE stock_file ADD COLUMN {name} text")
    return ", ".join(columns)


def _copy_bytes(path: Path, layout: Layout) -> int:
    """How many rows. What Python's CSV reader takes otherwise than PostgreSQL's breaks it off.

    FREEZE spares the first look from writing every page again; it wants a table that was emptied in the same transaction."""
    delimiter = "E'\\t'" if layout.delimiter == "\t" else f"'{layout.delimiter}'"
    with transaction.atomic(), connection.cursor() as cursor:
        listed = _columns(layout)
        how = f"FORMAT csv, HEADER true, FREEZE true, DELIMITER {delimiter}, FORCE_NOT_NULL ({listed})"
        cursor.execute("TRUNCATE stock_file")
        with path.open("rb") as file, cursor.cursor.copy(f"COPY stock_file ({listed}) FROM STDIN ({how})") as copy:
            while chunk := file.read(1 << 20):
                if b'"' in chunk or b"\\" in chunk:
                    raise DataError
                copy.write(chunk)
        return int(cursor.rowcount)


def _insert_lines(path: Path, scanned: Scan, layout: Layout, tell: Tell) -> int:
    """How many rows. One of another width than the headings breaks it off; what says nothing to us is not stored."""
    ours = [place for place, name in enumerate(layout.columns) if name]
    names, cells, rows = [_OURS[layout.columns[place]] for place in ours], itemgetter(*ours), 0
    with path.open("rb") as raw:
        lines = csv.reader(io.TextIOWrapper(raw, encoding=scanned.encoding, newline=""), delimiter=layout.delimiter)
        next(lines, None)
        while some := list(islice(lines, LINES_AT_ONCE)):
            if set(map(len, some)) != {len(layout.columns)}:
                raise DataError
            _insert_many(names, list(map(cells, some)))
            rows += len(some)
            if rows % TOLD_EVERY == 0:
                tell(raw.tell(), scanned.size)
    return rows


def _insert_many(names: list[str], rows: list[tuple[str, ...]]) -> None:
    """Twenty rows to a statement: to begin and end one takes as long as to bind its cells."""
    sql, marks = f"INSERT INTO stock_file ({', '.join(names)}) VALUES ", f"({', '.join('?' * len(names))})"
    whole = len(rows) - len(rows) % ROWS_A_STATEMENT
    cells = chain.from_iterable(islice(rows, whole))
    _write_at_once(sql + ", ".join([marks] * ROWS_A_STATEMENT), zip(*[cells] * (ROWS_A_STATEMENT * len(names)), strict=True))
    _write_at_once(sql + marks, rows[whole:])


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
    """On SQLite: one commit for all rows, and no lock on the tables that others use. Django's own executemany
    would keep every row in memory until the last is written, and its transactions would lock the whole database."""
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


def _set_doubles_apart() -> int:
    """Every row of an RFID that is named more than once: nobody knows which of them is right. How many rows are left."""
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
        cursor.execute("SELECT COUNT(*) FROM stock_file")
        return int(cursor.fetchone()[0])


def count_doubled() -> int:
    """How many rows were set apart because another row names the same RFID."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT COUNT(*) FROM stock_refused WHERE reason LIKE 'is named in more than one row%'")
        return int(cursor.fetchone()[0])
