"""Any history of files, read in order, leaves the mirror that the contract in plain Python says it does."""

import tempfile
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from inventory.models import Garment, GarmentChange, Level
from inventory.sync.stock import StockFile
from partners.acs.stock_statuses import SEED
from partners.mappings import fold
from partners.models import Feed, SyncRun
from partners.sync import sync_file
from tests.inventory.stock.files import DAY_ONE, HEADINGS, text

TEXTS = (*SEED, "Nobody knows", "Nor this", "in warehouse -  READY for customer")
MEANING = {fold(raw): target for raw, (target, _) in SEED.items()}
KEEP = [f"SKU-Z,K{number:03},In warehouse processing" for number in range(200)]  # a file is never so small that the guard looks at it


@dataclass(frozen=True)
class Known:
    """What the mirror should hold of one garment."""

    sku: str
    said: str
    since: datetime
    missing_since: datetime | None = None
    missing_files: int = 0


@dataclass(frozen=True)
class Line:
    rfid: str
    sku: str
    said: str
    whole: bool = True

    def __str__(self) -> str:
        return f"{self.sku},{self.rfid},{self.said}" if self.whole else f"{self.sku},{self.rfid}"


lines = st.builds(
    Line,
    rfid=st.sampled_from([f"E{number}" for number in range(6)]),
    sku=st.sampled_from(["A", "B"]),
    said=st.sampled_from(TEXTS),
    whole=st.sampled_from([True] * 9 + [False]),
)
histories = st.lists(st.lists(lines, max_size=7), min_size=1, max_size=5)


def after(mirror: dict[str, Known], file: list[Line], as_of: datetime) -> dict[str, Known]:
    """The contract."""
    named = [line.rfid for line in file]
    good = {line.rfid: line for line in file if line.whole and named.count(line.rfid) == 1}
    now = {}
    for rfid in {*mirror, *good}:
        known, line = mirror.get(rfid), good.get(rfid)
        if line is not None:
            now[rfid] = Known(line.sku, line.said, _since(known, line, as_of))
        elif known and rfid in named:
            now[rfid] = known
        elif known:
            now[rfid] = replace(known, missing_since=known.missing_since or as_of, missing_files=known.missing_files + 1)
    return now


def _since(known: Known | None, line: Line, as_of: datetime) -> datetime:
    if known is None or known.missing_since:
        return as_of
    if fold(known.said) == fold(line.said):
        return known.since
    before, now = MEANING.get(fold(known.said), ""), MEANING.get(fold(line.said), "")
    return known.since if before and before == now else as_of


class TestHistories(TestCase):
    @settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(histories)
    def test_files_in_order_give_the_state_of_the_contract(self, history: list[list[Line]]) -> None:
        mirror: dict[str, Known] = {}
        with tempfile.TemporaryDirectory() as folder:
            for day, file in enumerate(history):
                as_of = DAY_ONE + timedelta(days=day)
                path = Path(folder) / f"stock_{as_of:%Y-%m-%dT%H%M}Z.csv"
                path.write_text(text([*KEEP, *map(str, file), f"SKU-Z,KX,{TEXTS[day]}"], headings=HEADINGS), encoding="utf-8")
                at = as_of + timedelta(hours=7)
                run = sync_file("acs.stock", StockFile(path, at=at), clock=lambda at=at: at)
                if run.outcome == SyncRun.Outcome.HELD:  # more than one row in a hundred was refused
                    continue
                mirror = after(mirror, file, as_of)
                self.assert_equal(mirror, run)

    def assert_equal(self, mirror: dict[str, Known], run: SyncRun) -> None:
        assert run.outcome == SyncRun.Outcome.OK, run.why
        assert run.seen == run.created + run.changed + run.unchanged + run.rejected
        columns = ("rfid", "sku", "raw_status", "since", "missing_since", "missing_files")
        kept = {rfid: Known(*known) for rfid, *known in Garment.objects.filter(rfid__startswith="E").values_list(*columns)}
        spaced = {rfid: replace(known, said=" ".join(known.said.split())) for rfid, known in mirror.items()}
        assert kept == spaced
        for level in Level.objects.all():
            garments = Garment.objects.filter(sku=level.sku)
            assert level.on_hand == garments.filter(missing_since=None).count()
            assert level.missing == garments.exclude(missing_since=None).count()
        assert not GarmentChange.objects.filter(since_before=None).exists()
        assert Feed.objects.get().last_content_at is not None
