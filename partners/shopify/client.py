"""The shop on Shopify, through its Admin GraphQL API. What is asked: documents.py; what it needs: docs/partners/shopify.md."""

import json
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from partners.errors import Denied, RecordError, Unreadable
from partners.http import Wire
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
from partners.shopify import documents, scopes
from partners.shopify.flags import Flags
from partners.shopify.fulfilments import Fulfilments
from partners.shopify.graphql import PARTNER, NoSuchThing, Shopify
from partners.shopify.holds import Holds, gid_of
from partners.shopify.inventory import Inventory
from partners.shopify.milestones import Milestones
from partners.shopify.paging import Pages, connection, moved
from partners.shopify.products import Products, decode_variant
from partners.shopify.records import decode_order
from partners.shopify.refunds import Refunds
from partners.shopify.subscriptions import subscribe
from partners.shopify.throttle import Budget
from partners.values import instant_at

OVERLAP = timedelta(minutes=5)  # the filter runs on a search index, which may lag behind the orders
PAGE = 50
MOST_PAGES_OF_ONE_ORDER = 10  # of each of its lists; what has still more is refused by name where it is read
NEVER = datetime.min.replace(tzinfo=UTC)


class _Place(NamedTuple):
    """Where an order stands in the order of reading; NEVER where that cannot be read."""

    updated_at: datetime
    order_id: str


