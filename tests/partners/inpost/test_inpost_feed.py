"""The public points feed, page by page, each record still raw."""

import json

import msgspec
import pytest

from partners.errors import Unreadable
from partners.inpost.feed import MOST_PAGES, split_page
from tests.partners.fake_web import FakeWeb, always
from tests.partners.inpost.fake_inpost import FakeFeed, feed_of

ITEMS = [json.dumps({"name": f"UK0000000{n}", "status": "Operating"}).encode() for n in range(5)]


def test_every_page_is_read_and_says_how_many_there_should_be():
    web = FakeWeb(FakeFeed(ITEMS).reply)
    pages = list(feed_of(web).pages())

    assert [record for page in pages for record in page.records] == ITEMS
    assert [page.declared for page in pages] == [5, 5, 5]
    assert {page.cursor for page in pages} == {None}
    assert [page.source for page in pages] == [f"GET /v1/points page {n}" for n in (1, 2, 3)]
    assert web.asked[0].query == "country=GB&page=1&per_page=5000"


def test_a_page_kept_as_bytes_is_cut_into_the_same_records():
    (page,) = feed_of(FakeWeb(FakeFeed(ITEMS, per_page=10).reply)).pages()
    assert split_page(page.body) == ITEMS


def test_one_bad_record_spoils_no_other():
    odd = [ITEMS[0], b'{"name": 7, "status": null}', b"null", b'"text"', ITEMS[1]]
    (page,) = feed_of(FakeWeb(FakeFeed(odd, per_page=10).reply)).pages()
    assert list(page.records) == odd


def test_an_empty_feed_is_one_empty_page():
    (page,) = feed_of(FakeWeb(FakeFeed([]).reply)).pages()
    assert (list(page.records), page.declared) == ([], 0)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{}",
        b'{"items": {}}',
        b'{"items": [{"a": 1}',
        b'{"items": [], "count": "many"}',
        b"<html>",
        b"\xff",
        b'{"items":' + b"[" * 50_000,
    ],
)
def test_a_page_in_another_shape_is_unreadable(body):
    with pytest.raises(Unreadable, match="not the JSON we know"):
        list(feed_of(always(200, body)).pages())


def test_a_feed_without_a_count_declares_nothing():
    (page,) = feed_of(always(200, b'{"items": []}')).pages()
    assert page.declared is None


def test_a_feed_that_promises_pages_without_end_is_not_read_for_ever():
    web = always(200, b'{"items": [{}], "total_pages": 1000000}')
    assert sum(1 for _ in feed_of(web).pages()) == MOST_PAGES


def test_the_connection_test_asks_for_one_point():
    web = FakeWeb(FakeFeed(ITEMS).reply)
    assert feed_of(web).check() == "The feed answers and declares 5 points."
    assert web.asked[0].query.endswith("per_page=1")


def test_the_saved_page_of_the_real_feed_is_cut_into_five_hundred(shared):
    body = (shared / "data/inpost/gb_points_page1_500_2026-05-12.json").read_bytes()
    records = split_page(body)

    assert len(records) == 500
    assert all(msgspec.json.decode(record)["country"] == "GB" for record in records)


class TestOnePoint:
    def test_it_is_asked_by_country_and_id_and_stays_raw(self):
        web = always(200, ITEMS[0])

        assert feed_of(web).point("UK00000000") == ITEMS[0]
        assert web.asked[0].path.endswith("/GB/UK00000000")

    def test_a_point_the_feed_does_not_know_is_none(self):
        web = always(404, b'{"status":404,"key":"point_not_found","error":"Point not found."}')

        assert feed_of(web).point("UK00000000") is None

    @pytest.mark.parametrize("body", [b"", b"<html>", b'{"error": "Not Found"}', b'{"key": 7}', b"[]"])
    def test_another_404_is_not_taken_for_a_locker_that_is_gone(self, body):
        with pytest.raises(Unreadable, match="no page for single points"):
            feed_of(always(404, body)).point("UK00000000")

    @pytest.mark.parametrize("name", ["", ".", ".."])
    def test_what_would_lead_to_another_page_is_not_asked(self, name):
        web = always(200, b"{}")

        assert feed_of(web).point(name) is None
        assert web.asked == []
