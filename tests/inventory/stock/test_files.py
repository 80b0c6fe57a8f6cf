"""What ACS's stock file says becomes our garments, or nothing of it does."""

from datetime import timedelta

import pytest

from exceptions_queue.models import ExceptionCase
from inventory.actions import allocate, leave
from inventory.invariants import the_counters_equal_a_recount
from inventory.models import AcsSku, Garment, GarmentChange, Level
from inventory.queries import sellable_now
from partners.models import CodeMapping, Feed, RawPayload, RejectedRecord, SyncRun
from tests.inventory.stock.files import DAY_ONE, HEADINGS, PROCESSING, READY, RETIRED, row, rows, text

pytestmark = pytest.mark.django_db
Outcome = SyncRun.Outcome


def mirror() -> list[tuple[object, ...]]:
    columns = ("rfid", "sku", "raw_status", "status_id", "since", "missing_since", "missing_files", "size", "grade", "order_number")
    return list(Garment.objects.order_by("rfid").values_list(*columns))


def cases(code: str = "") -> list[tuple[str, str]]:
    found = ExceptionCase.objects.filter(state="open").order_by("code", "subject_label")
    return [(case.code, case.evidence["fault"]) for case in found if not code or case.code == code]


def leaves(drop, sku: str) -> None:
    """An order of two of these leaves ACS two hours after the last file."""
    allocate("LS-1", {sku: 2}, at=drop.clock())
    leave(["LS-1"], at=drop.clock() + timedelta(hours=2))


class TestTheSameBytesAgain:
    def test_they_do_not_know_yet_what_left_meanwhile_so_it_counts_on(self, drop):
        drop.read(1, rows(100))
        leaves(drop, "SKU-1")

        run = drop.read(2, rows(100))

        assert (run.outcome, run.unchanged, run.feed.last_content_at) == ("ok", 100, DAY_ONE.replace(day=2, hour=6, minute=10))
        assert the_counters_equal_a_recount(drop.clock()) == []
        assert Level.objects.get(sku="SKU-1").allocated == 2

    def test_the_next_file_that_is_another_ends_it(self, drop):
        drop.read(1, rows(100))
        leaves(drop, "SKU-1")
        drop.read(2, rows(100))

        drop.read(3, rows(99))

        assert the_counters_equal_a_recount(drop.clock()) == []
        assert Level.objects.get(sku="SKU-1").allocated == 0

    def test_what_was_doubled_in_them_still_is(self, drop):
        doubled = [*rows(300), row(1)]
        drop.read(1, doubled)
        assert cases("STK-FEED-BAD") == [("STK-FEED-BAD", "duplicate")]

        assert drop.read(2, doubled).unchanged > 0
        assert cases("STK-FEED-BAD") == [("STK-FEED-BAD", "duplicate")]

    def test_they_end_the_case_of_a_file_that_was_held_in_between(self, drop):
        drop.read(1, rows(100))
        drop.read(2, rows(50))
        assert cases("STK-FEED-BAD") == [("STK-FEED-BAD", "short")]

        drop.read(3, rows(100))
        assert cases("STK-FEED-BAD") == []


