"""Every fault on demand, without a port: where no wire is to break, the call ends at once with an OSError."""

import pytest

from partners.sandbox.faults import KINDS
from tests.partners.sandbox.conftest import arm, at_acs, get, order, put

FEED = "/points/v1/points"


class TestArming:
    def test_a_fault_meets_the_next_calls_and_then_is_gone(self, client):
        arm(client, "points", "503", times=2)

        assert [client.get(FEED).status_code for _ in range(3)] == [503, 503, 200]

    def test_no_times_is_until_cleared(self, client):
        arm(client, "points", "503", times=0)
        assert {client.get(FEED).status_code for _ in range(5)} == {503}

        client.post("/_sandbox/faults/clear")
        assert client.get(FEED).status_code == 200

    def test_it_meets_only_its_partner_path_and_method(self, client, world):
        arm(client, "acs", "500", path="/orders/LS-10002", method="put")

        assert client.get(FEED).status_code == 200
        assert put(client, order(world)).status_code == 200
        assert get(client, "LS-10002").status_code == 404
        assert put(client, order(world, "LS-10002")).status_code == 500

    def test_a_share_of_the_calls_is_met_by_chance(self, client):
        arm(client, "points", "503", times=0, share=0.3)
        met = [client.get(FEED, params={"limit": 1}).status_code for _ in range(100)].count(503)

        assert 15 <= met <= 45
        assert client.post("/_sandbox/faults", json={"partner": "points", "kind": "503", "share": 0}).status_code == 400

    def test_two_faults_come_one_after_the_other(self, client):
        arm(client, "points", "500")
        arm(client, "points", "503")

        assert [client.get(FEED).status_code for _ in range(3)] == [500, 503, 200]

    def test_a_fault_of_writing_lets_reading_pass(self, client, world):
        arm(client, "acs", "accept_then_timeout")

        assert get(client).status_code == 404
        with pytest.raises(TimeoutError):
            put(client, order(world))


class TestAnswers:
    @pytest.mark.parametrize(
        ("kind", "status", "body"),
        [
            ("429", 429, b'{"title":"Too many requests"}'),
            ("429_bare", 429, b"{}"),
            ("500", 500, b'{"title": "Internal error"}'),
            ("503", 503, b'{"title": "Unavailable"}'),
            ("html_502", 502, b"<html><body><h1>502 Bad Gateway</h1></body></html>"),
            ("empty_200", 200, b""),
            ("plain_text_200", 200, b"Error: the order could not be processed at this time"),
        ],
    )
    def test_another_answer_and_the_write_is_not_done(self, client, world, kind, status, body):
        arm(client, "acs", kind)
        answer = put(client, order(world))

        assert (answer.status_code, answer.content) == (status, body)
        assert answer.headers.get("Retry-After") == ("7" if kind == "429" else None)
        assert at_acs(client) == {}

    def test_truncated_is_whole_http_and_half_a_json(self, client):
        whole = client.get(FEED)
        arm(client, "points", "truncated")
        half = client.get(FEED)

        assert whole.content.startswith(half.content)
        assert int(half.headers["Content-Length"]) == len(half.content) < len(whole.content)
        with pytest.raises(ValueError, match=r"Unterminated|Expecting|delimiter"):
            half.json()

    def test_other_content_is_kept_until_it_is_put_again(self, client, world):
        arm(client, "acs", "other_content")

        assert put(client, order(world)).text == "Accepted"
        assert get(client).json()["Delivery_Postcode"] == "ZZ9 9ZZ"
        put(client, order(world))
        assert get(client).json()["Delivery_Postcode"] == "LS1 4AB"

    def test_other_content_only_shown(self, client, world):
        put(client, order(world))
        arm(client, "acs", "other_content", method="GET")

        assert get(client).json()["Delivery_Postcode"] == "ZZ9 9ZZ"
        assert get(client).json()["Delivery_Postcode"] == "LS1 4AB"

    def test_other_content_of_a_refused_order_is_its_refusal(self, client, world):
        arm(client, "acs", "other_content")

        assert put(client, order(world, Country="GB")).status_code == 400

    @pytest.mark.parametrize(("kind", "count"), [("empty_feed", 0), ("half_feed", 40)])
    def test_less_of_the_feed_declared_as_the_whole(self, client, world, kind, count):
        arm(client, "points", kind)
        name = next(iter(world.points))

        assert client.get(f"{FEED}/GB/{name}").json()["name"] == name
        page = client.get(FEED, params={"per_page": 5000}).json()
        assert page["count"] == len(page["items"]) == count
        assert client.get(FEED).json()["count"] == 80


class TestBrokenCalls:
    @pytest.mark.parametrize(
        ("kind", "error"),
        [
            ("down", ConnectionRefusedError),
            ("slow", TimeoutError),
            ("drip_headers", TimeoutError),
            ("drip", TimeoutError),
            ("cut", ConnectionError),
        ],
    )
    def test_it_ends_with_an_os_error_at_once(self, client, kind, error):
        arm(client, "points", kind)
        with pytest.raises(error):
            client.get(FEED)

        assert client.get(FEED).status_code == 200

    def test_refused_writes_are_not_done(self, client, world):
        arm(client, "acs", "down")
        with pytest.raises(ConnectionRefusedError):
            put(client, order(world))

        assert at_acs(client) == {}

    @pytest.mark.parametrize("kind", ["accept_then_timeout", "slow", "drip", "drip_headers", "cut"])
    def test_writes_whose_answer_is_lost_are_done(self, client, world, kind):
        arm(client, "acs", kind)
        with pytest.raises(OSError, match=r"answer|drip|cut"):
            put(client, order(world))

        assert at_acs(client)["LS-10001"]["creations"] == 1

    def test_a_late_write_is_done_when_its_time_has_come(self, client, world):
        arm(client, "acs", "apply_late")
        with pytest.raises(TimeoutError):
            put(client, order(world))
        assert get(client).status_code == 404

        client.post("/_sandbox/clock", json={"advance_hours": 5 / 3600})
        assert get(client).json()["OrderNumber"] == "LS-10001"
        assert at_acs(client)["LS-10001"]["puts"] == 1

    def test_a_late_write_after_a_second_one_shows_as_a_repeat(self, client, world):
        arm(client, "acs", "apply_late", seconds=0.0)
        with pytest.raises(TimeoutError):
            put(client, order(world))
        put(client, order(world))

        assert at_acs(client)["LS-10001"]["repeats"] == 1


def test_every_kind_says_what_it_does():
    assert all(len(sentence) > 3 for sentence in KINDS.values())
