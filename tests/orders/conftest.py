"""A live Lockstep against the make-believe ACS, met in the same process."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from partners import connect
from partners.sandbox.server import Sandbox, settings_for
from partners.sandbox.world import World
from tests.orders.builders import make_shopfloor


@pytest.fixture
def world(settings, tmp_path, db) -> Iterator[World]:
    """The sandbox's world; every partner client of this test speaks to it. ACS knows the SKUs of the builders."""
    world = World(seed=7, orders=40)
    world.acs_skus |= {"DRS-0012-10", "BOX-1"}
    for name, value in settings_for("http://sandbox.test", tmp_path).items():
        setattr(settings, name, value)
    settings.SANDBOX = True
    settings.MODES = dict.fromkeys(settings.MODES, "live")
    make_shopfloor()
    transport = httpx.WSGITransport(app=Sandbox(world))
    with connect.use(dict.fromkeys(("acs", "inpost", "points"), transport)):
        yield world


@pytest.fixture
def goods(db) -> None:
    """Everything that a good order needs around it."""
    make_shopfloor()


@pytest.fixture
def shop_folder(settings, tmp_path: Path, goods: None) -> Path:
    """A live shop that is a folder, and everything that a good order needs."""
    settings.MODES = dict.fromkeys(settings.MODES, "live")
    settings.STORE, settings.STORE_FOLDER = "folder", str(tmp_path)
    return tmp_path
