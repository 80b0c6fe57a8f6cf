"""Make the counters equal what is there."""

# ruff: noqa: S608 - the only texts put into statements are names of our own table and columns

import json
from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from itertools import islice, repeat
from typing import Any

from django.db import connection, transaction
from django.db.models import Q

from inventory.models import Allocation, Garment, Level
from inventory.queries.among import among
from inventory.queries.buffers import out_of_step, wanted_hours
from inventory.queries.counting import Counted, counted
from inventory.queries.levels import stock_as_of

COUNTED = Counted._fields
WRITTEN_AT_ONCE = 5_000  # rows; memory stays flat
_LEVEL = Level._meta.db_table
_TYPES = {"ripening": "jsonb", "ripens_at": "timestamptz"}
_DIVIDER = "\x1f"
_CELLS = ", ".join(f"unnest(string_to_array(%s, chr(31), '')::{_TYPES.get(name, 'integer')}[])" for name in COUNTED)
_UPDATE_ALL = (  # a parameter for each column, however many rows
    f"UPDATE {_LEVEL} l SET counted_at = %s, {', '.join(f'{name} = d.{name}' for name in COUNTED)}"
    f" FROM ROWS FROM (json_array_elements_text(%s::json), {_CELLS}) AS d(sku, {', '.join(COUNTED)}) WHERE l.sku = d.sku"
)
_MARKS = ", ".join(f"{name} = NULLIF(%s, '')" for name in COUNTED)
_UPDATE_ONE = f"UPDATE {_LEVEL} SET counted_at = %s, {_MARKS} WHERE sku = %s"
AT_ONCE = 20_000  # SKUs; of more, all are counted: one pass over everything is then the cheaper one


def recount(skus: Collection[str] | None = None, *, at: datetime) -> int:
    """Count these SKUs, or every SKU, anew from garments and allocations; return how many counters were looked at.

    In a transaction of its own, or the caller's. A SKU that is named for the first time gets its counters, with the buffer of the
    rules in force. Allocations of orders that left before the last stock file end here. A constant number of statements, and
    rows written only for what differs.

    The counters are locked first, in SKU order, and counted by statements that begin afterwards: what `allocate` committed
    meanwhile is counted, and what it has still to commit waits for us.
    """
    with transaction.atomic(savepoint=False):
        gone = _gone()
        wanted = None if skus is None else {*skus, *gone.values_list("sku", flat=True).distinct()}
        if wanted is not None and len(wanted) > AT_ONCE:
            wanted = None
        _make_missing(wanted, at=at)
        standing = _lock(wanted)
        gone.delete()
        hours = {sku: columns[0] for sku, columns in standing.items()}
        _write(counted(hours, at=at, every=wanted is None), standing, at=at)
        return len(standing)


def _gone() -> Any:
    """Allocations of orders whose garments the last stock file no longer holds as ready."""
    as_of = stock_as_of()
    return Allocation.objects.filter(left_at__lte=as_of) if as_of else Allocation.objects.none()


def make_levels(skus: Collection[str], *, at: datetime) -> None:
    """Give counters to SKUs that have none yet. Whoever loses a race to make them finds them made."""
    names = sorted(skus)
    Level.objects.bulk_create([Level(sku=sku, counted_at=at) for sku in names], batch_size=500, ignore_conflicts=True)
    out_of_step(at=at).filter(among("sku", names)).update(buffer_hours=wanted_hours(at=at))


def _make_missing(skus: Collection[str] | None, *, at: datetime) -> None:
    levels = Level.objects.all() if skus is None else Level.objects.filter(among("sku", skus))
    named = _every_sku() if skus is None else set(skus)
    if new := named - set(levels.values_list("sku", flat=True)):
        make_levels(new, at=at)


def _every_sku() -> set[str]:
    garments, allocations = (model.objects.order_by().values_list("sku", flat=True).distinct() for model in (Garment, Allocation))
    return set(garments) | set(allocations)


def _lock(skus: Collection[str] | None) -> dict[str, tuple[Any, ...]]:
    """{SKU: (buffer in hours, *the counters as they stand)}, locked in SKU order as everybody does."""
    levels = Level.objects.select_for_update().order_by("sku")
    rows = levels if skus is None else levels.filter(among("sku", skus))
    return {sku: columns for sku, *columns in rows.values_list("sku", "buffer_hours", *COUNTED)}


def lock_levels(which: Q) -> list[str]:
    """The SKUs of these counters, locked in SKU order."""
    return list(Level.objects.filter(which).order_by("sku").select_for_update().values_list("sku", flat=True))


def _write(now: Mapping[str, Counted], standing: Mapping[str, Any], *, at: datetime) -> None:
    differing = ((*row, sku) for sku, row in now.items() if row != tuple(standing[sku][1:]))
    while rows := list(islice(differing, WRITTEN_AT_ONCE)):
        _write_some(rows, at)


def _write_some(rows: list[tuple[Any, ...]], at: datetime) -> None:
    *columns, skus = zip(*rows, strict=True)
    adapt = connection.ops.adapt_datetimefield_value
    texts = [[_as_text(cell, adapt) for cell in column] for column in columns]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(_UPDATE_ALL, [adapt(at), json.dumps(skus), *map(_DIVIDER.join, texts)])
        else:
            cursor.executemany(_UPDATE_ONE, list(zip(repeat(adapt(at)), *texts, skus, strict=False)))


def _as_text(cell: Any, adapt: Callable[[datetime], Any]) -> str:
    if isinstance(cell, int):
        return str(cell)
    return json.dumps(cell) if isinstance(cell, list) else "" if cell is None else str(adapt(cell))


def apply_buffers(*, at: datetime) -> int:
    """Give every SKU the buffer of the rules in force, and count anew those whose buffer changed; return how many. One statement
    where nothing changed."""
    with transaction.atomic(savepoint=False):
        if not (changed := list(out_of_step(at=at).order_by("sku").values_list("sku", flat=True))):
            return 0
        only = among("sku", changed) if len(changed) <= AT_ONCE else Q()
        lock_levels(only)
        out_of_step(at=at).update(buffer_hours=wanted_hours(at=at))
        recount(changed, at=at)
    return len(changed)


def ripen(*, at: datetime) -> int:
    """Count anew the SKUs of which a garment has left its buffer by now; return how many. One statement where there is none."""
    due = list(Level.objects.filter(ripens_at__lte=at).order_by("sku").values_list("sku", flat=True))
    return recount(due, at=at) if due else 0
