"""The only way a decision state changes: one conditional UPDATE and its audit row, in one transaction."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, cast

from django.db import connection, models, transaction
from django.db.models.sql import UpdateQuery

from exceptions_queue import audit
from exceptions_queue.audit import Actor

Moves = Mapping[Any, Iterable[Any]]


class IllegalMove(Exception):
    """The move is not allowed from where the row stands, or somebody was quicker."""

    def __init__(self, row: models.Model | type[models.Model], current: str, to: str) -> None:
        super().__init__(f"{row} cannot go from {current} to {to}.")
        self.row, self.current, self.to = row, current, to


def move(
    row: models.Model,
    *,
    to: str,
    allowed: Moves,
    actor: Actor,
    at: datetime,
    field: str = "state",
    verb: str | None = None,
    reason: str = "",
    also: Mapping[str, Any] | None = None,
    where: Mapping[str, Any] | None = None,
) -> None:
    """Change `field` of one row to `to`, with the columns of `also` in the same UPDATE, and write the audit row.

    `where` adds conditions to the UPDATE, such as a version. Raises IllegalMove when `allowed` does not name the move or when
    the row no longer stands where this instance believes (nothing is written then). The instance follows; a column set by an
    expression is read again when next used.
    The audit row names the columns of `also` but never their values, which may be personal.
    """
    current = getattr(row, field)
    if to not in allowed.get(current, ()):
        raise IllegalMove(row, current, to)
    columns = dict(also or {})
    with transaction.atomic(savepoint=False):
        standing = type(row)._base_manager.filter(pk=row.pk, **{field: current}, **(where or {}))
        moved = standing.update(**{field: to}, **columns)
        if moved:
            _follow(row, {field: to, **columns})
            after = {field: str(to)} | ({"set": sorted(columns)} if columns else {})
            verb = verb or f"{row._meta.model_name}.{to}"
            audit.record(verb, row, actor=actor, at=at, before={field: str(current)}, after=after, reason=reason)
    if not moved:
        raise IllegalMove(row, current, to)


def move_many(
    model: type[models.Model],
    ids: Iterable[int],
    *,
    frm: str,
    to: str,
    allowed: Moves,
    actor: Actor,
    at: datetime,
    verb: str,
    label_field: str = "number",
    field: str = "state",
    reason: str = "",
    also: Mapping[str, Any] | None = None,
) -> list[int]:
    """Move every row of `ids` that still stands at `frm`; return the ids that moved, in order.

    Two statements whatever the number of rows (batches on SQLite). Raises IllegalMove when `allowed` does not name the move;
    rows that somebody else moved first are left alone and not returned.
    """
    if to not in allowed.get(frm, ()):
        raise IllegalMove(model, frm, to)
    with transaction.atomic(savepoint=False):
        standing = model._base_manager.filter(pk__in=list(ids), **{field: frm})
        moved = sorted(update_returning(standing, {field: to, **(also or {})}, returning=(model._meta.pk.attname, label_field)))
        subjects = [(model, pk, str(label)) for pk, label in moved]
        audit.record_many(verb, subjects, actor=actor, at=at, before={field: str(frm)}, after={field: str(to)}, reason=reason)
    return [pk for pk, _ in moved]


def update_returning(rows: models.QuerySet[Any], values: Mapping[str, Any], *, returning: tuple[str, ...]) -> list[tuple[Any, ...]]:
    """UPDATE … RETURNING: change the rows and say which ones they were, decided by the database in one statement.

    `rows` filters on its own table only. The ORM has no such call; its own compiler writes the UPDATE and we add one clause.
    """
    query: UpdateQuery = rows.query.chain(UpdateQuery)  # type: ignore[assignment]
    query.add_update_values(dict(values))
    sql, params = query.get_compiler(connection=connection).as_sql()
    columns = ", ".join(connection.ops.quote_name(rows.model._meta.get_field(name).column) for name in returning)
    with connection.cursor() as cursor:
        cursor.execute(f"{sql} RETURNING {columns}", params)
        return list(cursor.fetchall())


def _follow(row: models.Model, columns: Mapping[str, Any]) -> None:
    for name, value in columns.items():
        if hasattr(value, "resolve_expression"):
            row.__dict__.pop(cast("models.Field[Any, Any]", row._meta.get_field(name)).attname, None)
        else:
            setattr(row, name, value)
