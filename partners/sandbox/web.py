"""WSGI, as little of it as the make-believe partners need, and the faults that any of them can have."""

import json
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, unquote

from partners.sandbox.faults import Fault, Faults

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
MOST_BODY = 5_000_000
REASONS = {200: "OK", 201: "Created", 400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found"}


class Broken(ConnectionError):
    """The connection breaks here. Over a socket the server closes it; mounted in a process the client meets this very error."""


@dataclass
class Request:
    method: str
    path: str
    query: dict[str, list[str]]
    headers: dict[str, str]
    body: bytes

    def one(self, name: str, default: str = "") -> str:
        return self.query.get(name, [default])[0]

    def json(self) -> Any:
        return json.loads(self.body.decode("utf-8"))


@dataclass
class Reply:
    status: int = 200
    body: bytes = b""
    kind: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)


def as_json(value: Any, status: int = 200) -> Reply:
    return Reply(status, json.dumps(value).encode())


def as_text(text: str, status: int = 200) -> Reply:
    return Reply(status, text.encode(), "text/plain; charset=utf-8")


class App(ABC):
    """One partner as a WSGI application: reads the request, lets a fault have its way, answers.

    `stop` ends the waiting of slow faults when the server goes down.
    """

    partner = ""

    def __init__(self, faults: Faults, stop: threading.Event) -> None:
        self.faults, self.stop = faults, stop

    @abstractmethod
    def answer(self, request: Request) -> Reply:
        """What this partner says to a request when nothing is wrong."""

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        request = read(environ)
        fault = self.faults.take(self.partner, request.path, request.method)
        reply = self._spoiled(request, fault) if fault else self.answer(request)
        reply.headers.setdefault("X-Request-Id", request.headers.get("x-request-id", ""))
        return send(reply, start_response, self._pace(fault))

    def _spoiled(self, request: Request, fault: Fault) -> Reply:
        if fault.kind in _ANSWERS:
            return _ANSWERS[fault.kind]()
        if fault.kind == "down":
            raise Broken("refused")
        if fault.kind == "accept_then_timeout":
            self.answer(request)
            self._never_answer(fault)
        if fault.kind == "apply_late":
            late = threading.Timer(fault.seconds, self.answer, [request])
            late.daemon = True
            late.start()
            self._never_answer(fault)
        if fault.kind == "slow":
            self.stop.wait(fault.seconds)
        return self.twisted(request, fault)

    def twisted(self, request: Request, fault: Fault) -> Reply:
        """The answer with a fault that needs to know what it is about; by default only its shape suffers."""
        reply = self.answer(request)
        if fault.kind in ("truncated", "cut"):
            reply.body = reply.body[: max(len(reply.body) // 2, 1)] if fault.kind == "truncated" else reply.body
        return reply

    def _never_answer(self, fault: Fault) -> None:
        """Over a socket: silence for as long as a client could wait. In a process there is no waiting, only the broken call."""
        self.stop.wait(0 if threading.current_thread() is threading.main_thread() else max(fault.seconds, 30.0))
        raise Broken("no answer")

    def _pace(self, fault: Fault | None) -> str:
        return fault.kind if fault and fault.kind in ("drip", "drip_headers", "cut") else ""


def _html() -> Reply:
    return Reply(502, b"<html><body><h1>502 Bad Gateway</h1></body></html>", "text/html")


_ANSWERS: dict[str, Callable[[], Reply]] = {
    "429": lambda: Reply(429, b'{"title":"Too many requests"}', headers={"Retry-After": "7"}),
    "429_bare": lambda: Reply(429, b"{}"),
    "500": lambda: as_json({"title": "Internal error"}, 500),
    "503": lambda: as_json({"title": "Unavailable"}, 503),
    "html_502": _html,
    "empty_200": lambda: Reply(200, b""),
    "plain_text_200": lambda: as_text("Error: the order could not be processed at this time"),
}


def read(environ: Environ) -> Request:
    length = min(int(environ.get("CONTENT_LENGTH") or 0), MOST_BODY)
    headers = {name[5:].replace("_", "-").lower(): value for name, value in environ.items() if name.startswith("HTTP_")}
    headers["content-type"] = environ.get("CONTENT_TYPE", "")
    return Request(
        method=environ["REQUEST_METHOD"],
        path=unquote(environ.get("PATH_INFO", "") or "/"),
        query=parse_qs(environ.get("QUERY_STRING", ""), keep_blank_values=True),
        headers=headers,
        body=environ["wsgi.input"].read(length) if length else b"",
    )


def send(reply: Reply, start_response: StartResponse, pace: str = "") -> Iterable[bytes]:
    """Answer; `X-Sandbox-Pace` asks the socket server to drip or to cut, which WSGI cannot say."""
    headers = [("Content-Type", reply.kind), ("Content-Length", str(len(reply.body))), *reply.headers.items()]
    if pace:
        headers.append(("X-Sandbox-Pace", pace))
    start_response(f"{reply.status} {REASONS.get(reply.status, 'Answer')}", headers)
    if pace == "cut":
        return _cut(reply.body)
    return [reply.body]


def _cut(body: bytes) -> Iterator[bytes]:
    yield body[: len(body) // 2]
    raise Broken("cut")
