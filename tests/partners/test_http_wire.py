"""What each way of failing means, and what a call sends, repeats and tells."""

import gzip
import logging
import tracemalloc
import uuid
import zlib

import pytest

from partners.errors import Conflict, Denied, PartnerError, Rejected, Throttled, UnknownOutcome, Unreachable, Unreadable
from partners.http import Wire
from tests.partners.fake_web import FakeWeb, KeptGate, always, one_by_one, wire_to
from tests.partners.loopback import Loopback, closed_port, says

CUT = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{}"
BOMB = gzip.compress(gzip.compress(b"0" * 60_000_000))

STATUSES: list[tuple[int, dict[str, str], type[PartnerError], type[PartnerError]]] = [
    # status, headers, what a GET raises, what a PUT raises
    (301, {"Location": "http://elsewhere.test/"}, Unreadable, UnknownOutcome),
    (304, {}, Unreadable, UnknownOutcome),
    (400, {}, Rejected, Rejected),
    (401, {}, Denied, Denied),
    (403, {}, Denied, Denied),
    (404, {}, Rejected, Rejected),
    (408, {}, Unreachable, UnknownOutcome),
    (409, {}, Conflict, Conflict),
    (422, {}, Rejected, Rejected),
    (429, {}, Throttled, Throttled),
    (500, {}, Unreachable, UnknownOutcome),
    (502, {}, Unreachable, UnknownOutcome),
    (503, {}, Unreachable, UnknownOutcome),
    (503, {"Retry-After": "7"}, Throttled, Throttled),
    (504, {}, Unreachable, UnknownOutcome),
]


class TestWhatAnAnswerMeans:
    @pytest.mark.parametrize(("status", "headers", "on_get", "on_put"), STATUSES)
    def test_each_status_is_one_kind_of_error(self, status, headers, on_get, on_put):
        wire = wire_to(always(status, b"<html>no</html>", **{"Content-Type": "text/html", **headers}))

        with pytest.raises(PartnerError) as read:
            wire.get("/x", label="/x")
        with pytest.raises(PartnerError) as written:
            wire.put("/x", {}, label="/x")

        assert (type(read.value), type(written.value)) == (on_get, on_put)
        assert read.value.status == written.value.status == status

    def test_a_redirect_is_not_followed(self):
        web = always(302, Location="http://elsewhere.test/")

        with pytest.raises(Unreadable, match="redirect"):
            wire_to(web).get("/x", label="/x")

        assert len(web.asked) == 1

    def test_a_refusal_names_the_fields(self):
        body = b'{"detail": "Validation failed", "errors": {"destination.pointId": ["not_found"]}}'

        with pytest.raises(Rejected) as refused:
            wire_to(always(422, body, Content_Type="application/problem+json")).put("/x", {}, label="/x")

        assert refused.value.fields == {"destination.pointId": ["not_found"]}
        assert refused.value.sentence == "Validation failed (destination.pointId: not_found)"

    def test_how_long_to_wait_comes_with_the_error(self):
        with pytest.raises(Throttled) as throttled:
            wire_to(always(429, Retry_After="17")).get("/x", label="/x")

        assert throttled.value.retry_after_s == 17

    def test_statuses_the_caller_expects_are_answers(self):
        assert wire_to(always(404, b"no")).get("/x", label="/x", expect=(404,)).status == 404

    def test_a_login_may_be_refused_with_another_status(self):
        wire = wire_to(always(400, b'{"error": "invalid_client"}', Content_Type="application/json"))

        with pytest.raises(Denied, match="invalid_client"):
            wire.post("", label="/token", form={}, safe=True, denied=(400,))


