"""A small WSGI app of our own for one test: says what it is told to, keeps what it was asked."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import httpx

from partners.errors import PartnerError
from partners.http import Wire

Reply = tuple[int, dict[str, str], bytes]


@dataclass
class Asked:
    """One request as it came."""

    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes


@dataclass
class FakeWeb:
    """`reply(asked)` decides each answer; `asked` keeps the requests."""

    reply: Callable[[Asked], Reply]
    asked: list[Asked] = field(default_factory=list)

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        length = int(environ.get("CONTENT_LENGTH") or 0)
        headers = {name[5:].replace("_", "-").lower(): value for name, value in environ.items() if name.startswith("HTTP_")}
        asked = Asked(
            environ["REQUEST_METHOD"], environ["PATH_INFO"], environ["QUERY_STRING"], headers, environ["wsgi.input"].read(length or -1)
        )
        self.asked.append(asked)
        status, answer_headers, body = self.reply(asked)
        start_response(f"{status} X", list(answer_headers.items()))
        return [body]

    @property
    def transport(self) -> httpx.WSGITransport:
        return httpx.WSGITransport(self)  # type: ignore[arg-type]


def always(status: int, body: bytes = b"", **headers: str) -> FakeWeb:
    """The same answer to everything; header names with _ for -."""
    return FakeWeb(lambda asked: (status, {name.replace("_", "-"): value for name, value in headers.items()}, body))


def one_by_one(*replies: Reply) -> FakeWeb:
    """These answers in turn, the last one for ever."""
    left = list(replies)
    return FakeWeb(lambda asked: left.pop(0) if len(left) > 1 else left[0])


def wire_to(web: FakeWeb, **options: Any) -> Wire:
    return Wire("acs", "http://partner.test/api", transport=web.transport, **options)


class KeptGate:
    """A gate that keeps what it was told. `closed` is raised instead of letting a call through."""

    def __init__(self, closed: PartnerError | None = None) -> None:
        self.closed, self.told = closed, []

    def before(self, partner: str) -> None:
        if self.closed:
            raise self.closed

    def after(self, partner: str, error: PartnerError | None, request_id: str) -> None:
        self.told.append(type(error).__name__ if error else "ok")
