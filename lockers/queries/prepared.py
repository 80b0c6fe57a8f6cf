"""Statements that PostgreSQL plans once for each connection, and not once for each question."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection

TIMES = 5  # of one statement on one connection, after which it is kept there


@contextmanager
def prepared() -> Iterator[Any]:
    """A cursor that sends its parameters beside the statement. Where `keep_statements` was said to the connection, what is asked again and
    again is planned no more; elsewhere, and on SQLite, it is a cursor as any."""
    with _cursor() as cursor:
        yield cursor


def keep_statements() -> None:
    """On this thread's connection, until it ends: it must be one to the database itself, as those are that have a time limit of their
    own."""
    if connection.vendor == "postgresql":
        connection.ensure_connection()
        connection.connection.prepare_threshold = TIMES


def _cursor() -> Any:
    if connection.vendor != "postgresql":
        return connection.cursor()
    from psycopg import Cursor  # SQLite's users need not have it

    connection.ensure_connection()
    bare: Any = Cursor(connection.connection)  # of psycopg itself, which sends parameters beside the statement
    return connection.make_debug_cursor(bare) if connection.queries_logged else connection.make_cursor(bare)
