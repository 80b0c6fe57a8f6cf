"""A make-believe shop that gives money back, a ledger in a folder, and a clock that a test turns."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import httpx
import pytest

from orders.models import Order, OrderLine
from partners import connect
from partners.folder.ledger import FolderLedger
from partners.sandbox.server import Sandbox, settings_for
from partners.sandbox.shop import open_shop
from partners.sandbox.shopify.sale import Sale
from partners.sandbox.world import World
from returns.actions import refunds
from returns.models import LedgerAccount, Refund
from tests.returns.posting.approved import Clock
from tests.returns.refunds.due import came_back, proposed, sold


@pytest.fixture
def clock(noon: datetime) -> Clock:
    return Clock(noon)


@pytest.fixture
def shop(settings, tmp_path: Path, people) -> Iterator[Sandbox]:
    """A shop on the make-believe Shopify, live."""
    world = World(seed=7, orders=12)
    open_shop(world, tmp_path)
    for name, value in settings_for("http://sandbox.test", tmp_path, "shopify").items():
        setattr(settings, name, value)
    settings.SANDBOX = True
    settings.MODES = {**settings.MODES, "store": "live"}
    made = Sandbox(world)
    with connect.use({"store": httpx.WSGITransport(app=made)}):
        yield made


@pytest.fixture
def books(settings, clock: Clock, tmp_path: Path, people) -> FolderLedger:
    """Books in a folder, live, and an account for refunds."""
    settings.MODES = {**settings.MODES, "ledger": "live"}
    settings.LEDGER, settings.LEDGER_FOLDER = "folder", str(tmp_path / "books")
    LedgerAccount.objects.create(purpose=LedgerAccount.Purpose.REFUNDS, code="420", changed_at=clock.now)
    return FolderLedger(tmp_path / "books", clock=clock)


def sale_of(shop: Sandbox) -> Sale:
    """One sale of one garment that nobody has cancelled."""
    return next(sale for sale in shop.shop.sales.values() if len(sale.lines) == 1 and not sale.cancelled_at)


@pytest.fixture
def approved_in_the_shop(shop: Sandbox, people, clock: Clock) -> Refund:
    """A refund for the first garment of an order of the make-believe shop, approved."""
    sale = sale_of(shop)
    order = sold(pence=int(sale.lines[0].price * 100), number=sale.number, store_id=f"gid://shopify/Order/{sale.id}")
    OrderLine.objects.filter(order=order).update(line_id=str(sale.lines[0].id), quantity=sale.lines[0].quantity)
    return _approved(came_back(Order.objects.get(pk=order.pk)).pk, people, clock)


@pytest.fixture
def approved_for_the_books(books: FolderLedger, people, clock: Clock) -> Refund:
    """A credit note of £84.00, approved."""
    return _approved(proposed().item_id, people, clock)


def _approved(item: int, people, clock: Clock) -> Refund:
    refunds.look([item], at=clock.now)
    one = Refund.objects.get(item=item)
    return refunds.approve(one.pk, pence=one.amount_pence, actor=people.manager, at=clock.now)