class TestAGoodFile:
    def test_every_garment_is_kept_with_its_text_and_since_when(self, drop):
        run = drop.read(1, rows(30))

        assert (run.outcome, run.seen, run.created, run.unchanged, run.rejected) == (Outcome.OK, 30, 30, 0, 0)
        garment = Garment.objects.get(rfid="E000007")
        assert (garment.sku, garment.raw_status, garment.status.target) == ("SKU-7", READY, "ready")
        assert garment.since == garment.first_seen_at == DAY_ONE.replace(hour=6, minute=10)
        assert Feed.objects.get().last_content_at == garment.since

    def test_levels_and_the_skus_of_acs_follow(self, drop):
        drop.read(1, rows(30))

        assert (Level.objects.get(sku="SKU-1").on_hand, Level.objects.count()) == (3, 10)
        assert set(AcsSku.objects.values_list("source", flat=True)) == {"stock_file"}
        assert set(sellable_now(at=DAY_ONE).values()) == {0}
        assert set(sellable_now(at=DAY_ONE.replace(day=5)).values()) == {3}

    def test_only_what_differs_is_counted_as_changed(self, drop):
        drop.read(1, rows(30))
        run = drop.read(2, [row(1, PROCESSING), *rows(30)[1:]])

        assert (run.created, run.changed, run.unchanged, run.gone) == (0, 1, 29, 0)
        change = GarmentChange.objects.get()
        assert (change.event, change.was, change.became, change.since_before) == (
            "status",
            READY,
            PROCESSING,
            DAY_ONE.replace(hour=6, minute=10),
        )
        assert Garment.objects.get(rfid="E000001").since == DAY_ONE.replace(day=2, hour=6, minute=10)

    def test_the_same_bytes_again_say_that_nothing_changed(self, drop):
        first = drop.read(1, rows(30))
        before = mirror()
        again = drop.read(1, rows(30))

        assert (again.outcome, again.seen, again.unchanged, again.created) == (Outcome.OK, 30, 30, 0)
        assert first.content_hash == again.content_hash
        assert mirror() == before

    @pytest.mark.parametrize("headings", ["Location;rfid;s k u", "LOCATION\tRFID_Code\tProduct SKU"])
    def test_headings_by_other_names_and_separators(self, drop, headings):
        divider = ";" if ";" in headings else "\t"
        drop.read(1, text([divider.join((READY, "E1", "A-1"))], headings=headings))

        assert Garment.objects.get().sku == "A-1"

    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
    def test_every_usual_encoding(self, drop, encoding):
        drop.read(1, text(rows(3)).encode(encoding))

        assert set(Garment.objects.values_list("raw_status", flat=True)) == {READY}

    def test_dashes_spaces_and_case_do_not_make_another_status(self, drop):
        drop.read(1, rows(25))
        drop.read(2, rows(25, "in warehouse -  READY for customer"))

        assert set(Garment.objects.values_list("status__folded", flat=True)) == {"in warehouse - ready for customer"}
        assert not GarmentChange.objects.exists()
        assert set(Garment.objects.values_list("raw_status", "since")) == {
            ("in warehouse - READY for customer", DAY_ONE.replace(hour=6, minute=10))
        }

    def test_optional_columns_are_kept_and_a_file_without_them_says_nothing_of_them(self, drop):
        headings = HEADINGS + ",Size,Grade,Last scan time,Order number"
        drop.read(1, text([f"{row(1)},M,A,2026-05-30 09:00,LS-1"], headings=headings))
        drop.read(2, [row(1), row(1).replace("E000001", "E000009")])

        garment = Garment.objects.get(rfid="E000001")
        assert (garment.size, garment.grade, garment.order_number) == ("M", "A", "LS-1")
        assert garment.scanned_at == DAY_ONE.replace(month=5, day=30, hour=8)

    def test_another_text_of_the_same_meaning_keeps_the_clock(self, drop):
        drop.read(1, rows(25, PROCESSING))
        CodeMapping.objects.create(
            partner="acs", kind="stock_status", raw="Being cleaned", folded="being cleaned", target="processing", flags={"sellable": False}
        )
        drop.read(2, rows(25, "Being cleaned"))

        assert GarmentChange.objects.count() == 25
        assert set(Garment.objects.values_list("since", flat=True)) == {DAY_ONE.replace(hour=6, minute=10)}

    def test_two_texts_that_nobody_mapped_are_not_one_meaning(self, drop):
        drop.read(1, rows(25, "Somewhere"))
        drop.read(2, rows(25, "Elsewhere"))

        assert set(Garment.objects.values_list("since", flat=True)) == {DAY_ONE.replace(day=2, hour=6, minute=10)}

    def test_an_order_number_that_comes_to_a_picked_garment_takes_its_order_s_allocation_off(self, drop):
        headings = f"{HEADINGS},Order number"
        CodeMapping.objects.create(partner="acs", kind="stock_status", raw="Picked", folded="picked", target="allocated")
        drop.read(1, text([*(f"{line}," for line in rows(30)), "SKU-1,P,Picked,"], headings=headings))
        allocate("LS-1", {"SKU-1": 1}, at=drop.clock())
        assert Level.objects.get(sku="SKU-1").allocated == 1

        drop.read(2, text([*(f"{line}," for line in rows(30)), "SKU-1,P,Picked,LS-1"], headings=headings))

        assert Level.objects.get(sku="SKU-1").allocated == 0
        assert the_counters_equal_a_recount(drop.clock()) == []


