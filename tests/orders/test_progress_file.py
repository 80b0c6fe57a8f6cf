"""ACS's progress as a file: headings as people write them, every bad row named, nothing lost."""

import io
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from config.running import run_feed
from exceptions_queue.models import ExceptionCase
from orders.models import Order, OrderLine
from orders.states import AcsStatus, OrderState
from partners.acs.statuses import SEED
from partners.actions import ask_replay
from partners.mappings import fold
from partners.models import CodeMapping, RejectedRecord, SyncRun
from tests.orders.builders import NOON, make_order

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def known_words(db):
    for raw, target in SEED.items():
        CodeMapping.objects.update_or_create(partner="acs", kind="order_status", folded=fold(raw), defaults={"raw": raw, "target": target})


@pytest.fixture
def order() -> Order:
    return released("LS-1")


def released(number: str, **facts: object) -> Order:
    standing = {"quantity": 2, "state": OrderState.RELEASED, "released_at": NOON, "release_claimed_at": NOON}
    return make_order(number=number, **standing | facts)


@pytest.fixture
def load(tmp_path: Path):
    def run(*lines: str, encoding: str = "utf-8") -> SyncRun:
        path = tmp_path / "progress.csv"
        path.write_bytes("\r\n".join(lines).encode(encoding))
        return run_feed("acs.orders", path=str(path))

    return run


def refused(run: SyncRun) -> list[tuple[str, str]]:
    return list(run.rejected_records.order_by("pk").values_list("path", "reason"))


@pytest.mark.parametrize(
    "heading",
    [
        "OrderNumber,Status,StatusDate,TrackingNumber,PackedLength,PackedWidth,PackedHeight,PackedWeight",
        "order no;ACS Status;Updated At;Consignment;Parcel Length;Parcel Width;Parcel Height;Parcel Weight",
        "ORDER NUMBER\tOrder Status\tstatus_at\ttracking\tlength_mm\twidth_mm\tdepth\tWeight (g)",
    ],
)
def test_headings_are_read_as_people_write_them(order: Order, load, heading: str):
    separator = max(",;\t", key=heading.count)
    run = load(heading, separator.join(["LS-1", "Packed", "2026-11-20T10:00:00Z", "JC1", "380", "300", "75", "1240"]))

    order.refresh_from_db()
    assert (run.outcome, run.changed, run.rejected) == ("ok", 1, 0)
    assert (order.acs_status, order.acs_status_raw, order.acs_tracking) == (AcsStatus.PACKED, "Packed", "JC1")
    assert order.acs_status_since == datetime(2026, 11, 20, 10, tzinfo=UTC)
    assert order.acs_packed == {"length_mm": 380, "width_mm": 300, "height_mm": 75, "weight_g": 1240}


def test_sizes_come_in_any_unit_and_are_rounded_up(order: Order, load):
    load("order,length_cm,width,height,dim_unit,weight_kg", "LS-1,38.05,12,3,in,1.2401")

    order.refresh_from_db()
    assert order.acs_packed == {"length_mm": 381, "width_mm": 305, "height_mm": 77, "weight_g": 1241}


@pytest.mark.parametrize("stated", ["2026-07-01 14:05", "01/07/2026 14:05", "2026-07-01T13:05:00Z"])
def test_a_time_without_a_zone_is_london_s(order: Order, load, stated: str):
    load("order,status,date", f"LS-1,Packed,{stated}")

    order.refresh_from_db()
    assert order.acs_status_since == datetime(2026, 7, 1, 13, 5, tzinfo=UTC)


def test_a_windows_file_is_read_too(order: Order, load):
    load("order,status", "LS-1,Quarantäne – geprüft", encoding="cp1252")

    order.refresh_from_db()
    assert (order.acs_status, order.acs_status_raw) == (AcsStatus.UNKNOWN, "Quarantäne – geprüft")
    assert CodeMapping.objects.get(raw="Quarantäne – geprüft").target == ""


def test_what_a_row_leaves_out_stays_as_it_was(order: Order, load):
    load("order,status,length,weight,picked", "LS-1,Part Picked,380,900,1")
    load("order,status,width", "LS-1,,300")

    order.refresh_from_db()
    assert (order.acs_status, order.acs_packed) == (AcsStatus.PART_PICKED, {"length_mm": 380, "weight_g": 900, "width_mm": 300})
    assert order.acs_short == [{"line_id": "1", "sku": "DRS-0012-10", "wanted": 2, "picked": 1}]


def test_a_short_pick_in_a_file_is_a_case_that_a_later_file_closes(order: Order, load):
    load("order,status,sku,picked", "LS-1,Part Picked,DRS-0012-10,1")
    opened = list(ExceptionCase.objects.filter(state="open").values_list("code", flat=True))

    load("order,status,sku,picked", "LS-1,Pick Confirmed,DRS-0012-10,2")

    assert "ORD-SHORT" in opened
    assert not ExceptionCase.objects.filter(state="open", code="ORD-SHORT").exists()


def test_an_older_row_does_not_turn_an_order_back(order: Order, load):
    load("order,status,date", "LS-1,Packed,2026-11-20T10:00:00Z")

    run = load("order,status,date", "LS-1,Picking,2026-11-20T09:00:00Z")

    order.refresh_from_db()
    assert (run.unchanged, order.acs_status) == (1, AcsStatus.PACKED)


