"""The make-believe Shopify shop: its orders, holds and tags, its goods and how many there are, and whom it tells of changes."""

import itertools
from collections.abc import Iterable
from datetime import datetime, timedelta

from partners.sandbox.shopify.budget import Budget
from partners.sandbox.shopify.levels import Levels
from partners.sandbox.shopify.once import Answers
from partners.sandbox.shopify.postman import Postman
from partners.sandbox.shopify.sale import OURS, Fulfilment, Hold, Sale, Sending, stamp
from partners.sandbox.shopify.shelf import shelved
from partners.sandbox.shopify.takeover import sale_of
from partners.sandbox.world import World

TOKEN = "shpat_sandbox0000000000000000000000000000"  # noqa: S105 - opens a make-believe shop on this machine
SECRET = "shpss_sandbox-client-secret"  # noqa: S105 - as above
NUMBERS_FROM = 48_000_000_000_000
DOMAIN, VERSION = "lockstep-sandbox.myshopify.com", "2026-07"
GRANTED = (
    "read_orders",
    "write_orders",
    "read_products",
    "write_products",
    "read_inventory",
    "write_inventory",
    "read_locations",
    "read_customers",
    "read_merchant_managed_fulfillment_orders",
    "write_merchant_managed_fulfillment_orders",
)


class Shop:
    """Everything that the shop keeps, by its own ids. Guarded by the world's lock."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.products = {product.sku: product for product in world.products}
        self.skus = {sku: place for place, sku in enumerate(self.products, start=1)}
        self.sku_of = {NUMBERS_FROM + place: sku for sku, place in self.skus.items()}
        self.sales = {sale.id: sale for sale in (sale_of(order, self.products) for order in world.orders)}
        self.budget = Budget(world.now)
        self.granted = set(GRANTED)
        self.postman = Postman(world.now, SECRET.encode(), DOMAIN, VERSION)
        self.notifications: list[dict[str, str | None]] = []
        self.lags_s = 0.0
        self.counts = {"queries": 0, "mutations": 0, "throttled": 0}
        self._ids = itertools.count(900_000_000_001)
        self.shelf = shelved(list(self.products.values()), world.start, self._ids)
        self.levels = Levels(world.now, world.stock.shown, world.start, self.sales)
        self.answers = Answers(world.now)

    @property
    def by_number(self) -> dict[str, Sale]:
        return {sale.number: sale for sale in self.sales.values()}

    @property
    def fulfilments(self) -> dict[int, tuple[Sale, Fulfilment]]:
        return {one.id: (sale, one) for sale in self.sales.values() for one in sale.fulfilments}

    @property
    def sendings(self) -> dict[int, tuple[Sale, Sending]]:
        return {one.id: (sale, one) for sale in self.sales.values() for one in sale.sendings}

    def now(self) -> datetime:
        return self.world.now().replace(microsecond=0)

    def next_id(self) -> int:
        return next(self._ids)

    def indexed(self) -> list[Sale]:
        """The orders as the search knows them: changes of the last `lags_s` seconds are not in it yet, and their orders are left out."""
        until = self.world.now() - timedelta(seconds=self.lags_s)
        return [sale for sale in self.sales.values() if not self.lags_s or sale.updated_at <= until]

    # --- changes ---------------------------------------------------------------------------------------------------------------

    def touch(self, sale: Sale, *topics: str) -> None:
        """The order has changed: it is newer than it was, and whoever subscribed hears of it."""
        sale.updated_at = max(sale.updated_at, self.world.now().replace(microsecond=0))
        for topic in ("ORDERS_UPDATED", *topics):
            self.postman.put(topic, sale)

    def hold(self, sale: Sale, one: Fulfilment, hold: Hold) -> None:
        one.holds.append(hold)
        self._moved(sale, one, "FULFILLMENT_ORDERS_PLACED_ON_HOLD")

    def lift(self, sale: Sale, one: Fulfilment, holds: Iterable[Hold]) -> None:
        lifted = {hold.id for hold in holds}
        one.holds = [hold for hold in one.holds if hold.id not in lifted]
        self._moved(sale, one, "FULFILLMENT_ORDERS_HOLD_RELEASED")

    def _moved(self, sale: Sale, one: Fulfilment, topic: str) -> None:
        one.updated_at = self.world.now().replace(microsecond=0)
        self.touch(sale)
        self.postman.put_fulfilment(topic, one)

    def tag(self, sale: Sale, *, add: Iterable[str] = (), remove: Iterable[str] = ()) -> None:
        """Tags are a set that does not care for case, kept in alphabetical order. What changes nothing leaves no trace."""
        gone = {tag.casefold() for tag in remove}
        kept = {tag.casefold(): tag for tag in sale.tags if tag.casefold() not in gone}
        for tag in add:
            kept.setdefault(tag.casefold(), tag)
        tags = sorted(kept.values(), key=str.casefold)
        if tags != sale.tags:
            sale.tags = tags
            self.touch(sale)

    def notify(self, sale: Sale, one: Sending, kind: str) -> None:
        """The customer gets an e-mail: the parcel is on its way, or is to be followed elsewhere."""
        number, url = one.tracking[0] if one.tracking else (None, None)
        told_at = stamp(self.world.now())
        self.notifications.append({"order": sale.number, "kind": kind, "number": number, "url": url, "at": told_at})

    def cancel(self, sale: Sale, reason: str = "CUSTOMER") -> None:
        """The whole order, paid back; nothing of it is to be sent any more, and holds are gone with it."""
        if sale.cancelled_at:
            return
        sale.cancelled_at, sale.cancel_reason = self.world.now().replace(microsecond=0), reason
        for one in sale.fulfilments:
            one.closed, one.holds, one.updated_at = True, [], sale.cancelled_at
        self.touch(sale, "ORDERS_CANCELLED")

    def ours(self) -> list[Hold]:
        return [hold for sale in self.sales.values() for one in sale.fulfilments for hold in one.holds if hold.app == OURS]
