"""A file that looks plain in its first megabyte is no less well read where the rest of it is not."""

import pytest

from inventory.models import Garment
from inventory.sync.stock.scan import CHUNK, glance
from tests.inventory.stock.files import PROCESSING, READY, row, rows, text

pytestmark = pytest.mark.django_db
LONG = "a note " * 9_000
HEADINGS = "SKU,RFID,Location,Note"


def behind_a_megabyte(*last: str, location: str = PROCESSING) -> str:
    first = [f"{line},{LONG.strip()}" for line in rows(20, location)]
    return text([*first, *(f"{line},short" for line in last)], headings=HEADINGS)


def test_only_a_plain_beginning_and_a_line_end_are_believed(tmp_path):
    plain, cut, quoted = (tmp_path / name for name in ("plain.csv", "cut.csv", "quoted.csv"))
    plain.write_text(behind_a_megabyte())
    cut.write_text(behind_a_megabyte().rstrip("\n"))
    quoted.write_text(text(['SKU-1,"E000001",Ex-hired,x'], headings=HEADINGS))

    found = [glance(path) for path in (plain, cut, quoted)]

    assert plain.stat().st_size > CHUNK
    assert [bool(scanned) for scanned in found] == [True, False, False]


def test_a_quoted_cell_is_read_without_its_quotes(drop):
    run = drop.read(1, behind_a_megabyte(f'SKU-1,"E000099",{PROCESSING}'))

    assert (run.outcome, run.created, run.rejected) == ("ok", 21, 0)
    assert Garment.objects.filter(rfid="E000099").exists()


def test_a_dash_of_windows_is_a_dash(drop):
    run = drop.read(1, behind_a_megabyte(row(99, READY)).encode("cp1252"))

    assert (run.outcome, run.created, run.rejected) == ("ok", 21, 0)
    assert Garment.objects.get(rfid="E000099").raw_status == READY


def test_a_damaged_character_is_told_with_its_row(drop):
    run = drop.read(1, behind_a_megabyte(row(99), location=READY).encode() + b"SKU-1,E000100,In warehouse \x96 ready,x\n")

    assert run.outcome == "failed"
    assert "Row 23 holds a damaged character" in run.why


def test_a_control_character_in_a_code_is_left_out(drop):
    run = drop.read(1, behind_a_megabyte(f"SKU-1,E00\x0199,{PROCESSING}"))

    assert (run.outcome, run.created, run.rejected) == ("ok", 21, 0)
    assert Garment.objects.filter(rfid="E0099").exists()


@pytest.mark.parametrize("again", [row(7), row(7, PROCESSING)], ids=["both as before", "one otherwise"])
def test_an_rfid_named_twice_is_refused_though_the_mirror_knows_one_of_them(drop, again):
    drop.read(1, rows(400))

    run = drop.read(2, [*rows(400), again])

    assert (run.changed, run.unchanged, run.gone, run.rejected) == (0, 399, 0, 2)
    assert Garment.objects.get(rfid="E000007").raw_status == READY


def test_an_rfid_named_twice_does_not_hide_one_that_is_not_named(drop):
    drop.read(1, rows(400))

    run = drop.read(2, [*rows(399), row(7)])

    assert (run.unchanged, run.gone, run.rejected) == (398, 1, 2)
