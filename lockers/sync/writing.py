"""Write whole rows of the mirror at once: COPY on PostgreSQL, prepared statements on SQLite.

ORM objects for a hundred thousand rows would cost ten times the writing itself.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection

from lockers.models import Point
from lockers.sync.records import Row

_COLUMNS = ", ".join(Row._fields)
_PLACES = ", ".join(["%s"] * len(Row._fields))
_CHANGING = [name for name in Row._fields if name != "point_id"]
_INSERT = f"INSERT INTO lockers_point ({_COLUMNS}) VALUES ({_PLACES})"  # noqa: S608 - our own column names
_UPDATE = f"UPDATE lockers_point SET {', '.join(f'{name} = %s' for name in _CHANGING)} WHERE point_id = %s"  # noqa: S608 - same

_FRESH = "fresh_points"
_UPDATE_FROM_FRESH = (
    f"UPDATE lockers_point SET {', '.join(f'{name} = fresh.{name}' for name in _CHANGING)} "  # noqa: S608 - same
    f"FROM {_FRESH} fresh WHERE lockers_point.point_id = fresh.point_id"
)


def insert(rows: Iterable[Row]) -> None:
    """Add points that the mirror does not have. Rows are taken one by one, so that PostgreSQL works while we make the next."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            _copy(cursor, "lockers_point", rows)
        else:
            cursor.executemany(_INSERT, list(map(_adapted, rows)))


def update(rows: Sequence[Row]) -> None:
    """Overwrite points that the mirror has; their absence is forgotten."""
    with connection.cursor() as cursor:
        if connection.vendor != "postgresql":
            cursor.executemany(_UPDATE, [(*values[1:], values[0]) for values in map(_adapted, rows)])
            return
        cursor.execute(f"CREATE TEMP TABLE {_FRESH} ON COMMIT DROP AS SELECT {_COLUMNS} FROM lockers_point WITH NO DATA")  # noqa: S608
        _copy(cursor, _FRESH, rows)
        cursor.execute(_UPDATE_FROM_FRESH)
        cursor.execute(f"DROP TABLE {_FRESH}")


def clear_absence(ids: Sequence[int]) -> None:
    """These points were missed by one crawl and are there again."""
    Point.objects.filter(pk__in=ids).update(missing_crawls=0)


def _copy(cursor: Any, table: str, rows: Iterable[Row]) -> None:
    with cursor.copy(f"COPY {table} ({_COLUMNS}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def _adapted(row: Row) -> tuple[Any, ...]:
    adapt = connection.ops.adapt_datetimefield_value
    return (*row[:-4], adapt(row.fetched_at), adapt(row.changed_at), row.missing_crawls, adapt(row.gone_at))
