"""WSGI, as little of it as the make-believe partners need, and the faults that any of them can have.

Over a socket (`server.py`) every fault is what it says: bytes drip, connections break, answers stay out. Mounted in a process
(such as `httpx.WSGITransport`) there is no wire, so what would end as a broken call there is raised at once, always an OSError:
`Refused` for "down", `Silent` (a TimeoutError) for "slow", "drip_headers", "accept_then_timeout" and "apply_late"; "drip" and
"cut" raise `Silent` and `Broken` from the body, after its first byte or its first half.
"""

import json
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Protocol
from urllib.parse import parse_qs, unquote

from partners.sandbox.faults import Fault
from partners.sandbox.world import World

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
MOST_BODY = 5_000_000
SILENCE_S = 30.0
NOTHING = bytes(64 * 1024)
WIRE = "lockstep.sandbox.wire"


class Broken(ConnectionError):
    """The connection breaks here."""


class Refused(ConnectionRefusedError):
    """Nobody listens. Over a socket: the connection is closed before a byte of an answer."""


class Silent(TimeoutError):
    """No answer comes, however long one waits."""


class Wire(Protocol):
    """What the socket server puts into the environ under WIRE: set `pace` to "drip" or "drip_headers" and it will."""

    pace: str


@dataclass
class Request:
    method: str
    path: str
    query: dict[str, list[str]]
    headers: dict[str, str]
    body: bytes
    scheme: str = "http"

    def one(self, name: str, default: str = "") -> str:
        return self.query.get(name, [default])[0]

    def json(self) -> Any:
        """Raises ValueError when the body is not JSON in UTF-8."""
        return json.loads(self.body.decode("utf-8"))


@dataclass
class Reply:
    """`more`: how many bytes of nothing come after the body, so that a large answer needs no memory."""

    status: int = 200
    body: bytes = b""
    kind: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)
    more: int = 0


def as_json(value: Any, status: int = 200) -> Reply:
    return Reply(status, json.dumps(value).encode())


def as_text(text: str, status: int = 200) -> Reply:
    return Reply(status, text.encode(), "text/plain; charset=utf-8")


class App(ABC):
    """One partner as a WSGI application: reads the request, lets a fault have its way, answers.

    `stop` ends the waiting of slow faults when the server goes down.
    """

    partner = ""

    def __init__(self, world: World, stop: threading.Event) -> None:
        self.world, self.stop = world, stop

    @abstractmethod
    def answer(self, request: Request) -> Reply:
        """What this partner says to a request when nothing is wrong."""

    def called(self, request: Request) -> tuple[str, str]:
        """The path and the method that faults go by."""
        return request.path, request.method

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        self.world.do_what_is_due()
        request, wire = read(environ), environ.get(WIRE)
        fault = self.world.faults.take(self.partner, *self.called(request))
        reply = self._spoiled(request, fault, wire) if fault else self.answer(request)
        if asked := request.headers.get("x-request-id"):
            reply.headers["X-Request-Id"] = asked
        body = _body(reply, fault.kind if fault else "", wire)
        headers = [("Content-Type", reply.kind), ("Content-Length", str(len(reply.body) + reply.more)), *reply.headers.items()]
        start_response(f"{reply.status} {HTTPStatus(reply.status).phrase}", headers)
        return body

    def _spoiled(self, request: Request, fault: Fault, wire: Wire | None) -> Reply:
        if fault.kind in _ANSWERS:
            return _ANSWERS[fault.kind]()
        if fault.kind == "down":
            raise Refused("refused")
        if fault.kind == "accept_then_timeout":
            self.answer(request)
            self._wait(SILENCE_S if fault.seconds is None else fault.seconds, wire, "no answer came")
        if fault.kind == "accept_then_500":
            self.answer(request)
            return _ANSWERS["500"]()
        if fault.kind == "apply_late":
            self.world.later(fault.seconds, lambda: self.answer(request))
            self._wait(SILENCE_S, wire, "no answer came")
        return self.twisted(request, fault, wire)

    def twisted(self, request: Request, fault: Fault, wire: Wire | None) -> Reply:
        """The true answer, late or with its form spoiled. Partners add the faults that need to know what it is about."""
        reply = self.answer(request)
        if fault.kind == "truncated":
            reply.body = reply.body[: len(reply.body) // 2]
        if fault.kind == "slow":
            if wire is None:
                raise Silent("the answer is slow")
            if self.stop.wait(4.0 if fault.seconds is None else fault.seconds):
                raise Broken("the server stops")
        return reply

    def _wait(self, seconds: float, wire: Wire | None, why: str) -> None:
        """Over a socket, be silent for as long as a client could wait; then, or at once in a process, the call is broken."""
        if wire is not None:
            self.stop.wait(seconds)
        raise Silent(why)


def _body(reply: Reply, kind: str, wire: Wire | None) -> Iterable[bytes]:
    if kind == "cut":
        return _breaking(reply.body[: len(reply.body) // 2], Broken("cut in the middle"))
    if kind in ("drip", "drip_headers"):
        if wire is not None:
            wire.pace = kind
        elif kind == "drip":
            return _breaking(reply.body[:1], Silent("the body drips"))
        else:
            raise Silent("the headers drip")
    return _padded(reply) if reply.more else [reply.body]


def _padded(reply: Reply) -> Iterator[bytes]:
    yield reply.body
    for left in range(reply.more, 0, -len(NOTHING)):
        yield NOTHING[:left]


def _breaking(first: bytes, error: OSError) -> Iterator[bytes]:
    yield first
    raise error


_ANSWERS: dict[str, Callable[[], Reply]] = {
    "429": lambda: Reply(429, b'{"title":"Too many requests"}', headers={"Retry-After": "7"}),
    "429_bare": lambda: Reply(429, b"{}"),
    "500": lambda: as_json({"title": "Internal error"}, 500),
    "503": lambda: as_json({"title": "Unavailable"}, 503),
    "html_502": lambda: Reply(502, b"<html><body><h1>502 Bad Gateway</h1></body></html>", "text/html"),
    "empty_200": lambda: Reply(200, b""),
    "plain_text_200": lambda: as_text("Error: the order could not be processed at this time"),
}


def read(environ: Environ) -> Request:
    """The request of a WSGI environ; a body past MOST_BODY is cut there."""
    length = min(int(environ.get("CONTENT_LENGTH") or 0), MOST_BODY)
    headers = {name[5:].replace("_", "-").lower(): value for name, value in environ.items() if name.startswith("HTTP_")}
    headers["content-type"] = environ.get("CONTENT_TYPE", "")
    return Request(
        method=environ["REQUEST_METHOD"],
        path=unquote(environ.get("PATH_INFO", "") or "/"),
        query=parse_qs(environ.get("QUERY_STRING", ""), keep_blank_values=True),
        headers=headers,
        body=environ["wsgi.input"].read(length) if length else b"",
        scheme=environ.get("wsgi.url_scheme", "http"),
    )
