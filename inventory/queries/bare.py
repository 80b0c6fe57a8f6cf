"""Many counts, as the database gives them."""

from collections.abc import Sequence
from typing import Any

from django.db import connection
from django.db.models import QuerySet


def bare(rows: QuerySet[Any, Any]) -> list[Sequence[Any]]:
    """The rows of a query of texts and counts. That each count is a whole number need not be made sure of 100,000 times.

    A sum of sums may come as a decimal on PostgreSQL, and an instant as text on SQLite: neither is for here.
    """
    sql, params = rows.query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        found: list[Sequence[Any]] = cursor.fetchall()
    return found
