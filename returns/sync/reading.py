"""ACS's returns as records: from its feed, or row by row from a file with the same columns."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from inventory.sync.files import Layout, Reader, Row, Source, read_csv, rows_of
from partners import connect
from partners.acs.returns import AcsReturn, aliases, decode_return, item_fields, read_return
from partners.errors import RecordError
from partners.pages import Page, Reject

LAYOUT = Layout(columns=item_fields(), needed=frozenset({"return_id", "arrived_at"}), aliases=aliases())
CLOCKS_DIFFER = timedelta(days=1)


class Read(NamedTuple):
    """One record that could be read, and the key under which it is refused where it cannot be used after all."""

    said: AcsReturn
    key: str


def read_returns(cursor: str) -> Iterator[Page]:
    """Pages of raw returns from ACS's feed, from its cursor on."""
    return connect.returns_feed().pages(cursor)


def read_returns_csv(source: Source) -> Reader:
    """A reader of the file: one row per garment, the return's columns on each. Raises Unreadable with a sentence when read."""
    return read_csv(source, LAYOUT)


def read_all(page: Page, *, at: datetime) -> tuple[list[Read], list[Reject]]:
    """The records of a page that can be used, in their order, and the refused ones with where and why."""
    read: list[Read] = []
    refused: list[Reject] = []
    for raw in _records(page.records):
        try:
            read.append(_of_row(raw, at=at) if isinstance(raw, Row) else _of_feed(raw, at=at))
        except RecordError as error:
            refused.append(_refusal(raw, error))
    return read, refused


def _records(records: Sequence[Any]) -> Iterator[Row | bytes]:
    """A row of a file that is tried again comes as the bytes kept of it, and so does a record of the feed."""
    for record in records:
        if isinstance(record, bytes) and record.startswith(b"row,"):
            yield from rows_of([record], LAYOUT)
        else:
            yield record


def _of_feed(raw: bytes, *, at: datetime) -> Read:
    said = decode_return(raw)
    _must_have_been(said, "$", at=at)
    return Read(said, said.acs_id)


def _of_row(row: Row, *, at: datetime) -> Read:
    if row.fault:
        raise RecordError("", row.fault)
    said = read_return({name: cell for name, cell in row.cells.items() if cell.strip()}, "")
    _must_have_been(said, "", at=at)
    return Read(said, f"{said.acs_id}, row {row.number}")


def _must_have_been(said: AcsReturn, path: str, *, at: datetime) -> None:
    """What ACS dates in the future would keep every later word out until then."""
    for column, field, when in (("arrived_at", "arrivedAt", said.arrived_at), ("updated_at", "updatedAt", said.told_at)):
        if when > at + CLOCKS_DIFFER:
            raise RecordError(f"{path}.{field}" if path else column, "lies in the future", key=said.acs_id)


def _refusal(raw: Row | bytes, error: RecordError) -> Reject:
    if isinstance(raw, Row):
        where = f"row {raw.number}: {error.path}" if error.path else f"row {raw.number}"
        key = f"{error.key}, row {raw.number}" if error.key else ""
        return Reject(key=key, path=where, reason=f"{error.path} {error.reason}".strip(), raw=raw.raw)
    return Reject(key=error.key, path=error.path, reason=error.reason, raw=raw)
