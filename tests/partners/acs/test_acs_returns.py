"""ACS's returns: whatever the fields are called, the same record; what cannot be read is named by its path."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from partners.acs.returns import PhotoAt, decode_return
from partners.acs.returns_feed import ReturnsFeed
from partners.errors import PartnerError, RecordError, Unreachable, Unreadable
from tests.partners.fake_web import FakeWeb, always, one_by_one, wire_to
from tests.returns.telling import MONDAY, answer, back, garment, later

JSON = st.recursive(st.none() | st.booleans() | st.integers() | st.text(), lambda some: st.lists(some) | st.dictionaries(st.text(), some))
GRADED = garment(
    grade="BER",
    gradedAt="2026-11-23T10:01:00Z",
    grader="M. Grant",
    station="B4",
    reason="Tear",
    note="at the seam",
    repairCost="38.00",
    photos=[{"url": "https://photos.test/1.jpg", "takenAt": "2026-11-23T10:00:00Z"}, "https://photos.test/2.jpg"],
)


def decode(**fields: Any):
    return decode_return(json.dumps(back("R-1", **fields)).encode())


def refusal(record: Any) -> tuple[str, str, str]:
    with pytest.raises(RecordError) as refused:
        decode_return(record if isinstance(record, bytes) else json.dumps(record).encode())
    return refused.value.key, refused.value.path, refused.value.reason


class TestRecords:
    def test_everything_that_was_agreed_is_read(self):
        told = decode_return(json.dumps(back("R-10432", GRADED, trackingNumber="JC1")).encode())

        [item] = told.items
        assert (told.acs_id, told.order_number, told.tracking_number, told.arrived_at) == ("R-10432", "LS-1", "JC1", MONDAY)
        assert (item.line_id, item.rfid, item.sku, item.grade, item.grader, item.station) == (
            "1", "E28011", "DRS-0412-10", "BER", "M. Grant", "B4",
        )  # fmt: skip
        assert (item.reason, item.note, item.repair_pence) == ("Tear", "at the seam", 3800)
        assert item.graded_at == datetime(2026, 11, 23, 10, 1, tzinfo=UTC)
        assert item.photos == (
            PhotoAt("https://photos.test/1.jpg", datetime(2026, 11, 23, 10, tzinfo=UTC)),
            PhotoAt("https://photos.test/2.jpg"),
        )

    def test_case_and_signs_of_a_name_carry_no_meaning(self):
        told = decode_return(
            b'{"return_id": 7, "order_no": "LS-9", "received-at": "23/11/2026 09:14", "lines": [{"epc": "E1", "graded_by": "Jo"}]}'
        )

        assert (told.acs_id, told.order_number, told.arrived_at, told.told_at) == ("7", "LS-9", MONDAY, MONDAY)
        assert [(item.line_id, item.rfid, item.grader) for item in told.items] == [("E1", "E1", "Jo")]

    def test_without_a_word_on_when_it_changed_the_latest_time_named_counts(self):
        told = decode(updatedAt=None, items=[GRADED])

        assert told.told_at == datetime(2026, 11, 23, 10, 1, tzinfo=UTC)

    @pytest.mark.parametrize(
        ("record", "key", "path", "reason"),
        [
            (b"[", "", "$", "is not JSON"),
            (b"[]", "", "$", "must be an object"),
            (back(""), "", "$.id", "is missing"),
            (back("R-1", arrivedAt=None), "R-1", "$.arrivedAt", "is missing"),
            (back("R-1", arrivedAt="soon"), "R-1", "$.arrivedAt", "must be a time such as 2026-11-23T14:05:00Z or 23/11/2026 14:05"),
            (back("R-1", items={}), "R-1", "$.items", None),
            (back("R-1", items="one"), "R-1", "$.items", "must be a list of at most 1,000 garments"),
            (back("R-1", garment(), {"sku": "A"}), "R-1", "$.items[1].line_id", "is missing"),
            (back("R-1", garment("1"), garment("1")), "R-1", "$.items[1]", "names line 1 of R-1 a second time"),
            (back("R-1", garment(repairCost="-1")), "R-1", "$.items[0].repairCost", "is not a possible amount"),
            (back("R-1", garment(photos=[{}])), "R-1", "$.items[0].photos[0]", "is missing"),
            (back("R-1", garment(photos=7)), "R-1", "$.items[0].photos", "must be a list of at most 50 addresses"),
            (back("R" * 65), "", "$.id", "is longer than 64 characters"),
        ],
    )
    def test_what_cannot_be_read_is_named_by_return_and_path(self, record: Any, key: str, path: str, reason: str | None):
        if reason is None:
            assert decode_return(json.dumps(record).encode()).items == ()
            return

        assert refusal(record) == (key, path, reason)

    @given(
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)
        )
    )
    @settings(max_examples=50)
    def test_whatever_stands_in_a_field_it_is_read_or_refused_by_path(self, value: Any):
        for name in ("orderNumber", "arrivedAt", "items", "id"):
            try:
                decode_return(json.dumps(back("R-1") | {name: value}).encode("utf-8", "surrogatepass"))
            except RecordError as refused:
                where = refused.path
            else:
                where = "$"
            assert where.startswith("$")


def feed(web: FakeWeb) -> ReturnsFeed:
    return ReturnsFeed(wire_to(web), clock=lambda: MONDAY + timedelta(days=1))


class TestFeed:
    def test_pages_are_read_to_the_last_and_only_that_moves_the_cursor(self):
        web = one_by_one(answer(back("R-1", updatedAt=later(2)), next="R-1"), answer(back("R-2"), back("R-3", arrivedAt="soon")))

        pages = list(feed(web).pages("2026-11-23T09:00:00.000000+00:00"))

        assert [(len(page.records), page.cursor) for page in pages] == [(1, None), (2, "2026-11-23T11:14:00.000000+00:00")]
        since = "since=2026-11-23T08%3A50%3A00.000000%2B00%3A00"
        assert [asked.query for asked in web.asked] == [since, f"{since}&after=R-1"]

    def test_from_the_beginning_nothing_is_left_out(self):
        web = one_by_one(answer())

        assert [(page.records, page.cursor) for page in feed(web).pages("")] == [([], None)]
        assert web.asked[0].query == ""

    def test_a_change_of_the_future_moves_the_cursor_no_further_than_now(self):
        [page] = feed(one_by_one(answer(back("R-1", updatedAt="2031-01-01T00:00:00Z")))).pages("")

        assert page.cursor == "2026-11-24T09:14:00.000000+00:00"

    def test_nothing_new_keeps_the_place(self):
        [page] = feed(one_by_one(answer())).pages("2026-11-23T09:00:00.000000+00:00")

        assert page.cursor == "2026-11-23T09:00:00.000000+00:00"

    @pytest.mark.parametrize(
        ("web", "kind", "sentence"),
        [
            (always(200, b"<html>", Content_Type="text/html"), Unreadable, "A web page answers in ACS's place. Check ACS_RETURNS_URL."),
            (always(200, b'{"returns": [{"id'), Unreadable, "The page of returns is cut short, or not the JSON that was agreed."),
            (always(200, b'{"Returns": []}'), Unreadable, "The page of returns is cut short, or not the JSON that was agreed."),
            (always(200, b"\xff\xfe"), Unreadable, "The page of returns is cut short, or not the JSON that was agreed."),
            (always(500), Unreachable, "It answers with a fault of its own (500)."),
            (always(302, Location="http://elsewhere.test"), Unreadable, "It answers with a redirect, which is not followed."),
        ],
    )
    def test_an_answer_that_is_not_as_agreed_is_refused_whole(self, web, kind: type[PartnerError], sentence: str):
        with pytest.raises(kind) as trouble:
            list(feed(web).pages(""))

        assert trouble.value.sentence == sentence
