"""The neutral promises: what a room may ask of a warehouse, a carrier, a shop, whoever stands behind it.

Every method raises PartnerError. `check` proves that the partner can be used, without changing anything there, and says in a
sentence what was proved.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from partners.ledger import Books, CreditDoc, CreditDraft, JournalDraft, LedgerAccount, LedgerDoc
from partners.pages import Page
from partners.shop import (
    LockerSize,
    Milestone,
    Place,
    Reason,
    RefundDoc,
    RefundDraft,
    SizeTold,
    StockAnswer,
    StockChange,
    StockLevel,
    StoreOrder,
    StoreProduct,
)

if TYPE_CHECKING:
    from partners.acs.records import AcsOrder, OutboundOrder, PutAnswer
    from partners.inpost.records import GroupPoint
    from partners.inpost.shipments import Consignment


class Checkable(Protocol):
    def check(self) -> str: ...


class Warehouse(Checkable, Protocol):
    """Takes orders by our number and shows them."""

    def get_order(self, number: str) -> "AcsOrder | None": ...

    def put_order(self, order: "OutboundOrder") -> "PutAnswer": ...

    def put_label(self, there: "AcsOrder", label_url: str) -> "PutAnswer":
        """Say where the label of an order is, and of all else what the warehouse shows of it itself."""


class LabelDrop(Checkable, Protocol):
    """Where labels are laid down for the warehouse as files."""

    def put(self, name: str, content: bytes) -> str:
        """Lay a file down whole, or not at all; return the hash of what lies there afterwards."""

    def hash_of(self, name: str) -> str:
        """The hash of the file that lies there; "" where none does."""

    def remove(self, name: str) -> bool: ...


class Carrier(Checkable, Protocol):
    """`granted` names the scopes of the access, once one was granted."""

    granted: tuple[str, ...]

    def point(self, point_id: str) -> "GroupPoint | None": ...

    def tracked(self, numbers: Sequence[str]) -> dict[str, list[bytes]]:
        """By tracking number, the raw events of at most ten parcels."""

    def create_shipment(self, parcel: "Consignment", *, deduplication_id: str) -> str: ...

    def shipment(self, tracking_number: str) -> bool: ...

    def label(self, tracking_number: str, *, accept: str) -> bytes: ...


class PointsSource(Checkable, Protocol):
    """A feed of all points, whole each time, that may also be asked for one."""

    def pages(self) -> Iterator[Page]: ...

    def point(self, point_id: str) -> bytes | None:
        """One point as it stands now, raw as in a page; None when there is no such point."""


class Store(Checkable, Protocol):
    """A shop. An order goes by our `number` and, where the shop has one, by the shop's own `store_id`.

    `hold`, `release` and `tag` read the shop's state first and answer whether anything changed: done already is no error.
    """

    def orders(self, cursor: str) -> Iterator[Page]:
        """Pages of raw orders changed since `cursor`, the oldest change first."""

    def order(self, number: str, *, store_id: str) -> bytes | None:
        """One order as it stands now, raw as in a page; None when the shop has none."""

    def decode(self, raw: bytes) -> StoreOrder:
        """Read one raw order. Raises RecordError with the path and the reason."""

    def hold(self, number: str, *, store_id: str, handle: str, reason: str, note: str) -> bool: ...

    def release(self, number: str, *, store_id: str, handle: str) -> bool: ...

    def tag(self, number: str, *, store_id: str, add: tuple[str, ...] = (), remove: tuple[str, ...] = ()) -> bool: ...

    def ship(self, number: str, *, store_id: str, tracking: str, url: str, instead_of: str = "") -> tuple[str, bool]:
        """Show the order as sent with this number and let the shop tell the customer: (what finds it there, whether it was news).

        `instead_of` is the number we gave before, the only one that is overwritten. Raises Conflict over anybody else's.
        """

    def milestone(self, number: str, *, store_id: str, tracking: str, milestone: Milestone, happened_at: datetime) -> tuple[str, bool]:
        """Show how far the parcel with this number is: (what finds it there, whether it was news). What the shop says already, or
        has gone beyond, is no error. Raises Rejected where it does not show this number: nothing is said of another's parcel.
        """

    def places(self) -> tuple[Place, ...]:
        """The counts that we keep there. What can be bought is always one of them."""

    def levels(self, skus: Sequence[str], *, place: Place = Place.SALE) -> Iterator[list[StockLevel]]:
        """Pages of what the shop shows of these SKUs. One that it does not have is in no page."""

    def set_levels(
        self, changes: Sequence[StockChange], *, key: str, reference: str, reason: Reason = Reason.CORRECTION, place: Place = Place.SALE
    ) -> list[StockAnswer]:
        """Change these counts, at most 250 and each SKU once, where the shop still shows what was seen; what became of each, in order.

        One that is stale or refused keeps no other from being done. `key` is the same for the same attempt; `reference` finds it
        in the shop's history. Raises UnknownOutcome when the answer was lost: read the levels, never just send again.
        """

    def products(self, cursor: str) -> Iterator[Page]:
        """Pages of raw products, those changed since `cursor` at least."""

    def decode_product(self, raw: bytes) -> StoreProduct:
        """Read one raw product. Raises RecordError with the path and the reason."""

    def tell_sizes(self, lines: Sequence[LockerSize]) -> dict[str, SizeTold]:
        """Show which locker takes each product: what became of each, by its `store_id`. What the shop shows already is no error."""

    def shows_sizes(self, lines: Sequence[LockerSize]) -> bool:
        """Whether the shop shows all of these as we wanted, however that came about."""

    def refund(self, refund: RefundDraft, *, idempotency_key: str) -> RefundDoc:
        """Give money back for one garment, which is not put back on sale by that; the shop tells the customer.

        What carries the key already is shown instead, and nothing is given twice. Raises Rejected where the shop says no or gives no
        money back at all (`connect.shop_refunds`), UnknownOutcome when the answer was lost: look the key up, never just send again.
        """

    def find_refund(self, key: str, *, store_id: str) -> RefundDoc | None:
        """The refund of this order that carries the key. None only where the shop proves that there is none."""

    def watch(self, callback: str) -> tuple[str, ...]:
        """Make sure that the shop tells `callback`, an https address, of changed orders; the topics that had to be added."""


@dataclass(frozen=True)
class Notice:
    """One message to people. `key` is the same for the same message, `thread` for all messages of one alert; no personal data in it.

    `step` is raised, grew, over or test; `url` leads to the rows it speaks of, "" where no address of ours is known.
    """

    key: str
    thread: str
    step: str
    title: str
    text: str
    url: str = ""


@dataclass(frozen=True)
class Letter:
    """One message to one customer. `key` is the same for the same message. It is personal: it goes to the mail server and nowhere else."""

    key: str
    to: str
    subject: str
    text: str


class Mailbox(Protocol):
    """Where letters to customers are handed in. What may have been taken is never handed in twice by itself."""

    def post(self, letter: Letter) -> str:
        """Hand one letter in; return its Message-ID. Raises UnknownOutcome when the line broke after the text was handed over."""


class AlertSink(Protocol):
    """Where people read what must not wait. A message may arrive twice when an answer is lost, never silently not at all."""

    def deliver(self, notice: Notice) -> str:
        """Hand one message over; return what finds it there again, if anything does."""


class Ledger(Checkable, Protocol):
    """The books. A journal goes by our key, which stands at the end of its narration; the ledger's own id finds it there.

    `draft` may have been taken when the line broke (UnknownOutcome): look the key up, after the quarantine, never just draft again.
    `post` and `drop` may be repeated: done already is no error. Raises PeriodClosed over a locked day, Rejected with the ledger's
    own sentence over what it does not take. An answer of another shape is Unreadable, never half read.
    """

    def books(self) -> Books: ...

    def accounts(self) -> list[LedgerAccount]: ...

    def find(self, key: str, *, narration: str = "", since: datetime | None = None) -> list[LedgerDoc]:
        """Every journal that carries the key, the lowest id first; void ones too. Empty only where the ledger proves that there is none.

        `narration`, as it was sent, makes the search quick; `since` bounds it: before then nobody can have sent the key.
        """

    def draft(self, journal: JournalDraft, *, idempotency_key: str) -> LedgerDoc:
        """Lay a draft down, which is no money yet. Raises ValueError where it does not balance: nothing is sent then."""

    def post(self, external_id: str) -> LedgerDoc: ...

    def drop(self, external_id: str) -> None:
        """Take a surplus draft away. A posted one is never touched: Rejected."""

    def document(self, external_id: str) -> LedgerDoc | None: ...

    def journals(self, *, changed_since: datetime | None) -> Iterator[list[LedgerDoc]]:
        """Pages of the journals changed since then; all of them for None. Whoever made them."""

    def credit(self, credit: CreditDraft, *, idempotency_key: str) -> CreditDoc:
        """Make a credit note and, where an invoice is named, set it against that."""

    def find_credit(self, key: str) -> CreditDoc | None: ...
