"""Calls to one partner: a total deadline, a byte cap, no redirects, no surprises, and a log without personal data."""

import logging
import time
import uuid
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any, Protocol

import httpx
import structlog

from partners.errors import PartnerError, UnknownOutcome, Unreachable, Unreadable
from partners.http import addresses, bodies, deadline, verdicts
from partners.http.answers import Answer
from partners.values import identifier

TRIES_OF_SAFE_CALLS = 3
TRANSIENT = frozenset({502, 504})
BEFORE_ANYTHING_LEFT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.UnsupportedProtocol,
    httpx.LocalProtocolError,
    httpx.InvalidURL,
)

log = structlog.get_logger(__name__)
for library in ("httpx", "httpcore"):  # at INFO they write whole addresses, at DEBUG headers: order numbers and tokens
    logging.getLogger(library).setLevel(logging.WARNING)


class Gate(Protocol):
    """Asked before each call and told after it. `before` raises Throttled, Unreachable or Denied when the call must not be made."""

    def before(self, partner: str) -> None: ...

    def after(self, partner: str, error: PartnerError | None, request_id: str) -> None: ...


@dataclass(frozen=True)
class _Ask:
    """One call. `label` is its path as it may be logged; a `safe` one may be repeated; `expect` are statuses the caller reads itself.

    `judge` raises what a success still refuses.
    """

    method: str
    path: str
    label: str
    content: Mapping[str, Any]
    safe: bool
    expect: Collection[int] = ()
    denied: Collection[int] = ()
    judge: Callable[[Answer], None] | None = None


