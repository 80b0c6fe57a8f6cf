"""The neutral promises: what a room may ask of a warehouse, a carrier, a shop, whoever stands behind it."""

from collections.abc import Iterator
from typing import Protocol

from partners.acs.records import AcsOrder, OutboundOrder, PutAnswer
from partners.inpost.records import GroupPoint
from partners.pages import Page


class Warehouse(Protocol):
    """Takes orders by our number and shows them. Every method raises PartnerError."""

    def get_order(self, number: str) -> AcsOrder | None: ...

    def put_order(self, order: OutboundOrder) -> PutAnswer: ...


class Carrier(Protocol):
    def point(self, point_id: str) -> GroupPoint | None: ...

    def check(self) -> str: ...


class PointsSource(Protocol):
    def pages(self) -> Iterator[Page]: ...

    def check(self) -> str: ...


class Store(Protocol):
    """A shop. `hold` and `release` go by handle and answer whether anything changed."""

    def orders(self, cursor: str) -> Iterator[Page]: ...

    def hold(self, number: str, *, handle: str, reason: str, note: str) -> bool: ...

    def release(self, number: str, *, handle: str) -> bool: ...

    def check(self) -> str: ...
