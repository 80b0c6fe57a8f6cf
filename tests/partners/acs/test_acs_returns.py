"""ACS's returns: whatever the fields are called, the same record; what cannot be read is named by its path."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from partners.acs.returns import PhotoAt, ReturnsFeed, decode_return
from partners.errors import PartnerError, RecordError, Unreachable, Unreadable
from tests.partners.fake_web import always, one_by_one, wire_to
from tests.returns.telling import MONDAY, answer, back, garment

GRADED = garment(
    Grade="BER",
    GradeDate="2026-11-23T10:01:00Z",
    GradedBy="M. Grant",
    Station="B4",
    Reason="Tear",
    Notes="at the seam",
    RepairCost="38.00",
    Photos=[{"Url": "https://photos.test/1.jpg", "TakenDate": "2026-11-23T10:00:00Z"}, "https://photos.test/2.jpg"],
)


def decode(**fields: Any):
    return decode_return(json.dumps(back("R-1", **fields)).encode())


def refusal(record: Any) -> tuple[str, str, str]:
    with pytest.raises(RecordError) as refused:
        decode_return(record if isinstance(record, bytes) else json.dumps(record).encode())
    return refused.value.key, refused.value.path, refused.value.reason


class TestRecords:
    def test_everything_that_was_agreed_is_read(self):
        told = decode_return(json.dumps(back("R-10432", GRADED, TrackingNumber="JC1")).encode())

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
        told = decode(UpdatedDate=None, Items=[GRADED])

        assert told.told_at == datetime(2026, 11, 23, 10, 1, tzinfo=UTC)

    @pytest.mark.parametrize(
        ("record", "key", "path", "reason"),
        [
            (b"[", "", "$", "is not JSON"),
            (b"[]", "", "$", "must be an object"),
            (back(""), "", "$.ReturnNumber", "is missing"),
            (back("R-1", ReceivedDate=None), "R-1", "$.ReceivedDate", "is missing"),
            (back("R-1", ReceivedDate="soon"), "R-1", "$.ReceivedDate", "must be a time such as 2026-11-23T14:05:00Z or 23/11/2026 14:05"),
            (back("R-1", Items={}), "R-1", "$.Items", None),
            (back("R-1", Items="one"), "R-1", "$.Items", "must be a list of at most 1,000 garments"),
            (back("R-1", garment(), {"GarmentSKU": "A"}), "R-1", "$.Items[1].line_id", "is missing"),
            (back("R-1", garment("1"), garment("1")), "R-1", "$.Items[1]", "names line 1 of R-1 a second time"),
            (back("R-1", garment(RepairCost="-1")), "R-1", "$.Items[0].RepairCost", "is not a possible amount"),
            (back("R-1", garment(Photos=[{}])), "R-1", "$.Items[0].Photos[0]", "is missing"),
            (back("R-1", garment(Photos=7)), "R-1", "$.Items[0].Photos", "must be a list of at most 50 addresses"),
            (back("R" * 65), "", "$.ReturnNumber", "is longer than 64 characters"),
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
        for name in ("OrderNumber", "ReceivedDate", "Items", "ReturnNumber"):
            try:
                decode_return(json.dumps(back("R-1") | {name: value}).encode("utf-8", "surrogatepass"))
            except RecordError as refused:
                assert refused.path.startswith("$")


class TestFeed:
    def test_pages_are_read_from_cursor_to_cursor(self):
        web = one_by_one(answer(back("R-1"), cursor="c1"), answer(back("R-2"), cursor="c2"), answer(cursor="c2"))

        pages = list(ReturnsFeed(wire_to(web)).pages(""))

        assert [(len(page.records), page.cursor) for page in pages] == [(1, "c1"), (1, "c2"), (0, "c2")]
        assert [asked.query for asked in web.asked] == ["limit=200", "limit=200&cursor=c1", "limit=200&cursor=c2"]

    def test_a_feed_without_a_further_cursor_ends(self):
        web = one_by_one(answer(back("R-1")))

        assert [len(page.records) for page in ReturnsFeed(wire_to(web)).pages("c9")] == [1]

    @pytest.mark.parametrize(
        ("web", "kind", "sentence"),
        [
            (always(200, b"<html>", Content_Type="text/html"), Unreadable, "A web page answers in ACS's place. Check ACS_RETURNS_URL."),
            (always(200, b'{"Returns": [{"Ret'), Unreadable, "The page of returns is cut short, or not the JSON that was agreed."),
            (always(200, b'{"returns": []}'), Unreadable, "The page of returns is cut short, or not the JSON that was agreed."),
            (always(200, b"\xff\xfe"), Unreadable, "The page of returns is cut short, or not the JSON that was agreed."),
            (always(500), Unreachable, "It answers with a fault of its own (500)."),
            (always(302, Location="http://elsewhere.test"), Unreadable, "It answers with a redirect, which is not followed."),
        ],
    )
    def test_an_answer_that_is_not_as_agreed_is_refused_whole(self, web, kind: type[PartnerError], sentence: str):
        with pytest.raises(kind) as trouble:
            list(ReturnsFeed(wire_to(web)).pages(""))

        assert trouble.value.sentence == sentence