class TestBrokenLines:
    def test_nothing_left_when_nobody_listens(self):
        wire = Wire("acs", closed_port(), allow_local=True)

        for call in (lambda: wire.get("/x", label="/x"), lambda: wire.put("/x", {}, label="/x")):
            with pytest.raises(Unreachable, match="cannot be reached"):
                call()
        wire.close()

    def test_a_line_that_cannot_be_opened_is_tried_again_for_a_read_only(self, caplog):
        caplog.set_level(logging.INFO)
        wire = Wire("acs", closed_port(), allow_local=True)
        for call in (lambda: wire.get("/x", label="/x"), lambda: wire.put("/x", {}, label="/x")):
            with pytest.raises(Unreachable):
                call()
        wire.close()

        assert [record.msg["method"] for record in caplog.records] == ["GET"] * 3 + ["PUT"]

    @pytest.mark.parametrize(
        "answer", [b"", b"HTTP/1.1 200", CUT, b"not http at all\r\n\r\n"], ids=["at once", "in head", "in body", "noise"]
    )
    def test_a_cut_line_is_unknown_for_a_write_only(self, answer):
        with Loopback(says(answer)) as server:
            wire = Wire("acs", server.url, allow_local=True)
            with pytest.raises(Unreachable):
                wire.get("/x", label="/x")
            with pytest.raises(UnknownOutcome):
                wire.put("/x", {}, label="/x")
            with pytest.raises(Unreachable):
                wire.post("/x", form={}, label="/x", safe=True)
            wire.close()

        methods = [request.split(b" ", 1)[0] for request in server.requests]
        assert methods == [b"GET"] * 3 + [b"PUT"] + [b"POST"] * 3

    def test_a_gateway_is_asked_again_within_the_call(self):
        web = one_by_one((502, {}, b""), (504, {}, b""), (200, {}, b"yes"))

        assert wire_to(web).get("/x", label="/x").text() == "yes"
        assert len(web.asked) == 3

    @pytest.mark.parametrize("status", [500, 503, 429, 401, 404])
    def test_other_failures_are_not_repeated(self, status):
        web = always(status)
        with pytest.raises(PartnerError):
            wire_to(web).get("/x", label="/x")
        assert len(web.asked) == 1

    def test_a_write_is_never_repeated(self):
        web = always(502)
        with pytest.raises(UnknownOutcome):
            wire_to(web).put("/x", {}, label="/x")
        assert len(web.asked) == 1


class TestSize:
    def test_more_bytes_than_agreed_are_not_taken(self):
        wire = wire_to(always(200, b"x" * 2_000), byte_cap=1_000)

        with pytest.raises(Unreadable, match="larger than 1000 bytes"):
            wire.get("/x", label="/x")
        with pytest.raises(UnknownOutcome, match="larger"):
            wire.put("/x", {}, label="/x")

    def test_a_body_without_end_is_stopped_at_the_cap(self):
        endless = says(b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 300_000)
        with Loopback(endless) as server:
            wire = Wire("acs", server.url, byte_cap=100_000, allow_local=True)
            with pytest.raises(Unreadable, match="larger"):
                wire.get("/x", label="/x")
            wire.close()

    def test_packed_bytes_are_counted_unpacked_and_never_unpacked_twice(self):
        once = wire_to(always(200, gzip.compress(b"0" * 60_000_000), Content_Encoding="gzip"), byte_cap=1_000_000)
        twice = wire_to(always(200, BOMB, Content_Encoding="gzip, gzip"), byte_cap=1_000_000)

        tracemalloc.start()
        with pytest.raises(Unreadable, match="larger"):
            once.get("/x", label="/x")
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert peak < 10_000_000
        with pytest.raises(Unreadable, match="not agreed"):
            twice.get("/x", label="/x")

    @pytest.mark.parametrize("packing", ["gzip", "deflate"])
    def test_a_packed_answer_within_the_cap_is_read(self, packing):
        body = b'{"n": "' + b"0" * 3_000_000 + b'"}'
        packed = gzip.compress(body) if packing == "gzip" else zlib.compress(body)
        answer = wire_to(always(200, packed, Content_Encoding=packing)).get("/x", label="/x")

        assert answer.body == body

    @pytest.mark.parametrize("body", [gzip.compress(b"{}" * 500)[:-12], b"not gzip at all"], ids=["cut", "never packed"])
    def test_a_packed_answer_that_cannot_be_unpacked_is_unreadable(self, body):
        with pytest.raises(Unreadable):
            wire_to(always(200, body, Content_Encoding="gzip")).get("/x", label="/x")