class TestAbsence:
    def test_a_garment_that_is_not_named_is_missing_and_not_on_hand(self, drop):
        drop.read(1, rows(30))
        run = drop.read(2, rows(30)[1:])

        gone = Garment.objects.get(rfid="E000001")
        assert (run.gone, gone.missing_files, gone.missing_since) == (1, 1, DAY_ONE.replace(day=2, hour=6, minute=10))
        assert (Level.objects.get(sku="SKU-1").on_hand, Level.objects.get(sku="SKU-1").missing) == (2, 1)
        assert GarmentChange.objects.get().event == "missing"

    def test_after_three_files_a_case_that_its_return_closes(self, drop):
        drop.read(1, rows(30))
        for day in (2, 3):
            drop.read(day, [*rows(30)[1:-1], row(30, PROCESSING if day % 2 else READY)])
            assert cases() == []
        drop.read(4, rows(30)[1:])
        assert cases() == [("STK-RFID-MISSING", "missing")]

        drop.read(5, rows(30))
        back = Garment.objects.get(rfid="E000001")
        assert (back.missing_since, back.missing_files, back.since) == (None, 0, DAY_ONE.replace(day=5, hour=6, minute=10))
        assert cases() == []
        assert GarmentChange.objects.filter(garment=back).order_by("-pk")[0].event == "back"

    def test_one_that_was_gone_when_last_heard_of_is_expected_to_vanish(self, drop):
        drop.read(1, [row(1, RETIRED), row(2, "With customer"), *rows(30)[2:]])
        CodeMapping.objects.filter(raw="With customer").update(target="with_customer", flags={"sellable": False, "bucket": "outside"})
        for day in (2, 3, 4):
            drop.read(day, [*rows(30)[3:-1], row(30, PROCESSING if day % 2 else READY)])

        labels = ExceptionCase.objects.filter(code="STK-RFID-MISSING", state="open").values_list("subject_label", flat=True)
        assert (Garment.objects.filter(missing_files=3).count(), list(labels)) == (3, ["E000003"])

    def test_a_file_that_takes_away_a_fifth_is_held(self, drop):
        drop.read(1, rows(100))
        before = mirror()
        replaced = [row(number) for number in (*range(1, 71), *range(201, 231))]

        run = drop.read(2, replaced)

        assert (run.outcome, "take away 30 of 130" in run.why) == (Outcome.HELD, True)
        assert mirror() == before
        assert cases() == [("STK-FEED-BAD", "gone")]


