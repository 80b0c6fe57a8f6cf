"""Stock files for the tests, and one step of the feed."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from inventory.sync.stock import StockFile
from partners.models import SyncRun
from partners.sync import sync_file
from tests.partners.partner import Clock

HEADINGS = "SKU,RFID,Location"
READY, PROCESSING, RETIRED = "In warehouse – ready for customer", "In warehouse processing", "Ex-hired"
DAY_ONE = datetime(2026, 6, 1, tzinfo=UTC)


def row(number: int, location: str = READY, *, sku: str = "") -> str:
    return f"{sku or f'SKU-{number % 10}'},E{number:06},{location}"


def rows(count: int, location: str = READY) -> list[str]:
    return [row(number, location) for number in range(1, count + 1)]


def text(lines: Iterable[str], *, headings: str = HEADINGS) -> str:
    return "".join(f"{line}\n" for line in (headings, *lines))


class Drop:
    """A folder of stock files, read one by one. `day` names the file's date: day 1 is 1 June 2026."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.clock = folder, Clock(DAY_ONE)

    def write(self, day: int, content: str | bytes) -> Path:
        on = DAY_ONE + timedelta(days=day - 1)
        path = self.folder / f"acs_stock_{on:%Y%m%dT0610}Z.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def read(self, day: int, lines: Iterable[str] | str | bytes, **how: bool) -> SyncRun:
        content = lines if isinstance(lines, str | bytes) else text(lines)
        path = self.write(day, content)
        self.clock.at = max(self.clock.at + timedelta(minutes=1), DAY_ONE + timedelta(days=day - 1, hours=8))
        return sync_file("acs.stock", StockFile(path, at=self.clock()), clock=self.clock, **how)
