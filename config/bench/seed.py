"""Many rows quickly: the database makes them itself, so that a million orders take seconds and not an hour."""

from typing import Any

from django.db import connection
from django.db.models import Model


def insert_series(model: type[Model], count: int, **columns: Any) -> None:
    """Insert `count` rows of `model`. A column given as `Sql("…")` is computed from the row number n (1…count); every other
    column takes the given value, or the model's default."""
    fixed = {name: value for name, value in columns.items() if not isinstance(value, Sql)}
    template = model(**fixed)
    names, expressions, values = [], [], []
    for field in model._meta.concrete_fields:
        if field.primary_key and field.attname not in columns:
            continue
        names.append(connection.ops.quote_name(str(field.column)))
        given = columns.get(field.attname, columns.get(field.name))
        if isinstance(given, Sql):
            expressions.append(str(given))
        else:
            expressions.append("%s")
            values.append(field.get_db_prep_save(getattr(template, field.attname), connection))
    table = connection.ops.quote_name(model._meta.db_table)
    sql = f"INSERT INTO {table} ({', '.join(names)}) SELECT {', '.join(expressions)} FROM {_series(int(count))}"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(sql, values)


def _series(count: int) -> str:
    """The numbers 1…count as n. SQLite has no series of its own."""
    if connection.vendor == "postgresql":
        return f"generate_series(1, {count}) AS n"
    return f"(WITH RECURSIVE series(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM series WHERE n < {count}) SELECT n FROM series)"  # noqa: S608


class Sql(str):
    """An expression over n. Write the remainder as mod(n, 8): a percent sign would read as a parameter. Casts as CAST(n AS text)
    where SQLite is to read it too."""


_LEARN = {"postgresql": "VACUUM ANALYZE", "sqlite": "ANALYZE"}


def settle(*models: type[Model]) -> None:
    """Let the planner know the new rows, as a database that has been running for a while does."""
    with connection.cursor() as cursor:
        for model in models:
            cursor.execute(f"{_LEARN[connection.vendor]} {connection.ops.quote_name(model._meta.db_table)}")