@pytest.mark.parametrize(
    ("row", "path", "reason"),
    [
        (",Packed,,,,", "row 2: order_number", "order_number is missing"),
        ("LS-404,Packed,,,,", "row 2: order_number", "order_number is no order of ours"),
        ("LS-NEW,Packed,,,,", "row 2: order_number", "order_number is received here: ACS was not sent it"),
        ("LS-1,Packed,soon,,,", "row 2: status_at", "status_at must be a time such as 2026-11-23 14:05 or 23/11/2026 14:05"),
        ("LS-1,Packed,,wide,,", "row 2: length", "length is 'wide', which is not a number such as 12 or 12.5"),
        ("LS-1,Packed,,0,,", "row 2: length", "length is nought, which cannot be right"),
        ("LS-1,Packed,,,NOPE,1", "row 2: sku", "sku is on no line of this order"),
        ("LS-1,Packed,,,,-1", "row 2: picked", "picked must be between 0 and 1000000"),
        ("LS-1,,,,,", "row 2: status", "status is empty, and so is everything else: the row says nothing of the order"),
        (
            "LS-1,Packed,,,,1,9",
            "row 2",
            "has more cells than the first row has headings: a comma inside a cell needs quotes around the cell",
        ),
    ],
)
def test_a_bad_row_is_named_by_row_and_column(order: Order, load, row: str, path: str, reason: str):
    make_order(number="LS-NEW")

    run = load("order,status,date,length,sku,picked", row)

    assert (run.seen, run.rejected, refused(run)) == (1, 1, [(path, reason)])
    order.refresh_from_db()
    assert order.acs_status == ""


def test_every_fault_of_a_row_is_named_and_the_good_rows_count(order: Order, load):
    run = load("order,status,length,weight", "LS-1,Packed,wide,heavy", "LS-1,Packed,380,900")

    [(path, reason)] = refused(run)
    assert path == "row 2: length, weight"
    assert reason.count(";") == 1
    assert (run.seen, run.changed, run.rejected) == (2, 1, 1)


def test_two_bad_rows_of_one_order_are_two_records(order: Order, load):
    run = load("order,length", "LS-1,wide", "LS-1,long")

    assert [path for path, _ in refused(run)] == ["row 2: length", "row 3: length"]


def test_two_statuses_of_one_order_at_one_time_are_for_a_person_to_settle(order: Order, load):
    run = load("order,status", "LS-1,Packed", "LS-1,Picking")

    order.refresh_from_db()
    assert order.acs_status == AcsStatus.PACKED
    assert refused(run) == [("row 3: status", "status is Picking, but row 2 says Packed of the same order")]


def test_a_sku_on_two_lines_needs_the_line_s_number(order: Order, load):
    OrderLine.objects.create(order=order, line_id="2", sku="DRS-0012-10", quantity=1)

    run = load("order,status,line_id,sku,picked", "LS-1,Part Picked,,DRS-0012-10,1", "LS-1,Part Picked,2,,0")

    order.refresh_from_db()
    assert [path for path, _ in refused(run)] == ["row 2: sku"]
    assert [line["line_id"] for line in order.acs_short] == ["2"]


def test_a_refused_row_can_be_tried_again_once_the_order_is_known(load, world, admin_user):
    run = load("order,status", "LS-9,Packed")
    late = released("LS-9")
    ask_replay(run, actor=admin_user, at=timezone.now())

    run_feed("acs.orders")

    assert RejectedRecord.objects.get(key="LS-9, row 2").solved_at is not None
    late.refresh_from_db()
    assert late.acs_status_raw == "Packed"


def test_a_file_without_order_numbers_is_refused_with_a_sentence(load):
    run = load("status,weight", "Packed,900")

    assert (run.outcome, run.why) == ("failed", "The file has no column order_number. Its first row reads: status, weight.")


def test_thirty_rows_cost_as_many_statements_as_three(load):
    def statements(numbers: list[str]) -> int:
        for number in numbers:
            released(number)
        with CaptureQueriesContext(connection) as asked:
            assert load("order,status,picked", *(f"{number},Part Picked,1" for number in numbers)).changed == len(numbers)
        return len(asked)

    three = statements([f"A-{place}" for place in range(3)])

    assert statements([f"B-{place}" for place in range(30)]) <= three


class TestCommand:
    def test_it_names_the_refused_rows_and_counts_the_rest(self, order: Order, tmp_path: Path):
        path = tmp_path / "p.csv"
        path.write_text("order,status\nLS-1,Packed\nLS-404,Packed\n")
        out, err = io.StringIO(), io.StringIO()

        call_command("sync", "acs.orders", file=str(path), stdout=out, stderr=err)

        assert "1 changed" in out.getvalue()
        assert "row 3: order_number: order_number is no order of ours" in err.getvalue()

    def test_a_file_is_never_passed_over_in_silence(self, order: Order, tmp_path: Path):
        path = tmp_path / "p.csv"
        path.write_text("order,status\nLS-1,Packed\n")
        call_command("sync", "acs.orders", file=str(path), stdout=io.StringIO())
        run = SyncRun.objects.latest("pk")
        run.feed.paused = True
        run.feed.save()

        with pytest.raises(CommandError, match="nothing of the file was used"):
            call_command("sync", "acs.orders", file=str(path), stdout=io.StringIO())
