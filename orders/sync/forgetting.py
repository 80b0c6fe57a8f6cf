"""The shop goes on saying who ordered; of an order whose customer was erased we do not listen to that."""

from collections.abc import Iterable
from dataclasses import replace

from orders.queries.erasing import erased_among
from orders.rules.erasing import without_person
from orders.sync.reading import Reading
from partners.shop import StoreOrder
from partners.sync import Reject


def forget_person(reading: Reading) -> Reading:
    """What the shop sent, without whom it is about. Its hash stays that of the whole, so that the same again is no news."""
    return replace(reading, sent=_forget(reading.sent), facts=without_person(reading.facts))


def _forget(sent: StoreOrder) -> StoreOrder:
    lines = tuple(replace(line, measurements=()) for line in sent.lines)
    return replace(sent, note="", phones=(), company="", lines=lines, attributes={}, metafields={})


def forget_refused(refused: Iterable[Reject]) -> tuple[list[Reject], bool]:
    """Refused records, of which those about an erased customer are kept without their text; and whether there was one. One statement,
    where anything was refused."""
    rows = list(refused)
    erased = erased_among(row.key for row in rows if row.key) if rows else set()
    return [replace(row, raw="") if row.key in erased else row for row in rows], any(row.key in erased for row in rows)