class ShopifyStore:
    """One shop. `granted` names the scopes of its token, once `check` has asked. No method waits or sleeps."""

    def __init__(
        self,
        wire: Wire,
        *,
        version: str = documents.VERSION,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        budget: Budget | None = None,
        location: str = "",
        aside: str = "",
    ) -> None:
        self._shop, self._clock = Shopify(wire, version=version, budget=budget), clock
        self._holds, self._sent, self._pages = Holds(self._shop), Fulfilments(self._shop), Pages(self._shop, PAGE)
        self._products, self._flags = Products(self._shop, clock), Flags(self._shop)
        self._way = Milestones(self._shop, self._sent.showing)
        self._stock, self._refunds = Inventory(self._shop, sale=location, aside=aside), Refunds(self._shop)
        self.granted: tuple[str, ...] = ()

    def orders(self, cursor: str) -> Iterator[Page]:
        """Pages of raw orders changed since `cursor` less five minutes, oldest change first.

        The cursor is the latest `updatedAt` read with the order's id; a page that is not beyond it has none. What Shopify dates
        in our future is read, but never moves the cursor past what is still to be written.
        """
        reached, now = _place_of(cursor), self._clock()
        since = f"updated_at:>='{_stamp(reached.updated_at - OVERLAP)}'" if cursor else None
        for nodes in self._pages.read(documents.ORDERS, "orders", since=since):
            records = [self._whole(node) for node in nodes]
            beyond = [one for one in map(_place, nodes) if reached < one and NEVER < one.updated_at <= now]
            reached = max([reached, *beyond])
            place = f"{reached.updated_at.isoformat()}|{reached.order_id}" if beyond else None
            yield Page(records=records, cursor=place, source=f"orders {self._shop.version}", body=b"\n".join(records))

    def order(self, number: str, *, store_id: str) -> bytes | None:
        """The order as it stands now; None when the shop has none by this id."""
        gid = gid_of(store_id)
        if gid is None:
            return None
        try:
            node = self._shop.read(documents.ORDER, id=gid).get("order")
        except NoSuchThing:
            return None
        if node is not None and not isinstance(node, dict):
            raise Unreadable(PARTNER, "The order is not as agreed.")
        return None if node is None else self._whole(node)

    def decode(self, raw: bytes) -> StoreOrder:
        return decode_order(raw)

    def products(self, cursor: str) -> Iterator[Page]:
        """Pages of raw variants changed since `cursor` less five minutes; the last one has the cursor, as they come in no order of time."""
        return self._products.pages(cursor)

    def decode_product(self, raw: bytes) -> StoreProduct:
        return decode_variant(raw)

    def tell_sizes(self, lines: Sequence[LockerSize]) -> dict[str, SizeTold]:
        """Show on each variant which locker takes it, by compare-and-set; what it shows already is no error."""
        return self._flags.tell(lines)

    def shows_sizes(self, lines: Sequence[LockerSize]) -> bool:
        """Whether the shop shows all of these as we wanted."""
        return self._flags.shown(lines)

    def hold(self, number: str, *, store_id: str, handle: str, reason: str, note: str) -> bool:
        """Hold what is still to be fulfilled. False when all of it is held under this handle already, or nothing is left."""
        return self._holds.place(store_id, handle=handle, reason=reason, note=note)

    def release(self, number: str, *, store_id: str, handle: str) -> bool:
        """Lift our own holds of this handle, and nobody else's. False when none stands."""
        return self._holds.lift(store_id, handle=handle)

    def ship(self, number: str, *, store_id: str, tracking: str, url: str, instead_of: str = "", notify: bool = True) -> tuple[str, bool]:
        """Show the order as sent, or its number corrected; the shop tells the customer."""
        return self._sent.ship(store_id, tracking=tracking, url=url, instead_of=instead_of, notify=notify)

    def milestone(self, number: str, *, store_id: str, tracking: str, milestone: Milestone, happened_at: datetime) -> tuple[str, bool]:
        """Show how far the parcel with our number is, as an event of its fulfilment."""
        return self._way.reach(store_id, tracking=tracking, milestone=milestone, happened_at=happened_at)

    def tag(self, number: str, *, store_id: str, add: tuple[str, ...] = (), remove: tuple[str, ...] = ()) -> bool:
        """Add and take away tags. False when the order's tags are so already."""
        return self._holds.tag(store_id, add=add, remove=remove)

    def places(self) -> tuple[Place, ...]:
        """What can be bought, and what is set aside where a location for it is named."""
        return self._stock.places

    def levels(self, skus: Sequence[str], *, place: Place = Place.SALE) -> Iterator[list[StockLevel]]:
        """Pages of what the shop shows: `available` of what can be bought, `on_hand` of what is set aside."""
        return self._stock.levels(skus, place=place)

    def set_levels(
        self, changes: Sequence[StockChange], *, key: str, reference: str, reason: Reason = Reason.CORRECTION, place: Place = Place.SALE
    ) -> list[StockAnswer]:
        """Compare and set up to 250 counts."""
        return self._stock.set(changes, key=key, reference=reference, reason=reason, place=place)

    def refund(self, refund: RefundDraft, *, idempotency_key: str) -> RefundDoc:
        """Give back what was paid for one garment, by the way it was paid. Nothing is restocked; Shopify writes to the customer."""
        return self._refunds.give(refund, idempotency_key=idempotency_key)

    def find_refund(self, key: str, *, store_id: str) -> RefundDoc | None:
        """By the order's refunds, whose notes end in our keys."""
        return self._refunds.find(key, store_id=store_id)

    def watch(self, callback: str) -> tuple[str, ...]:
        """Subscribe `callback` to the changes of orders where it is not; the topics that had to be added."""
        return subscribe(self._shop, callback)

    def check(self) -> str:
        """Prove that the token is good, reads an order with every field that the feed asks for, and has the scopes it needs.

        The order comes first: a good answer to anything else would say that the line works while the feed cannot be read.
        """
        self._shop.read(documents.ORDERS, first=1, after=None, since=None)
        said = self._shop.read(documents.ACCESS)
        self.granted = scopes.granted(said)
        if lacking := scopes.missing(self.granted):
            raise Denied(PARTNER, f"The app lacks {' and '.join(lacking)}. An integration admin must add them to it and install it again.")
        scopes.guard_version(said, self._shop.version)
        opens = f"Shopify opens {scopes.shop_name(said)}: orders can be read, held and tagged by version {self._shop.version}."
        return opens + scopes.without_milestones(self.granted) + scopes.without_stock(self.granted)

    def _whole(self, node: dict[str, Any]) -> bytes:
        """The order as JSON, each of its lists read to the end: to an end, at least, from where `decode` refuses it by name."""
        for name, document in documents.REST.items():
            self._read_on(node, name, document)
        return json.dumps(node, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")

    def _read_on(self, node: dict[str, Any], name: str, document: str) -> None:
        first = node.get(name)
        if not isinstance(first, dict) or not isinstance(first.get("nodes"), list):
            return  # decode says what is wrong with it
        nodes, following = connection(first)
        for _ in range(MOST_PAGES_OF_ONE_ORDER):
            if following is None:
                break
            said = self._shop.read(document, id=str(node.get("id")), after=following).get("order")
            more, further = connection(said.get("rest") if isinstance(said, dict) else None)
            nodes, following = [*nodes, *more], further and moved(following, further)
        node[name] = {"nodes": nodes, "pageInfo": {"hasNextPage": following is not None, "endCursor": following}}


def _place(node: dict[str, Any]) -> _Place:
    try:
        return _Place(instant_at(node.get("updatedAt"), "$.updatedAt"), str(node.get("id")))
    except RecordError:
        return _Place(NEVER, "")


def _place_of(cursor: str) -> _Place:
    if not cursor:
        return _Place(NEVER, "")
    updated_at, _, order_id = cursor.partition("|")
    return _Place(datetime.fromisoformat(updated_at), order_id)


def _stamp(instant: datetime) -> str:
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
