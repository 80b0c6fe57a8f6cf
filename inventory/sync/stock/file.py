"""One stock file as `partners.sync` wants a whole file: staged, applied, and what follows from it."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path

from inventory.actions import recount
from inventory.actions.stock_cases import look_at_feed, look_at_garments
from inventory.models import Allocation, StockImport
from inventory.sync.stock import staging
from inventory.sync.stock.applying import MOST_SKUS, Outcome, apply
from inventory.sync.stock.rows import Layout, layout_of, refuse_cut
from inventory.sync.stock.scan import Scan, as_of, digest_of, expected_by, glance, scan
from partners import mappings
from partners.acs.stock_statuses import SEED
from partners.errors import Unreadable
from partners.models import CodeMapping, SyncRun
from partners.pages import Reject
from partners.sync import Done, kept
from partners.sync.guard import Measured, Suspicion
from partners.sync.whole import Tell

A_MOMENT = timedelta(microseconds=1)
SHOWN = 20  # refused rows in a preview


class StockFile:
    """A file of ACS's on this machine. `name` and `as_of` may be told, where the file is a copy of what once had them."""

    def __init__(self, path: Path, *, at: datetime, name: str = "", as_of_told: datetime | None = None) -> None:
        self.path, self.name = path, (name or path.name)[:200]
        stat = path.stat()
        self._size, written = stat.st_size, datetime.fromtimestamp(stat.st_mtime, UTC)
        self.as_of = as_of_told or as_of(self.name, written_at=written, at=at, by=expected_by())
        self.outcome, self._layout, self._run_id = Outcome(), Layout([], ","), 0

    @cached_property
    def _scan(self) -> Scan:
        return glance(self.path) or scan(self.path)

    def digest(self) -> str:
        """Of the bytes alone: the same file again is not looked at any further."""
        return digest_of(self.path)

    def begun(self, run: SyncRun) -> None:
        self._run_id = run.pk
        StockImport.objects.create(run=run, name=self.name, as_of=self.as_of, size=self._size)

    def stage(self, tell: Tell) -> Measured:
        """Raises Unreadable, with row and column where there is one."""
        self._layout = layout_of(self.path, self._scan)
        refuse_cut(self._layout, self._scan, {*mappings.targets("acs", CodeMapping.Kind.STOCK_STATUS), *map(mappings.fold, SEED)})
        staging.make_tables()
        rows, refused = staging.load(self.path, self._scan, self._layout, lambda done, total: self._tell(tell, done, total))
        if not rows:
            raise Unreadable("acs", "The file has headings and no rows.")
        return Measured(records=rows, unreadable=refused, as_of=self.as_of)

    def _tell(self, tell: Tell, done: int, total: int) -> None:
        StockImport.objects.filter(run=self._run_id).update(progress=min(100, 100 * done // max(1, total)))
        tell(done, total)

    def apply(self, run: SyncRun, at: datetime) -> Done:
        done = self.outcome = apply(run, as_of=self.as_of, at=at)
        return Done(done.created, done.changed, done.unchanged, done.gone)

    def refused(self) -> Iterator[list[Reject]]:
        return staging.refused()

    def doubts(self) -> Suspicion | None:
        doubled = staging.count_doubled()
        return Suspicion("duplicate", f"{doubled} rows name an RFID that another row names too.") if doubled else None

    def settled(self, run: SyncRun, at: datetime) -> None:
        """Count anew what changed, and let cases open and close."""
        done, before = self.outcome, run.feed.last_content_at
        StockImport.objects.filter(run=run).update(new_statuses=done.new_statuses[:50])
        left = Allocation.objects.filter(left_at__lte=self.as_of)
        skus = done.skus | set((left.filter(left_at__gt=before) if before else left).values_list("sku", flat=True))
        if skus:
            recount(None if len(skus) > MOST_SKUS else sorted(skus), at=at)
        look_at_garments(done.jumps, as_of=self.as_of, at=at)
        look_at_feed(at=at)

    def same_again(self, run: SyncRun, at: datetime) -> None:
        """These bytes do not know yet what left since they first came: it counts as sold on, as what leaves after this file does."""
        left = Allocation.objects.filter(left_at__gt=run.feed.last_content_at, left_at__lte=self.as_of)
        left.update(left_at=self.as_of + A_MOMENT)

    def outlook(self, run: SyncRun, found: Suspicion) -> None:
        """What a person sees before deciding: the difference it would make, and the first rows that were refused."""
        done, sample = self.outcome, next(staging.refused(), [])[:SHOWN]
        preview = {
            "fault": found.fault,
            "created": done.created,
            "changed": done.changed,
            "unchanged": done.unchanged,
            "gone": done.gone,
            "moves": [list(move) for move in done.moves],
            "refused": [[reject.path, reject.reason, reject.key] for reject in sample],
        }
        StockImport.objects.filter(run=run).update(preview=preview, new_statuses=done.new_statuses[:50])

    def chunks(self, size: int) -> Iterator[bytes]:
        with self.path.open("rb") as file:
            while chunk := file.read(size):
                yield chunk

    def close(self) -> None:
        staging.drop_tables()


@contextmanager
def kept_file(run: SyncRun, *, at: datetime) -> Iterator[StockFile]:
    """The file of a held run again, from what was kept of it."""
    known = StockImport.objects.filter(run=run).first()
    with tempfile.TemporaryDirectory(prefix="lockstep-stock-") as folder:
        path = Path(folder) / "stock.csv"
        with path.open("wb") as file:
            for chunk in kept(run):
                file.write(chunk)
        yield StockFile(path, at=at, name=known.name if known else "", as_of_told=known.as_of if known else None)
