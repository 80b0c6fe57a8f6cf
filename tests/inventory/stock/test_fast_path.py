"""What makes a file of plain bytes go back to Python's eye although the database could read it. Run on both databases."""

import pytest

from inventory.models import Garment, Level
from inventory.sync.stock.scan import scan
from partners.models import RejectedRecord
from tests.inventory.stock.files import HEADINGS, PROCESSING, row, rows, text

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("line", "sku", "said"),
    [
        (f"SKU-7 ,LOOSE,{PROCESSING}", "SKU-7", PROCESSING),
        (f"SKU-7,LOOSE,{PROCESSING} ", "SKU-7", PROCESSING),
        (f"SKU-7,LOOSE,{PROCESSING.replace(' ', '  ')}", "SKU-7", PROCESSING),
    ],
)
def test_a_loose_space_far_behind_the_beginning_is_met_all_the_same(drop, monkeypatch, line, sku, said):
    monkeypatch.setattr("inventory.sync.stock.scan.CHUNK", 1_000)  # a MiB in life
    content = text([*rows(60), line])
    assert scan(drop.write(1, content)).plain

    run = drop.read(1, content)

    assert (run.outcome, run.created, run.rejected) == ("ok", 61, 0)
    assert Garment.objects.values_list("sku", "raw_status").get(rfid="LOOSE") == (sku, said)
    assert set(Level.objects.values_list("sku", flat=True)) == {f"SKU-{number}" for number in range(10)}


def test_an_rfid_doubled_among_new_rows_is_used_by_none_of_them(drop):
    drop.read(1, rows(400))

    run = drop.read(2, [*rows(400), row(500), row(500, PROCESSING)])

    assert (run.outcome, run.created, run.rejected) == ("ok", 0, 2)
    assert not Garment.objects.filter(rfid="E000500").exists()


def test_an_rfid_doubled_while_another_is_absent_is_not_hidden_by_the_count(drop):
    drop.read(1, rows(400))

    run = drop.read(2, [row(1), *rows(399)])

    assert (run.outcome, run.rejected, run.gone) == ("ok", 2, 1)
    assert list(Garment.objects.filter(missing_since__isnull=False).values_list("rfid", flat=True)) == ["E000400"]


@pytest.mark.parametrize("place", [0, 200, 400])
def test_a_line_that_lacks_only_a_cell_that_says_nothing_to_us_is_refused_by_its_row(drop, place):
    lines = [f"{line},red" for line in rows(400)]
    lines.insert(place, row(500))

    run = drop.read(1, text(lines, headings=f"{HEADINGS},Colour"))

    assert (run.outcome, run.created, run.rejected) == ("ok", 400, 1)
    refused = RejectedRecord.objects.get()
    assert (refused.path, refused.reason) == (f"row {place + 2}", "has 3 cells where the first row has 4")


@pytest.mark.parametrize("at_once", [59, 30])
def test_an_empty_line_far_behind_the_beginning_does_not_end_the_file(drop, monkeypatch, at_once):
    monkeypatch.setattr("inventory.sync.stock.scan.CHUNK", 1_000)
    monkeypatch.setattr("inventory.sync.stock.staging.LINES_AT_ONCE", at_once)  # it stands at the beginning of a batch, or within one
    content = text([*rows(60), "", row(61)])
    assert scan(drop.write(1, content)).plain

    run = drop.read(1, content)

    assert (run.outcome, run.created, run.rejected) == ("ok", 61, 0)