class TestWhatIsSent:
    def test_each_request_has_its_own_id_and_asks_for_plain_bytes(self):
        web = always(200)
        wire = wire_to(web, auth=("name", "word"))
        wire.get("/x", {"page": 1}, label="/x")
        wire.get("/x", label="/x")

        ids = {uuid.UUID(asked.headers["x-request-id"]) for asked in web.asked}
        assert len(ids) == 2
        assert web.asked[0].headers["accept-encoding"] == "identity"
        assert web.asked[0].headers["authorization"].startswith("Basic ")
        assert web.asked[0].query == "page=1"

    def test_the_partners_own_id_comes_back(self):
        assert wire_to(always(200, X_Request_Id="theirs")).get("/x", label="/x").request_id == "theirs"

    def test_cookies_are_not_kept(self):
        web = always(200, Set_Cookie="session=1; Path=/")
        wire = wire_to(web)
        wire.get("/x", label="/x")
        wire.get("/x", label="/x")

        assert "cookie" not in web.asked[1].headers

    def test_proxies_from_the_environment_are_not_used(self, monkeypatch):
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, closed_port())
        with Loopback(says(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")) as server:
            wire = Wire("acs", server.url, allow_local=True)
            assert wire.get("/x", label="/x").text() == "ok"
            wire.close()


class TestGate:
    def test_a_closed_gate_lets_nothing_out(self):
        web = always(200)
        with pytest.raises(Throttled):
            wire_to(web, gate=KeptGate(Throttled("acs", "wait", retry_after_s=1))).get("/x", label="/x")
        assert web.asked == []

    def test_it_hears_once_how_a_call_ended(self):
        gate = KeptGate()
        wire_to(one_by_one((502, {}, b""), (200, {}, b"")), gate=gate).get("/x", label="/x")
        with pytest.raises(UnknownOutcome):
            wire_to(always(500), gate=gate).put("/x", {}, label="/x")

        assert gate.told == ["ok", "UnknownOutcome"]

    def test_it_hears_nothing_of_a_fault_of_ours(self):
        def broken(asked):
            raise LookupError

        gate = KeptGate()
        with pytest.raises(LookupError):
            wire_to(FakeWeb(broken), gate=gate).get("/x", label="/x")
        assert gate.told == []


class TestLog:
    def test_a_call_is_logged_without_anything_personal(self, caplog, capsys):
        canaries = ("LS-10001", "07700900123", "ada@example.com", "s3cret-token", "High Street", "partner-password")
        caplog.set_level(logging.DEBUG)
        web = always(422, b'{"detail": "07700900123 is wrong", "errors": {"phone": ["07700900123"]}}', Content_Type="application/json")
        wire = wire_to(web, auth=("user", "partner-password"), headers={"Ocp-Apim-Subscription-Key": "s3cret-token"})

        with pytest.raises(Rejected):
            wire.put("/orders/LS-10001", {"Email": "ada@example.com", "Address": "1 High Street"}, label="/orders/{OrderNumber}")
        with pytest.raises(Rejected):
            wire.get(
                "/orders/LS-10001", {"email": "ada@example.com"}, label="/orders/{OrderNumber}", headers={"Authorization": "s3cret-token"}
            )

        written = caplog.text + "".join(capsys.readouterr())
        assert "/orders/{OrderNumber}" in written
        assert [canary for canary in canaries if canary in written] == []

    def test_a_line_says_who_what_how_long_and_both_ids(self, caplog):
        caplog.set_level(logging.INFO)
        web = always(200, X_Request_Id="theirs")
        wire_to(web).get("/x", label="/x")

        (line,) = [record.msg for record in caplog.records if isinstance(record.msg, dict)]
        assert (line["partner"], line["method"], line["path"], line["status"]) == ("acs", "GET", "/x", 200)
        assert (line["request_id"], line["partner_request_id"]) == (web.asked[0].headers["x-request-id"], "theirs")
        assert line["ms"] >= 0

    def test_a_library_at_debug_does_not_tell_either(self, caplog):
        caplog.set_level(logging.DEBUG)
        with Loopback(says(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")) as server:
            wire = Wire("acs", server.url, allow_local=True, headers={"X-Key": "s3cret-token"})
            wire.get("/orders/LS-10001", label="/orders/{OrderNumber}")
            wire.close()

        assert "LS-10001" not in caplog.text
        assert "s3cret-token" not in caplog.text
