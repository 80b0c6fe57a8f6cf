"""One ledger for each test: a folder, or a make-believe Xero, both through `connect`."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from partners import connect
from partners.folder.ledger import FolderLedger
from tests.partners.xero.fake_xero import FakeXero
from tests.returns.posting.approved import Clock

XERO = {
    "LEDGER": "xero",
    "XERO_API_URL": "http://xero.test/api",
    "XERO_TOKEN_URL": "http://xero.test/token",
    "XERO_CLIENT_ID": "us",
    "XERO_CLIENT_SECRET": "word",
    "XERO_TENANT_ID": "tenant",
    "SANDBOX": True,
}


@pytest.fixture
def clock(noon: datetime) -> Clock:
    return Clock(noon)


@pytest.fixture
def live(settings) -> None:
    settings.MODES = {**settings.MODES, "ledger": "live"}
    settings.LEDGER_POSTING = "item"


@pytest.fixture
def folder(settings, live, clock: Clock, tmp_path: Path) -> FolderLedger:
    """Books in a folder, live. `tmp_path / "books"` holds the files."""
    settings.LEDGER, settings.LEDGER_FOLDER = "folder", str(tmp_path / "books")
    return FolderLedger(tmp_path / "books", clock=clock)


@pytest.fixture
def xero(settings, live) -> Iterator[FakeXero]:
    """A make-believe Xero, live."""
    for name, value in XERO.items():
        setattr(settings, name, value)
    fake = FakeXero()
    with connect.use({"ledger": fake.web.transport}):
        yield fake