class TestRowsThatCannotBeUsed:
    def test_an_rfid_named_twice_is_left_out_and_its_garment_stays_as_it_was(self, drop):
        drop.read(1, rows(400))
        run = drop.read(2, [row(1, PROCESSING), row(1, RETIRED), *rows(400)[1:]])

        assert (run.outcome, run.rejected, run.gone, run.changed) == (Outcome.OK, 2, 0, 0)
        garment = Garment.objects.get(rfid="E000001")
        assert (garment.raw_status, garment.missing_since) == (READY, None)
        assert RejectedRecord.objects.get().path == "row 3: RFID"
        assert cases() == [("STK-FEED-BAD", "duplicate")]

    @pytest.mark.parametrize(
        ("line", "path", "reason"),
        [
            ("A-1,,Ready", "row 402: RFID", "is missing"),
            (",E9,Ready", "row 402: SKU", "is missing"),
            ("A-1,E9,", "row 402: Location", "is missing"),
            ("A-1,E9", "row 402", "has 2 cells where the first row has 3"),
            (f"A-1,{'E' * 65},Ready", "row 402: RFID", "is longer than 64 characters"),
            (f"A-1,E9,{'L' * 201}", "row 402: Location", "is longer than 200 characters"),
        ],
    )
    def test_one_bad_row_is_named_and_the_others_count(self, drop, line, path, reason):
        run = drop.read(1, [*rows(400), line])

        assert (run.outcome, run.created, run.rejected) == (Outcome.OK, 400, 1)
        refused = RejectedRecord.objects.get()
        assert (refused.path, refused.reason) == (path, reason)

    def test_three_in_a_hundred_rows_of_a_wrong_width_hold_the_file(self, drop):
        drop.read(1, rows(100))
        before = mirror()

        run = drop.read(2, [*rows(97), "a,b", "a,b,c,d", "a"])

        assert (run.outcome, run.seen, run.rejected) == (Outcome.HELD, 100, 3)
        assert mirror() == before


class TestAFileThatIsRefused:
    @pytest.fixture
    def applied(self, drop):
        drop.read(1, rows(100))
        return mirror()

    @pytest.mark.parametrize(
        ("content", "said"),
        [
            (b"", "The file is empty."),
            (text([]), "The file has headings and no rows."),
            (text(rows(100), headings="SKU,Tag,Place"), "Row 1 names no column Location: it reads SKU, Tag, Place."),
            (text(rows(100))[:-38], "Row 101, column RFID: the file ends in the middle of this row"),
            (text(rows(100)).encode()[:-22], "Row 101, column Location: the file ends in the middle of a character"),
            (text(rows(100))[:-25], "Row 101, column Location: the file ends in the middle of this row"),
            (text(rows(100)).encode().replace(b"E000050,In", b"E000050,\xff\xfeIn"), "Row 51 holds a damaged character"),
            (text(rows(100)).encode("utf-16"), "The file is in UTF-16"),
        ],
    )
    def test_one_that_cannot_be_read_fails_with_a_sentence_and_writes_nothing(self, drop, applied, content, said):
        run = drop.read(2, content)

        assert (run.outcome, run.why[: len(said)]) == (Outcome.FAILED, said)
        assert mirror() == applied
        assert cases() == [("STK-FEED-BAD", "unreadable")]

    @pytest.mark.parametrize(("day", "count", "fault"), [(2, 50, "short"), (2, 1000, "long"), (0, 100, "older")])
    def test_one_that_looks_wrong_is_held_and_kept(self, drop, applied, day, count, fault):
        run = drop.read(day, rows(count, PROCESSING))

        assert run.outcome == Outcome.HELD
        assert mirror() == applied
        assert cases() == [("STK-FEED-BAD", fault)]
        assert RawPayload.objects.filter(run=run).exists()

    def test_the_goods_of_somebody_else_are_held(self, drop):
        drop.read(1, rows(100))
        run = drop.read(2, [f"THEIRS-{n % 30},F{n:06},{READY}" for n in range(1, 101)])

        assert (run.outcome, cases()) == (Outcome.HELD, [("STK-FEED-BAD", "strange")])

    def test_a_good_file_closes_it(self, drop, applied):
        drop.read(2, rows(50))
        drop.read(3, rows(100))

        assert cases() == []


