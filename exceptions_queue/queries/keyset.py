"""Pages by key: the next page starts after the last row seen, so page 2,000 costs what page 1 costs."""

import base64
import binascii
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Generic, TypeVar

from django.db.models import BooleanField, DateTimeField, F, Func, QuerySet, Value
from django.db.models.lookups import GreaterThan, LessThan

T = TypeVar("T")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Place:
    """A row's place in a list: its instant and its id."""

    at: datetime
    pk: int

    def __str__(self) -> str:
        micros = (self.at - _EPOCH) // timedelta(microseconds=1)
        return base64.urlsafe_b64encode(f"{micros}.{self.pk}".encode()).decode().rstrip("=")


@dataclass(frozen=True)
class Page(Generic[T]):
    """Some rows in order, and the cursors to the pages around them ("" where there is none)."""

    rows: list[T]
    previous: str = ""
    next: str = ""
    is_first: bool = True


def place_of(cursor: str) -> Place | None:
    """The place a cursor names; None for none or for one that we did not write."""
    try:
        micros, pk = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode().split(".")
        return Place(_EPOCH + timedelta(microseconds=int(micros)), int(pk)) if cursor and 0 <= int(pk) < 2**63 else None
    except (ValueError, OverflowError, UnicodeError, binascii.Error):
        return None


def page(rows: QuerySet[Any, T], *, key: str, size: int, after: str = "", before: str = "", newest_first: bool = False) -> Page[T]:
    """One page of `rows` ordered by (`key`, id), each row being a mapping with both. One statement of size + 1 rows."""
    start, backwards = (place_of(before), True) if before else (place_of(after), False)
    descending = newest_first != backwards
    if start:
        compare = LessThan if descending else GreaterThan
        rows = rows.filter(compare(_pair(F(key), F("id")), _pair(Value(start.at, output_field=DateTimeField()), Value(start.pk))))
    sign = "-" if descending else ""
    found = list(rows.order_by(f"{sign}{key}", f"{sign}id")[: size + 1])
    more, found = len(found) > size, found[:size]
    if backwards:
        found.reverse()
    return _page(found, key, has_previous=more if backwards else start is not None, has_next=bool(start) if backwards else more)


def _page(found: list[Any], key: str, *, has_previous: bool, has_next: bool) -> Page[Any]:
    def cursor(row: Any) -> str:
        return str(Place(row[key], row["id"]))

    return Page(
        rows=found,
        previous=cursor(found[0]) if found and has_previous else "",
        next=cursor(found[-1]) if found and has_next else "",
        is_first=not has_previous,
    )


def _pair(*parts: Any) -> Func:
    """A row value, (a, b): both databases walk an index with it even where thousands of rows share one instant."""
    return Func(*parts, template="(%(expressions)s)", output_field=BooleanField())
