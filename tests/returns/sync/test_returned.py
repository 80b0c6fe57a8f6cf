"""Returns are mirrored: everything ACS says, nothing twice, never the older over the newer; and what a grade decides follows at once."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django_q.models import OrmQ

from config.running import run_feed
from exceptions_queue.models import AuditEntry, ExceptionCase
from partners.models import CodeMapping, Feed, RejectedRecord, SyncRun
from returns.models import Photo, Return, ReturnItem
from returns.queries.grades import meaning
from tests.orders.builders import make_order
from tests.partners.fake_web import Reply, always, one_by_one
from tests.returns.telling import MONDAY, acs_says, answer, back, garment, grade, later, make_item, make_return

pytestmark = pytest.mark.django_db


@pytest.fixture
def hear(settings):
    def run(*replies: Reply) -> SyncRun:
        with acs_says(one_by_one(*replies), settings):
            return run_feed("acs.returns")

    return run


def counts(run: SyncRun) -> tuple[str, int, int, int, int]:
    assert run.seen == run.created + run.changed + run.unchanged + run.rejected
    return run.outcome, run.created, run.changed, run.unchanged, run.rejected


def grades() -> list[tuple[str, str]]:
    rows = ReturnItem.objects.order_by("ret__acs_id", "line_id").values_list("raw_grade", "grade__target")
    return [(raw, meaning(raw, target).value) for raw, target in rows]


class TestFeed:
    def test_returns_are_kept_and_matched_to_their_orders(self, hear):
        order = make_order(number="LS-1")

        run = hear(answer(back("R-1", garment("1", grade="A"), garment("2")), back("R-2", orderNumber="")))

        assert counts(run) == ("ok", 2, 0, 0, 0)
        assert Feed.objects.get(name="acs.returns").cursor == "2026-11-23T09:14:00.000000+00:00"
        assert dict(Return.objects.values_list("acs_id", "order")) == {"R-1": order.pk, "R-2": None}
        assert grades() == [("A", "a"), ("", "ungraded")]

    def test_the_next_run_goes_on_from_the_cursor_and_the_same_again_changes_nothing(self, hear, settings):
        told = answer(back("R-1", garment("1", grade="BER")))
        hear(told)
        web = one_by_one(told)

        with acs_says(web, settings):
            run = run_feed("acs.returns")

        assert counts(run) == ("ok", 0, 0, 1, 0)
        assert web.asked[0].query == "since=2026-11-23T09%3A04%3A00.000000%2B00%3A00"

    def test_the_same_beyond_repair_twice_in_one_feed_is_one_garment_looked_at_once(self, hear, looked):
        told = back("R-1", garment("1", grade="BER"))

        run = hear(answer(told, told, next="R-1"), answer(told))

        assert counts(run) == ("ok", 1, 0, 2, 0)
        assert (ReturnItem.objects.count(), looked) == (1, [[ReturnItem.objects.get().pk]])

    @pytest.mark.parametrize("later_on", [{"grader": "Morag"}, {"reason": "Tear"}, {"repairPence": 900}])
    def test_what_a_write_off_repeats_is_looked_at_again_when_it_is_told_later(self, hear, looked, later_on):
        hear(answer(back("R-1", garment("1", grade="BER", grader="", reason=""))))

        hear(answer(back("R-1", garment("1", grade="BER", **({"grader": "", "reason": ""} | later_on)), updatedAt=later(2))))

        assert len(looked) == 2

    def test_what_is_older_changes_nothing(self, hear):
        hear(answer(back("R-1", garment("1", grade="BER", reason="Tear"), updatedAt=later(2))))

        run = hear(answer(back("R-1", garment("1", grade="A", reason="None"), orderNumber="LS-9", updatedAt=later(1))))

        assert counts(run) == ("ok", 0, 0, 1, 0)
        item = ReturnItem.objects.get()
        assert (item.raw_grade, item.reason, item.ret.order_number) == ("BER", "Tear", "LS-1")

    def test_what_acs_leaves_out_stays_as_it_was(self, hear):
        hear(answer(back("R-1", garment("1", grade="BER", grader="Jo", repairCost="12"))))

        hear(answer(back("R-1", garment("1", station="B4"), orderNumber=None, updatedAt=later())))

        item = ReturnItem.objects.get()
        assert (item.raw_grade, item.grader, item.station, item.repair_pence, item.ret.order_number) == ("BER", "Jo", "B4", 1200, "LS-1")

    def test_an_unreadable_return_is_kept_raw_by_path_and_the_others_go_on(self, hear):
        run = hear(answer(back("R-1", arrivedAt="soon"), back("R-2"), back("R-3", updatedAt="2031-01-01T00:00:00Z")))

        assert counts(run) == ("ok", 1, 0, 0, 2)
        told = dict(RejectedRecord.objects.values_list("key", "path"))
        assert told == {"R-1": "$.arrivedAt", "R-3": "$.updatedAt"}
        assert json.loads(RejectedRecord.objects.get(key="R-1").raw)["id"] == "R-1"

    def test_what_was_refused_is_solved_when_it_comes_readable(self, hear):
        hear(answer(back("R-1", arrivedAt="soon")))

        hear(answer(back("R-1")))

        assert RejectedRecord.objects.get().solved_at is not None

    @pytest.mark.parametrize(
        "second",
        [(200, {}, b'{"Returns": [{"Ret'), (200, {"Content-Type": "text/html"}, b"<html>"), (500, {}, b"")],
        ids=["cut short", "a web page", "a fault of its own"],
    )
    def test_a_feed_that_breaks_off_keeps_what_came_and_is_read_again_from_where_it_began(self, hear, second: Reply):
        run = hear(answer(back("R-1"), next="R-1"), second)

        assert (run.outcome, run.seen, Return.objects.count()) == ("partial", 1, 1)
        assert Feed.objects.get(name="acs.returns").cursor == ""

    def test_a_page_costs_the_same_statements_with_three_and_with_twenty_returns(self, hear):
        def statements(first: int, number: int) -> int:
            told = [back(f"R-{n}", garment(str(n), grade="BER", photos=["https://acs.test/1"])) for n in range(first, first + number)]
            with CaptureQueriesContext(connection) as queries:
                hear(answer(*told))
            return len(queries)

        statements(0, 1)

        assert statements(100, 3) == statements(200, 20)  # SQLite takes no more write-offs in one insert


class TestGrades:
    def test_a_grade_nobody_has_mapped_is_kept_as_it_is_and_never_guessed(self, hear):
        hear(answer(back("R-1", garment("1", grade="BER?"), garment("2", grade="ready"))))

        assert grades() == [("BER?", "unknown"), ("ready", "b")]
        mapping = CodeMapping.objects.get(partner="acs", kind="grade", raw="BER?")
        assert (mapping.target, mapping.seen_count, mapping.first_seen_at is not None) == ("", 1, True)

    def test_a_new_grade_is_kept_with_what_it_was_before(self, hear, looked):
        hear(answer(back("R-1", garment("1", grade="BER", gradedAt=later(1)), updatedAt=later(1))))

        run = hear(answer(back("R-1", garment("1", grade="Repair", gradedAt=later(3), grader="Jo"), updatedAt=later(3))))

        item = ReturnItem.objects.get()
        assert counts(run) == ("ok", 0, 1, 0, 0)
        assert (item.raw_grade, item.grade.target, item.regraded, item.grader) == ("Repair", "repair", 1, "Jo")
        assert item.graded_at == MONDAY + timedelta(hours=3)
        entry = AuditEntry.objects.get(verb="garment regraded")
        assert (entry.before, entry.after) == ({"grade": "BER"}, {"grade": "Repair"})
        assert looked == [[item.pk], [item.pk]]

    def test_other_spelling_of_a_grade_is_no_new_grade(self, hear):
        hear(answer(back("R-1", garment("1", grade="Beyond Economic Repair"))))

        hear(answer(back("R-1", garment("1", grade="beyond  economic repair"), updatedAt=later())))

        assert (ReturnItem.objects.get().regraded, AuditEntry.objects.filter(verb="garment regraded").count()) == (0, 0)

    def test_graded_and_graded_again_in_one_page_ends_as_last_told(self, hear, looked):
        hear(answer(back("R-1", garment("1", grade="BER")), back("R-1", garment("1", grade="A"), updatedAt=later())))

        assert (grades(), looked) == ([("A", "a")], [[ReturnItem.objects.get().pk]])

    def test_a_garment_that_is_named_only_after_it_was_graded_is_looked_at_again(self, hear, looked):
        hear(answer(back("R-1", garment("1", rfid="", grade="BER"))))

        hear(answer(back("R-1", garment("1", rfid="E9"), updatedAt=later())))

        assert looked == [[ReturnItem.objects.get().pk]] * 2

    def test_a_changed_meaning_looks_at_what_no_longer_agrees(self, looked):
        from returns.tasks import look_at_grades

        make_item(raw="A")
        item = make_item(raw="BER?")
        CodeMapping.objects.filter(pk=grade("BER?").pk).update(target="ber")

        assert look_at_grades() == {"looked_at": 1}
        assert looked == [[item.pk]]


class Testphotos:
    def test_photos_are_noted_once_and_a_task_is_rung_to_fetch_them(self, hear):
        told = back("R-1", garment("1", photos=["https://acs.test/1.jpg", "https://acs.test/1.jpg", {"url": "https://acs.test/2.jpg"}]))

        hear(answer(told, told))
        hear(answer(told))

        assert sorted(Photo.objects.values_list("source_url", flat=True)) == ["https://acs.test/1.jpg", "https://acs.test/2.jpg"]
        assert [task.func() for task in OrmQ.objects.all()] == ["returns.tasks.fetch_photos"]


class TestFile:
    @pytest.fixture
    def load(self, tmp_path: Path):
        def run(*lines: str, encoding: str = "utf-8") -> SyncRun:
            path = tmp_path / "returns.csv"
            path.write_bytes("\r\n".join(lines).encode(encoding))
            return run_feed("acs.returns", path=str(path))

        return run

    HEADING = "Return Number;Order No;Received;Updated;Line;RFID;Garment SKU;Grade;Graded By;Repair Cost;photos"

    def test_one_row_is_one_garment(self, load):
        run = load(
            self.HEADING,
            "R-1;LS-1;23/11/2026 09:14;23/11/2026 10:00;1;E1;A-1;BER;Jo;38.00;https://acs.test/1.jpg https://acs.test/2.jpg",
            "R-1;LS-1;23/11/2026 09:14;23/11/2026 10:00;2;E2;A-1;;;;",
            "R-2;;23/11/2026 09:20;;;;;;;;",
        )

        assert counts(run) == ("ok", 3, 0, 0, 0)
        assert grades() == [("BER", "ber"), ("", "ungraded")]
        assert (Return.objects.get(acs_id="R-1").arrived_at, Photo.objects.count()) == (MONDAY, 2)
        assert Return.objects.get(acs_id="R-2").items.count() == 0

    def test_rows_that_cannot_be_used_are_named_by_row_and_column(self, load):
        run = load(
            self.HEADING,
            "R-1;LS-1;soon;;1;E1;A-1;BER;Jo;;",
            "R-2;LS-1;23/11/2026 09:14;;;;A-1;BER;;;",
            "R-3;LS-1;23/11/2026 09:14;;1;E3;A-1;BER;;a lot;",
            "R-4;LS-1;23/11/2026 09:14;;1;E4;A-1;BER;;1;;;x",
        )

        told = list(run.rejected_records.order_by("pk").values_list("path", flat=True))
        assert counts(run) == ("ok", 0, 0, 0, 4)
        assert told == ["row 2: arrived_at", "row 3: line_id", "row 4: repair_cost", "row 5"]

    def test_a_file_with_other_columns_is_refused_whole_with_what_it_has(self, load):
        run = load("SKU,Location", "A-1,Ready")

        assert (run.outcome, run.seen) == ("failed", 0)
        assert run.why == "The file has no column arrived_at. Its first row reads: SKU, Location."

    def test_the_feed_and_the_file_speak_of_the_same_garment(self, hear, load):
        hear(answer(back("R-1", garment("1", grade="BER"))))

        run = load("return_id,arrived_at,updated_at,line_id,grade", f"R-1,{MONDAY.isoformat()},{later()},1,Clean")

        assert counts(run) == ("ok", 0, 1, 0, 0)
        assert ReturnItem.objects.get().raw_grade == "Clean"


class TestMatching:
    def test_a_known_number_later_matches_by_the_clock(self, hear):
        from returns.tasks import look_at_returns

        hear(answer(back("R-1")))
        assert ExceptionCase.objects.get(code="RET-UNMATCHED").state == "open"
        order = make_order(number="LS-1")

        look_at_returns()

        assert Return.objects.get().order == order
        assert ExceptionCase.objects.get(code="RET-UNMATCHED").state == "cured"

    def test_another_known_number_of_acs_s_matches_anew_and_an_unknown_one_leaves_it(self, hear):
        first, second = make_order(number="LS-1"), make_order(number="LS-2")
        hear(answer(back("R-1")))

        hear(answer(back("R-1", orderNumber="LS-404", updatedAt=later(1))))
        kept = Return.objects.get().order
        hear(answer(back("R-1", orderNumber="LS-2", updatedAt=later(2))))

        assert (kept, Return.objects.get().order) == (first, second)


def test_without_an_address_nothing_is_asked_and_the_run_says_so():
    run = run_feed("acs.returns")

    assert (run.outcome, run.why) == ("failed", "It is not connected yet: ACS_RETURNS_URL must be set.")


def test_refused_credentials_are_the_runs_outcome(settings):
    with acs_says(always(401), settings):
        run = run_feed("acs.returns")

    assert (run.outcome, "credentials" in run.why) == ("failed", True)


def test_a_return_keeps_what_a_person_matched_when_acs_says_the_same_again(hear: Any):
    order = make_order(number="LS-7")
    make_return("R-1", order_number="LS-404", order=order)

    hear(answer(back("R-1", garment("1", grade="A"), orderNumber="LS-404", updatedAt=later())))

    assert Return.objects.get().order == order
