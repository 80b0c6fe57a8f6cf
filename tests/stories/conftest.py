"""A whole make-believe world, mirrored: what each story starts from."""

from collections.abc import Iterator

import httpx
import pytest

from config.running import run_feed
from partners import connect
from partners.sandbox.server import Sandbox, settings_for
from partners.sandbox.shop import open_shop
from partners.sandbox.shopify.budget import PLANS
from partners.sandbox.world import World
from tests.orders.builders import make_methods


@pytest.fixture
def store() -> str:
    """Which shop the orders come from; a test that is told of both is parametrised by this name."""
    return "folder"


@pytest.fixture
def seed() -> int:
    return 7


@pytest.fixture
def sandbox(settings, tmp_path, store: str, seed: int) -> Sandbox:
    """The partners over one seeded world, and our settings pointing at them. The shop is on the plan with the most points."""
    world = World(seed=seed, orders=90, lockers=120)
    open_shop(world, tmp_path)
    for name, value in settings_for("http://sandbox.test", tmp_path, store).items():
        setattr(settings, name, value)
    settings.SANDBOX = True
    settings.MODES = dict.fromkeys(settings.MODES, "live")
    sandbox = Sandbox(world)
    sandbox.shop.budget.set(size=PLANS["plus"][0], restores=PLANS["plus"][1])
    return sandbox


@pytest.fixture
def world(sandbox: Sandbox, db: None) -> Iterator[World]:
    """Lockers, products, ACS's list and orders, read through the real clients."""
    make_methods()
    with connect.use(dict.fromkeys(("acs", "inpost", "points", "store"), httpx.WSGITransport(app=sandbox))):
        for feed in ("products", "acs.setup", "inpost.points", "store.orders"):
            assert run_feed(feed).outcome == "ok"
        yield sandbox.world
