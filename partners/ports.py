"""The neutral promises: what a room may ask of a warehouse, a carrier, a shop, whoever stands behind it.

Every method raises PartnerError. `check` proves that the partner can be used, without changing anything there, and says in a
sentence what was proved.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Protocol

from partners.pages import Page

if TYPE_CHECKING:
    from partners.acs.records import AcsOrder, OutboundOrder, PutAnswer
    from partners.inpost.records import GroupPoint


class Checkable(Protocol):
    def check(self) -> str: ...


class Warehouse(Checkable, Protocol):
    """Takes orders by our number and shows them."""

    def get_order(self, number: str) -> "AcsOrder | None": ...

    def put_order(self, order: "OutboundOrder") -> "PutAnswer": ...


class Carrier(Checkable, Protocol):
    """`granted` names the scopes of the access, once one was granted."""

    granted: tuple[str, ...]

    def point(self, point_id: str) -> "GroupPoint | None": ...


class PointsSource(Checkable, Protocol):
    """A feed of all points, whole each time."""

    def pages(self) -> Iterator[Page]: ...


class Store(Checkable, Protocol):
    """A shop. `hold` and `release` go by handle and answer whether anything changed."""

    def orders(self, cursor: str) -> Iterator[Page]: ...

    def hold(self, number: str, *, handle: str, reason: str, note: str) -> bool: ...

    def release(self, number: str, *, handle: str) -> bool: ...
