"""However a server drags its feet, a call is over when its time is over."""

import socket
import threading
import time
from collections.abc import Callable

import pytest

from partners.errors import PartnerError, UnknownOutcome, Unreachable
from partners.http import Wire, over_in
from tests.partners.loopback import Answer, Loopback, drips, is_silent, says

DEADLINE_S, PATIENCE_S = 0.4, 2.0
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
SLOW: dict[str, Answer] = {
    "silence": is_silent,
    "headers drip": drips(HEAD, b"X-More: 1\r\n"),
    "body drips": drips(HEAD + b"Content-Length: 1000000\r\n\r\n", b"1"),
    "body drips without length": drips(HEAD + b"\r\n", b"1"),
    "chunks drip": drips(HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n1\r\n"),
}


def seconds_until(error: type[PartnerError], call: Callable[[], object]) -> float:
    started = time.monotonic()
    with pytest.raises(error) as caught:
        call()
    assert "0.4 seconds" in caught.value.sentence
    return time.monotonic() - started


@pytest.mark.parametrize("answer", SLOW.values(), ids=SLOW)
def test_a_read_ends_at_its_deadline_and_may_be_tried_later(answer):
    with Loopback(answer) as server:
        wire = Wire("acs", server.url, deadline_s=DEADLINE_S, allow_local=True)
        took = seconds_until(Unreachable, lambda: wire.get("/x", label="/x"))
        wire.close()

    assert DEADLINE_S <= took < PATIENCE_S
    assert len(server.requests) == 1


@pytest.mark.parametrize("answer", SLOW.values(), ids=SLOW)
def test_a_write_ends_at_its_deadline_and_nobody_knows_whether_it_happened(answer):
    with Loopback(answer) as server:
        wire = Wire("acs", server.url, deadline_s=DEADLINE_S, allow_local=True)
        took = seconds_until(UnknownOutcome, lambda: wire.put("/x", {}, label="/x"))
        wire.close()

    assert DEADLINE_S <= took < PATIENCE_S
    assert len(server.requests) == 1


def test_a_nearer_deadline_of_the_caller_holds():
    with Loopback(is_silent) as server:
        wire = Wire("acs", server.url, deadline_s=30, allow_local=True)
        started = time.monotonic()
        with pytest.raises(Unreachable), over_in(DEADLINE_S):
            wire.get("/x", label="/x")
        wire.close()

    assert time.monotonic() - started < PATIENCE_S


def test_a_quick_answer_is_not_disturbed():
    with Loopback(says(HEAD + b"Content-Length: 2\r\n\r\n{}")) as server:
        wire = Wire("acs", server.url, deadline_s=5, allow_local=True)
        assert wire.get("/x", label="/x").json() == {}
        wire.close()


def test_a_large_request_is_sent_whole():
    with Loopback(says(HEAD + b"Content-Length: 2\r\n\r\n{}")) as server:
        wire = Wire("acs", server.url, deadline_s=5, allow_local=True)
        wire.put("/x", {"note": "x" * 300_000}, label="/x")
        wire.close()

    assert server.requests[0].endswith(b'x"}')
    assert len(server.requests[0]) > 300_000


def test_a_late_beginning_leaves_only_the_rest_of_the_time():
    def late(connection: socket.socket, stopped: threading.Event) -> None:
        stopped.wait(0.8)
        connection.sendall(HEAD)
        stopped.wait(10)

    with Loopback(late) as server:
        wire = Wire("acs", server.url, deadline_s=1, allow_local=True)
        started = time.monotonic()
        with pytest.raises(Unreachable):
            wire.get("/x", label="/x")
        wire.close()

    assert time.monotonic() - started < 1.6


def test_a_handshake_that_never_comes_ends_before_anything_was_sent():
    with socket.create_server(("127.0.0.1", 0)) as listener:  # takes connections and says nothing
        wire = Wire("acs", f"https://127.0.0.1:{listener.getsockname()[1]}", deadline_s=DEADLINE_S, allow_local=True)
        started = time.monotonic()
        with pytest.raises(Unreachable, match="cannot be reached"):
            wire.put("/x", {}, label="/x")
        wire.close()

    assert time.monotonic() - started < PATIENCE_S