class TestStatuses:
    def test_a_new_one_in_the_last_row_is_imported_and_never_sold(self, drop):
        run = drop.read(1, [*rows(9), row(10, "Gone to the moon")])

        assert (run.outcome, run.created) == (Outcome.OK, 10)
        mapping = CodeMapping.objects.get(raw="Gone to the moon")
        assert (mapping.target, mapping.seen_count) == ("", 1)
        case = ExceptionCase.objects.get(state="open")
        assert (case.code, case.blocks, case.subject_id) == ("STK-UNMAPPED", "S", mapping.pk)
        assert case.evidence == {"field": "status", "fault": "unmapped", "status": "Gone to the moon", "count": 1}
        assert sellable_now(["SKU-0"], at=DAY_ONE.replace(day=20)) == {"SKU-0": 0}

    def test_a_jump_opens_a_case_until_the_garment_leaves_that_state(self, drop):
        drop.read(1, [*rows(9), row(10, RETIRED)])
        drop.read(2, rows(10))
        assert ExceptionCase.objects.get(state="open").evidence["from"] == RETIRED
        drop.read(3, [*rows(8), row(9, PROCESSING), row(10)])
        assert cases() == [("STK-JUMP", "jump")]

        drop.read(4, [*rows(9), row(10, RETIRED)])
        assert cases() == []

    def test_what_jumped_is_not_for_sale_even_after_its_buffer(self, drop):
        drop.read(1, [*rows(29), row(30, RETIRED)])
        drop.read(2, rows(30))
        drop.read(6, rows(30))

        assert Garment.objects.get(doubted_since__isnull=False).rfid == "E000030"
        assert Garment.objects.get(rfid="E000030").doubted_since == DAY_ONE.replace(day=2, hour=6, minute=10)
        level = Level.objects.get(sku="SKU-0")
        assert (level.on_hand, level.ripe + level.waiting) == (3, 2)
        assert sellable_now(["SKU-0", "SKU-1"], at=DAY_ONE.replace(day=20)) == {"SKU-0": 2, "SKU-1": 3}

    @pytest.mark.parametrize("then", [RETIRED, PROCESSING, "Gone to the moon", ""])
    def test_the_doubt_ends_with_its_case_when_the_garment_is_not_ready_any_more(self, drop, then):
        drop.read(1, [*rows(29), row(30, RETIRED)])
        drop.read(2, rows(30))
        drop.read(3, [*rows(29), *([row(30, then)] if then else [])])

        assert (Garment.objects.filter(doubted_since__isnull=False).count(), cases("STK-JUMP")) == (0, [])

    def test_a_status_that_sells_no_more_ends_it_with_the_next_file(self, drop):
        drop.read(1, [*rows(29), row(30, RETIRED)])
        drop.read(2, rows(30))
        CodeMapping.objects.filter(target="ready").update(flags={"sellable": False, "bucket": "reserved"})
        drop.read(3, [*rows(28), row(29, PROCESSING), row(30)])

        assert (Garment.objects.filter(doubted_since__isnull=False).count(), cases("STK-JUMP")) == (0, [])

    def test_another_text_that_sells_too_does_not_end_it(self, drop):
        CodeMapping.objects.create(
            partner="acs", kind="stock_status", raw="Hung", folded="hung", target="ready", flags={"sellable": True, "bucket": "reserved"}
        )
        drop.read(1, [*rows(29), row(30, RETIRED)])
        drop.read(2, rows(30))
        drop.read(3, [*rows(29), row(30, "Hung")])

        assert (Garment.objects.filter(doubted_since__isnull=False).count(), cases("STK-JUMP")) == (1, [("STK-JUMP", "jump")])

    def test_what_does_not_move_for_a_fortnight_is_stalled(self, drop):
        drop.read(1, [*rows(9), row(10, PROCESSING)])
        drop.read(15, [*rows(8), row(9, PROCESSING), row(10, PROCESSING)])
        assert cases() == []
        drop.read(16, [*rows(9), row(10, PROCESSING)])
        assert cases() == [("STK-STALLED", "processing")]

        drop.read(17, rows(10))
        assert cases() == []