class Wire:
    """The line to one partner. Each method returns an Answer or raises a PartnerError; a write whose answer is lost raises UnknownOutcome.

    The deadline covers the whole call, its repeats included, however slowly headers or body drip; looking up the name in the
    DNS is the operating system's. With a `transport` of one's own neither deadline nor address is enforced by it.
    """

    def __init__(
        self,
        partner: str,
        base_url: str,
        *,
        deadline_s: float = 20.0,
        byte_cap: int = 25_000_000,
        transport: httpx.BaseTransport | None = None,
        gate: Gate | None = None,
        headers: Mapping[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        allow_local: bool = False,
    ) -> None:
        self._partner, self._base_url, self._gate = partner, base_url.rstrip("/"), gate
        self._deadline_s, self._cap = deadline_s, byte_cap
        self._why_not = "" if transport else addresses.why_not(base_url, allow_local=allow_local)
        self._client = httpx.Client(
            transport=transport or deadline.transport(allow_local=allow_local),
            headers={"Accept-Encoding": "identity", "Accept": "application/json", "User-Agent": "Lockstep", **(headers or {})},
            auth=auth,
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),  # none are kept: each call stands alone
            timeout=httpx.Timeout(deadline_s, connect=min(5.0, deadline_s)),
            follow_redirects=False,
            trust_env=False,
        )

    def get(
        self,
        path: str,
        params: Mapping[str, Any] | None = None,
        *,
        label: str,
        headers: Mapping[str, str] | None = None,
        expect: Collection[int] = (),
    ) -> Answer:
        """GET, repeated within the deadline when the line broke or a gateway failed. `label` is the path as it may be logged.

        Statuses in `expect` come back as answers instead of being raised.
        """
        return self._call(_Ask("GET", path, label, {"params": params, "headers": headers}, safe=True, expect=expect))

    def put(self, path: str, json: Any, *, label: str) -> Answer:
        return self._call(_Ask("PUT", path, label, {"json": json}, safe=False))

    def write(
        self,
        method: str,
        path: str,
        *,
        label: str,
        json: bytes,
        headers: Mapping[str, str] | None = None,
        judge: Callable[[Answer], None] | None = None,
        expect: Collection[int] = (),
    ) -> Answer:
        """PUT or POST a body that is JSON already, for money that must not pass through a float. `judge` and `expect` as elsewhere;
        what is expected is judged too."""
        content = {"content": json, "headers": {"Content-Type": "application/json", **(headers or {})}}
        return self._call(_Ask(method, path, label, content, safe=False, expect=expect, judge=judge))

    def post(
        self,
        path: str,
        *,
        label: str,
        form: Mapping[str, str] | None = None,
        json: Any = None,
        headers: Mapping[str, str] | None = None,
        safe: bool = False,
        denied: Collection[int] = (),
        judge: Callable[[Answer], None] | None = None,
    ) -> Answer:
        """POST. `safe` says that it changes nothing, so that it is repeated like a GET; statuses in `denied` mean refused credentials.

        `judge` reads a successful answer inside the call and raises a PartnerError for what its body refuses, so that the gate
        hears of it too.
        """
        content = {"data": form, "json": json, "headers": headers}
        return self._call(_Ask("POST", path, label, content, safe=safe, denied=denied, judge=judge))

    def close(self) -> None:
        self._client.close()

    def _call(self, ask: _Ask) -> Answer:
        """Through the gate, which is told how the call ended; a fault of ours says nothing about the partner."""
        if self._why_not:
            raise Unreachable(self._partner, self._why_not)
        if self._gate is None:
            return self._within_deadline(ask)
        self._gate.before(self._partner)
        try:
            answer = self._within_deadline(ask)
        except PartnerError as error:
            self._gate.after(self._partner, error, error.request_id)
            raise
        self._gate.after(self._partner, None, answer.request_id)
        return answer

    def _within_deadline(self, ask: _Ask) -> Answer:
        with deadline.over_in(self._deadline_s):
            for left in reversed(range(TRIES_OF_SAFE_CALLS if ask.safe else 1)):
                try:
                    return self._attempt(ask)
                except Unreachable as lost:
                    if not left or deadline.is_past() or not _is_worth_repeating(lost):
                        raise
        raise AssertionError("every attempt returns or raises")  # pragma: no cover

    def _attempt(self, ask: _Ask) -> Answer:
        request_id, started = str(uuid.uuid4()), time.monotonic()
        answer: Answer | None = None
        error: PartnerError | None = None
        try:
            answer = self._exchange(ask, request_id)
            if answer.status not in ask.expect:
                verdicts.judge(answer, safe=ask.safe, denied=ask.denied)
            if ask.judge:
                ask.judge(answer)
            return answer
        except PartnerError as trouble:
            error = trouble
            raise
        finally:
            self._log(ask, answer, error, request_id, started)

    def _exchange(self, ask: _Ask, request_id: str) -> Answer:
        sent = {name: value for name, value in ask.content.items() if value is not None}
        sent["headers"] = {"X-Request-Id": request_id, **sent.get("headers", {})}
        try:
            with self._client.stream(ask.method, self._base_url + ask.path, **sent) as response:
                body = bodies.read(response, cap=self._cap)
        except BEFORE_ANYTHING_LEFT as lost:
            raise _not_sent(self._partner, lost, request_id) from lost
        except (httpx.HTTPError, httpx.StreamError, OSError) as lost:
            raise self._lost(ask, lost, request_id) from lost
        except bodies.Unusable as what:
            kind = Unreadable if ask.safe else UnknownOutcome
            raise kind(self._partner, f"The answer {what.why}.", request_id=request_id, status=what.status) from what
        echoed = identifier(response.headers.get("x-request-id", ""), limit=80) or request_id
        return Answer(self._partner, response.status_code, {k.lower(): v for k, v in response.headers.items()}, body, echoed)

    def _lost(self, ask: _Ask, lost: Exception, request_id: str) -> PartnerError:
        slow = isinstance(lost, httpx.TimeoutException)
        what = f"It did not answer within {self._deadline_s:g} seconds." if slow else "The connection broke off."
        kind = Unreachable if ask.safe else UnknownOutcome
        return kind(self._partner, what, request_id=request_id)

    def _log(self, ask: _Ask, answer: Answer | None, error: PartnerError | None, request_id: str, started: float) -> None:
        log.info(
            "partner call",
            partner=self._partner,
            method=ask.method,
            path=ask.label,
            status=answer.status if answer else None,
            error=type(error).__name__ if error else None,
            ms=round((time.monotonic() - started) * 1000),
            request_id=request_id,
            partner_request_id=answer.request_id if answer and answer.request_id != request_id else None,
        )


def _not_sent(partner: str, lost: Exception, request_id: str) -> Unreachable:
    """Nothing left: the line could not be opened. Says where we refuse to go, and whether it is the certificate."""
    cause = lost.__cause__
    if isinstance(cause, addresses.Refused):
        return Unreachable(partner, str(cause), request_id=request_id)
    certificate = "CERTIFICATE_VERIFY_FAILED" in str(lost)
    return Unreachable(partner, "Its certificate cannot be trusted." if certificate else "It cannot be reached.", request_id=request_id)


def _is_worth_repeating(lost: Unreachable) -> bool:
    """A gateway's failure or a broken line may be gone in a moment; an address we refuse, or silence, will not."""
    cause = lost.__cause__
    if isinstance(cause, httpx.NetworkError | httpx.RemoteProtocolError):
        return not isinstance(cause.__cause__, addresses.Refused)
    return lost.status in TRANSIENT
