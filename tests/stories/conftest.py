"""A whole make-believe world, mirrored: what each story starts from."""

from collections.abc import Iterator

import httpx
import pytest

from config.running import run_feed
from partners import connect
from partners.sandbox.server import Sandbox, settings_for
from partners.sandbox.shop import open_shop
from partners.sandbox.world import World
from tests.orders.builders import make_methods


@pytest.fixture
def world(settings, tmp_path, db) -> Iterator[World]:
    """Lockers, products, ACS's list and orders of one seeded world, read through the real clients."""
    world = World(seed=7, orders=90, lockers=120)
    open_shop(world, tmp_path)
    for name, value in settings_for("http://sandbox.test", tmp_path).items():
        setattr(settings, name, value)
    settings.SANDBOX = True
    settings.MODES = dict.fromkeys(settings.MODES, "live")
    make_methods()
    transport = httpx.WSGITransport(app=Sandbox(world))
    with connect.use(dict.fromkeys(("acs", "inpost", "points"), transport)):
        for feed in ("products", "acs.setup", "inpost.points", "store.orders"):
            assert run_feed(feed).outcome == "ok"
        yield world
