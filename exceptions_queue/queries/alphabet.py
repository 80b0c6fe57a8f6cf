"""Pages of a list ordered by one unique text column: the next page starts after the last text seen."""

from typing import Any

from django.db.models import QuerySet

from exceptions_queue.queries.keyset import Page


def page(rows: QuerySet[Any, Any], *, key: str, size: int, after: str = "", before: str = "") -> Page[Any]:
    """One page of `rows`, each a mapping with `key`. One statement of size + 1 rows; a cursor is the text itself."""
    backwards = bool(before)
    start = (before or after).replace("\x00", "")[:200]
    if start:
        rows = rows.filter(**{f"{key}__lt" if backwards else f"{key}__gt": start})
    found = list(rows.order_by(f"-{key}" if backwards else key)[: size + 1])
    more, found = len(found) > size, found[:size]
    if backwards:
        found.reverse()
    has_previous, has_next = (more, True) if backwards else (bool(start), more)
    return Page(
        rows=found,
        previous=found[0][key] if found and has_previous else "",
        next=found[-1][key] if found and has_next else "",
        is_first=not has_previous,
    )
