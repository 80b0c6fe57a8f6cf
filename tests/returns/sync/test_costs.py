"""What garments are worth, from a file: each row is taken or named by row and column, and the older never replaces the newer."""

from datetime import date
from pathlib import Path

import pytest

from config.running import run_feed
from partners.models import RejectedRecord, SyncRun
from returns.models import Cost

pytestmark = pytest.mark.django_db
HEADING = "rfid,sku,owner,ledger_class,cost_pence,depreciation_pence,as_at"


@pytest.fixture
def load(tmp_path: Path):
    def run(*lines: str) -> SyncRun:
        path = tmp_path / "costs.csv"
        path.write_text("\r\n".join(lines))
        return run_feed("costs", path=str(path))

    return run


def counts(run: SyncRun) -> tuple[str, int, int, int, int]:
    assert run.seen == run.created + run.changed + run.unchanged + run.rejected
    return run.outcome, run.created, run.changed, run.unchanged, run.rejected


def figures() -> list[tuple[str, str, str, int, int]]:
    return list(Cost.objects.order_by("rfid", "sku").values_list("rfid", "sku", "ledger_class", "cost_pence", "depreciation_pence"))


def test_a_garment_and_a_sku_each_have_their_figure(load):
    run = load(HEADING, "E1,A-1,,hire_fleet,18000,13000,2026-10-31", ",A-1,,Stock,4200,,31/10/2026", ",B-1,Nadia,consigned,0,0,2026-10-31")

    assert counts(run) == ("ok", 3, 0, 0, 0)
    assert figures() == [("", "A-1", "stock", 4200, 0), ("", "B-1", "consigned", 0, 0), ("E1", "A-1", "hire_fleet", 18000, 13000)]
    assert Cost.objects.get(sku="B-1").owner == "Nadia"


def test_the_same_file_again_changes_nothing_and_a_newer_figure_replaces(load):
    load(HEADING, "E1,,,stock,4200,0,2026-09-30")

    again = load(HEADING, "E1,,,stock,4200,0,2026-09-30")
    newer = load(HEADING, "E1,,,stock,4000,0,2026-10-31")
    older = load(HEADING, "E1,,,stock,9900,0,2026-08-31")

    assert [counts(run)[1:] for run in (again, newer, older)] == [(0, 0, 1, 0), (0, 1, 0, 0), (0, 0, 1, 0)]
    assert (figures(), Cost.objects.get().as_at) == ([("E1", "", "stock", 4000, 0)], date(2026, 10, 31))


def test_a_garment_twice_in_a_file_counts_once(load):
    run = load(
        HEADING,
        "E1,,,stock,4200,0,2026-10-31",
        "E1,,,stock,9900,0,2026-10-31",
        ",A-1,,stock,1,0,2026-10-31",
        "E2,A-1,,stock,2,0,2026-10-31",
    )

    assert counts(run) == ("ok", 3, 0, 0, 1)
    assert RejectedRecord.objects.get().reason == "names E1 again: row 2 was used"


@pytest.mark.parametrize(
    ("row", "columns", "reason"),
    [
        (",,,stock,1,0,2026-10-31", "rfid", "is missing, and so is the SKU: give one of them"),
        ("E1,,,,1,0,2026-10-31", "ledger_class", "is empty: it must be stock, hire_fleet or consigned"),
        ("E1,,,fixed,1,0,2026-10-31", "ledger_class", "is fixed: it must be stock, hire_fleet or consigned"),
        ("E1,,,stock,,0,2026-10-31", "cost_pence", "is missing"),
        ("E1,,,stock,42.00,0,2026-10-31", "cost_pence", "is 42.00: it must be whole pence, such as 4200, no less than 0"),
        ("E1,,,stock,-1,0,2026-10-31", "cost_pence", "is -1: it must be whole pence, such as 4200, no less than 0"),
        ("E1,,,stock,£42,0,2026-10-31", "cost_pence", "is £42: it must be whole pence, such as 4200, no less than 0"),
        ("E1,,,stock,99999999999999,0,2026-10-31", "cost_pence", None),
        ("E1,,,stock,1,2,2026-10-31", "depreciation_pence", "is 2, more than the cost of 1"),
        ("E1,,,stock,1,0,", "as_at", "is missing"),
        ("E1,,,stock,1,0,31.10.2026", "as_at", "must be a date such as 2026-11-23"),
        ("E1,,,stock,1,0,2031-01-01", "as_at", "is no day from the year 2000 to today"),
        ("E1,,,fixed,-1,0,soon", "ledger_class, cost_pence, as_at", None),
    ],
)
def test_a_row_that_cannot_be_used_is_named_by_row_and_columns(load, row: str, columns: str, reason: str | None):
    run = load(HEADING, ",A-1,,stock,1,0,2026-10-31", row)

    refused = run.rejected_records.get()
    assert (counts(run), refused.path) == (("ok", 1, 0, 0, 1), f"row 3: {columns}")
    assert reason is None or refused.reason.endswith(reason)


def test_figures_in_another_currency_are_refused(load):
    run = load("rfid,ledger_class,cost_pence,as_at,currency", "E1,stock,4200,2026-10-31,EUR", "E2,stock,4200,2026-10-31,GBP")

    assert [refused.reason for refused in run.rejected_records.all()] == ["currency is EUR: only figures in GBP can be used"]


def test_a_file_with_other_columns_is_refused_whole(load):
    run = load("rfid,price", "E1,42")

    assert (run.outcome, run.seen, Cost.objects.count()) == ("failed", 0, 0)
    assert run.why == "The file has no column as_at. Its first row reads: rfid, price."
